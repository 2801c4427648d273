"""Granted services against used ones, from one role's service last accessed information.

What AWS does not track is neither used nor unused: services missing from the answer are left out of both counts.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hygiene.documents import parse_time
from hygiene.policy.actions import catalogue

if TYPE_CHECKING:
    from datetime import datetime

    from hygiene.model import JsonObject


@dataclass(frozen=True, slots=True)
class ServiceUse:
    """How many granted services were used in the tracking period, how many were not, and the newest use."""

    used: int
    unused: int
    newest: datetime | None


def service_use(answer: JsonObject | None, allowed: int) -> ServiceUse:
    """Return the counts for a role that is effectively allowed these actions.

    `answer` None means that no job was needed: the role was not used at all in the tracking period.
    """
    granted = set(catalogue().services_in(allowed))
    if answer is None:
        return ServiceUse(0, len(granted), None)
    entries = answer.get("ServicesLastAccessed") or []
    tracked = {str(entry.get("ServiceNamespace")): parse_time(entry.get("LastAuthenticated")) for entry in entries}
    seen = {name: moment for name, moment in tracked.items() if moment is not None}
    return ServiceUse(
        used=len(granted & set(seen)),
        unused=len((granted & set(tracked)) - set(seen)),
        newest=max(seen.values(), default=None),
    )
