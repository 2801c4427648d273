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
    from collections.abc import Iterable, Iterator, Mapping
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
    """The actions a role may do in the services it uses and whose actions AWS tracks one by one, as masks."""

    tracked: int
    used: int
    untracked: int
    """Allowed in these services, and missing from the answer: data events above all. Neither used nor unused."""

    @property
    def unused(self) -> int:
        """The tracked actions without use in the tracking period."""
        return self.tracked & ~self.used


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
    untracked_services: tuple[str, ...] = ()
    """Granted, and missing from the answer: AWS does not track them."""

    @property
    def used(self) -> int:
        """How many granted services were used."""
        return len(self.used_services)

    @property
    def unused(self) -> int:
        """How many granted services AWS tracks were not used."""
        return len(self.unused_services)

    @property
    def unused_mask(self) -> int:
        """The actions proven unused: those of unused services, and unused ones AWS tracks in the others.

        Left out is what may be in use without a trace: passing a role, and tagging while something is created, which
        AWS authorizes without a call of its own.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
        """
        services = sum(catalogue().services[service] for service in self.unused_services)
        actions = self.actions.unused & ~catalogue().level("Tagging") if self.actions else 0
        return (services | actions) & ~catalogue().mask(UNTRACKED_ACTIONS)


def service_use(answer: JsonObject | None, allowed: int, called: int = 0) -> ServiceUse | None:
    """Return the use of services by a role that is effectively allowed these actions.

    `answer` None means that no job was needed: the role was not used at all in the tracking period. A job that
    failed or was cut says nothing; the result is then None. `called`: what CloudTrail saw the role call, whatever the
    answer says; of a service that the answer calls unused all the same, no single action is called unused.
    """
    granted = trackable_services(allowed)
    if answer is None:
        # Not used at all: then not even to pass a role.
        return ServiceUse((), tuple(catalogue().services_in(allowed)), None)
    if not _is_whole(answer):
        return None
    entries = {str(entry.get("ServiceNamespace", "")).lower(): entry for entry in _entries(answer)}
    seen = {name: moment for name, entry in entries.items() if (moment := _used_at(entry)) is not None}
    logged = frozenset(catalogue().services_in(called)) & set(entries)
    used = granted & (set(seen) | logged)
    return ServiceUse(
        used_services=tuple(sorted(used)),
        unused_services=tuple(sorted((granted & set(entries)) - used)),
        newest=max(seen.values(), default=None),
        written_at=parse_time(answer.get("JobCompletionDate")),
        actions=_action_use({name: entries[name] for name in sorted(used & set(seen))}, allowed, called),
        untracked_services=tuple(sorted(granted - set(entries))),
    )


def role_service_use(estate: Estate, role_arn: str) -> ServiceUse | None:
    """Return the use of services by a role that is itself in use and old enough to be judged; None for any other.

    None too where the last-accessed answer or one of the role's policies was not read: then nobody can say.
    """
    answer = judged_answer(estate, role_arn)
    if answer is None:
        return None
    allowed = estate.permissions[role_arn].effective.final.somewhere_if
    return service_use(answer, allowed, estate.logged.calls(role_arn, estate.role(role_arn)["created_at"]))


def judged_answer(estate: Estate, role_arn: str) -> JsonObject | None:
    """Return AWS's answer about a role that can be judged by it; see `role_service_use`."""
    answer = (estate.documents.last_accessed or {}).get(role_arn)
    if not isinstance(answer, dict):
        return None
    row = estate.role(role_arn)
    limit = estate.reference.unused_after_days
    idle, age = _days(row["unused_days"]), _days(row["age_days"])
    if idle is None or idle >= limit or age is None or age < limit:
        return None
    if not estate.permissions[role_arn].is_complete or _only_the_log_saw_it(estate, role_arn, answer):
        return None
    return answer


def _only_the_log_saw_it(estate: Estate, role_arn: str, answer: JsonObject) -> bool:
    """Whether CloudTrail alone knows of any use: then AWS's report has missed what it was used for."""
    row = estate.role(role_arn)
    assumed = estate.logged.of(role_arn, row["created_at"])
    is_last = assumed is not None and assumed.time == row["last_used_at"]
    return is_last and not any(_used_at(entry) for entry in _entries(answer))


def _days(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def seen_actions(answer: JsonObject) -> tuple[str, ...]:
    """Return the actions used in the tracking period, `service:Action` as AWS writes them, known to us or not."""
    return tuple(
        f"{str(entry.get('ServiceNamespace', '')).lower()}:{action.get('ActionName', '')}"
        for entry in _entries(answer)
        for action in _tracked_actions(entry)
        if parse_time(action.get("LastAccessedTime")) is not None
    )


def unknown_services(answer: JsonObject) -> dict[str, bool]:
    """Return the services in the answer that the catalogue does not know, each with whether it was used."""
    entries = {str(entry.get("ServiceNamespace", "")).lower(): entry for entry in _entries(answer)}
    known = catalogue().services
    return {
        name: _used_at(entry) is not None for name, entry in sorted(entries.items()) if name and name not in known
    }


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


def _tracked_actions(entry: JsonObject) -> list[JsonObject]:
    listed: Any = entry.get("TrackedActionsLastAccessed")
    return [action for action in (listed if isinstance(listed, list) else []) if isinstance(action, dict)]


def _action_use(entries: Mapping[str, JsonObject], allowed: int, called: int) -> ActionUse | None:
    tracked, used, untracked = 0, 0, 0
    for service, entry in entries.items():
        actions = _tracked_actions(entry)
        here = allowed & _mask_of(service, actions)
        reported = [one for one in actions if parse_time(one.get("LastAccessedTime")) is not None]
        seen = here & (_mask_of(service, reported) | called)
        rest = allowed & catalogue().services[service] & ~here
        # A service in use of which nothing would be left contradicts itself: then its actions say nothing.
        if here and (seen or rest):
            tracked, used, untracked = tracked | here, used | seen, untracked | rest
    return ActionUse(tracked, used, untracked) if tracked else None


def _mask_of(service: str, actions: Iterable[JsonObject]) -> int:
    return catalogue().mask(tuple(f"{service}:{action.get('ActionName', '')}" for action in actions))
