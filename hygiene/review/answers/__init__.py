"""A reviewer's file in, answers out: all of it or nothing, with a sentence for every row that does not fit."""
