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
    """One account's log.

    `assumed`: role ARN → the latest success; `called`: role ARN → each action it called, refused ones too, and when
    last.
    """

    assumed: Mapping[str, EventReference] = field(default_factory=dict)
    called: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)

    def of(self, role_arn: str, created_at: datetime | None) -> EventReference | None:
        """Return when the role was assumed last; None where nobody did, or an earlier role of the name was meant."""
        event = self.assumed.get(role_arn)
        return event if event is not None and (created_at is None or event.time >= created_at) else None

    def calls(self, role_arn: str, created_at: datetime | None) -> int:
        """Return the mask of the actions the role is known to have called since it was made.

        What an earlier role of the name called is no use of this one.
        """
        # A session that does not say its issuer has the role's name alone, without the path.
        head, _, rest = role_arn.partition(":role/")
        names = {
            action
            for arn in (role_arn, f"{head}:role/{rest.rpartition('/')[2]}")
            for action, last in self.called.get(arn, {}).items()
            if created_at is None or last >= created_at
        }
        return catalogue().mask(tuple(sorted(names))) if names else 0


def logged_use(activity: Activity | None) -> LoggedUse:
    """Return what the log of an account says about the use of its roles; nothing where it was not read."""
    assumed: dict[str, EventReference] = {}
    called: dict[str, dict[str, datetime]] = {}
    for one in activity.assumptions if activity else ():
        known = assumed.get(one.role_arn)
        if one.count and one.example is not None and (known is None or one.example.time > known.time):
            assumed[one.role_arn] = one.example
        if one.principal_kind == "role":
            _note(called, one.principal, "sts:AssumeRole", one.last_seen)
    for change in activity.changes if activity else ():
        if change.by_kind == "role":
            _note(called, change.by, f"iam:{change.action}", change.event.time)
    return LoggedUse(assumed, called)


def _note(called: dict[str, dict[str, datetime]], role_arn: str, action: str, at: datetime) -> None:
    actions = called.setdefault(role_arn, {})
    actions[action] = max(at, actions.get(action, at))
