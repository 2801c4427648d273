"""Findings + last quarter → what to ask whom, and what changed. Pure: no AWS call, no clock, no file."""
