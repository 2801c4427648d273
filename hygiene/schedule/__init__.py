"""Stays up and starts each command when it is due: the review, the weekly light run, the reminders."""
