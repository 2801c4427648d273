"""What CloudTrail proves of a role's use beside IAM's own word: when it was assumed last, and what it called itself.

IAM's last use comes hours late, and tracks some Regions only; a call in the log is a use whatever IAM says of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hygiene.policy.actions import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hygiene.activity import Activity, EventReference


@dataclass(frozen=True, slots=True)
class LoggedUse:
    """One account's log. `assumed`: role ARN → the latest success; `called`: role ARN → mask of its own calls."""

    assumed: Mapping[str, EventReference] = field(default_factory=dict)
    called: Mapping[str, int] = field(default_factory=dict)

    def of(self, role_arn: str, created_at: datetime | None) -> EventReference | None:
        """Return when the role was assumed last; None where nobody did, or an earlier role of the name was meant."""
        event = self.assumed.get(role_arn)
        return event if event is not None and (created_at is None or event.time >= created_at) else None

    def calls(self, role_arn: str) -> int:
        """Return the actions the role is known to have called, refused ones too, as IAM counts them."""
        # A session that does not say its issuer has the role's name alone, without the path.
        head, _, rest = role_arn.partition(":role/")
        return self.called.get(role_arn, 0) | self.called.get(f"{head}:role/{rest.rpartition('/')[2]}", 0)


def logged_use(activity: Activity | None) -> LoggedUse:
    """Return what the log of an account says about the use of its roles; nothing where it was not read."""
    assumed: dict[str, EventReference] = {}
    called: dict[str, set[str]] = {}
    for one in activity.assumptions if activity else ():
        known = assumed.get(one.role_arn)
        if one.count and one.example is not None and (known is None or one.example.time > known.time):
            assumed[one.role_arn] = one.example
        if one.principal_kind == "role":
            called.setdefault(one.principal, set()).add("sts:AssumeRole")
    for change in activity.changes if activity else ():
        if change.by_kind == "role":
            called.setdefault(change.by, set()).add(f"iam:{change.action}")
    return LoggedUse(assumed, {arn: catalogue().mask(tuple(sorted(names))) for arn, names in called.items()})
