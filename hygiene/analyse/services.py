"""Granted services against used ones, from one role's service last accessed information.

What AWS does not track is neither used nor unused: services missing from the answer are left out of both counts.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from hygiene.documents import parse_time
from hygiene.policy.actions import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from hygiene.analyse.estate import Estate
    from hygiene.model import JsonObject

UNTRACKED_ACTIONS = ("iam:PassRole",)
"""Permissions that are no API call, so that no report can show their use: a service granted by nothing else is not
tracked, whatever the answer lists.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html#access_policies_last-accessed-know
"""


@dataclass(frozen=True, slots=True)
class ActionUse:
    """Of the tracked actions a role may use in the services it uses: how many there are, how many were not used."""

    tracked: int
    unused: int


@dataclass(frozen=True, slots=True)
class ServiceUse:
    """Which granted services were used in the tracking period, which were not, and the newest use."""

    used_services: tuple[str, ...]
    unused_services: tuple[str, ...]
    newest: datetime | None
    written_at: datetime | None = None
    """When AWS finished the report; the tracking period ends there. None when the answer does not say."""
    actions: ActionUse | None = None
    """None where the report was asked for services only."""

    @property
    def used(self) -> int:
        """How many granted services were used."""
        return len(self.used_services)

    @property
    def unused(self) -> int:
        """How many granted services AWS tracks were not used."""
        return len(self.unused_services)


def service_use(answer: JsonObject | None, allowed: int) -> ServiceUse | None:
    """Return the use of services by a role that is effectively allowed these actions.

    `answer` None means that no job was needed: the role was not used at all in the tracking period. A job that
    failed or was cut says nothing; the result is then None.
    """
    granted = trackable_services(allowed)
    if answer is None:
        # Not used at all: then not even to pass a role.
        return ServiceUse((), tuple(catalogue().services_in(allowed)), None)
    if not _is_whole(answer):
        return None
    entries = {str(entry.get("ServiceNamespace", "")).lower(): entry for entry in _entries(answer)}
    seen = {name: moment for name, entry in entries.items() if (moment := _used_at(entry)) is not None}
    used = granted & set(seen)
    return ServiceUse(
        used_services=tuple(sorted(used)),
        unused_services=tuple(sorted((granted & set(entries)) - set(seen))),
        newest=max(seen.values(), default=None),
        written_at=parse_time(answer.get("JobCompletionDate")),
        actions=_action_use([entries[name] for name in sorted(used)], allowed),
    )


def role_service_use(estate: Estate, role_arn: str) -> ServiceUse | None:
    """Return the use of services by a role that is itself in use and old enough to be judged; None for any other.

    None too where the last-accessed answer or one of the role's policies was not read: then nobody can say.
    """
    row, permissions = estate.role(role_arn), estate.permissions[role_arn]
    limit = estate.reference.unused_after_days
    idle, age = row["unused_days"], row["age_days"]
    if pd.isna(idle) or idle >= limit or pd.isna(age) or age < limit or not permissions.is_complete:
        return None
    answer = (estate.documents.last_accessed or {}).get(role_arn)
    return service_use(answer, permissions.effective.final.somewhere_if) if isinstance(answer, dict) else None


@lru_cache(maxsize=1024)
def trackable_services(allowed: int) -> frozenset[str]:
    """Return the services of these actions, less those of which only untracked actions are allowed."""
    return frozenset(catalogue().services_in(allowed & ~catalogue().mask(UNTRACKED_ACTIONS)))


def _is_whole(answer: JsonObject) -> bool:
    """Whether the job ended well and no page is missing. A hand-made answer without a status is taken as given."""
    return answer.get("JobStatus", "COMPLETED") == "COMPLETED" and not answer.get("IsTruncated")


def _entries(answer: JsonObject) -> Iterator[JsonObject]:
    listed: Any = answer.get("ServicesLastAccessed")
    yield from (entry for entry in (listed if isinstance(listed, list) else []) if isinstance(entry, dict))


def _used_at(entry: JsonObject) -> datetime | None:
    """Return the last use; an attempt that was denied counts as one, as AWS says."""
    return parse_time(entry.get("LastAuthenticated"))


def _action_use(entries: list[JsonObject], allowed: int) -> ActionUse | None:
    tracked, used = 0, 0
    for entry in entries:
        service = str(entry.get("ServiceNamespace", ""))
        for action in entry.get("TrackedActionsLastAccessed") or ():
            name = f"{service}:{action.get('ActionName', '')}"
            if allowed & catalogue().mask((name,)):
                tracked += 1
                used += parse_time(action.get("LastAccessedTime")) is not None
    return ActionUse(tracked, tracked - used) if tracked else None
