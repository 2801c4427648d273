"""What an organization trail and its Athena table look like, for those who write worlds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Workgroup:
    """An Athena workgroup. `cutoff_bytes` is BytesScannedCutoffPerQuery, 10,000,000 at least as in AWS."""

    name: str = "primary"
    output: str = ""
    is_enforced: bool = False
    cutoff_bytes: int | None = None

    def __post_init__(self) -> None:
        """Refuse a limit AWS would refuse."""
        if self.cutoff_bytes is not None and self.cutoff_bytes < 10_000_000:
            raise ValueError("A workgroup's limit is 10,000,000 bytes or more.")


@dataclass(frozen=True)
class Trail:
    """An organization trail: its bucket, which account owns it, and how many hours one object covers.

    With `database` the bucket's owner, or `athena_account`, has a table over it, partitioned as AWS's documentation
    shows by account, region and timestamp; queries write into `results_bucket`.
    """

    bucket: str
    account_id: str
    prefix: str = ""
    hours_per_object: int = 24
    database: str = ""
    table: str = "cloudtrail_logs"
    athena_account: str = ""
    workgroups: tuple[Workgroup, ...] = (Workgroup(),)
    results_bucket: str = ""
