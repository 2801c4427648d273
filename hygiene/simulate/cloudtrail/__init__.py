"""The CloudTrail of a simulated organization: seeds in, records out, for LookupEvents, S3 and Athena alike."""
