"""Periodic review of AWS IAM roles across a whole organization. It never changes IAM."""
