"""CloudTrail events of the accounts: from LookupEvents, the organization trail's bucket, or Athena, day by day."""
