"""Actions and services newer than the action catalogue: no mask can hold them, so the statements are asked.

A wildcard over a service nobody has heard of is still a wildcard.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from hygiene.analyse.iam_targets import NOT_EVALUATED, condition_fate
from hygiene.policy.actions import catalogue
from hygiene.policy.effective import BOUNDARY, DENY, SCP
from hygiene.policy.reach import covers_any_resource
from hygiene.policy.wildcards import glob

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hygiene.analyse.permissions import CompiledPolicy, RolePermissions
    from hygiene.policy.document import Statement
    from hygiene.policy.reach import Reach

_WHOLE_SERVICE = re.compile(r"([a-z0-9-]+):\*+")
_UNLIKELY_ACTION = "q7x0"


def fate_of_unknown(permissions: RolePermissions, action: str) -> str | None:
    """Return what holds the action back on any resource; None where the role's own policies do not allow it."""
    given: list[str] = []
    denied: list[str] = []
    for policy in permissions.policies:
        for statement in policy.document.statements:
            if covers_any_resource(statement) and _has_action(statement, action):
                (given if statement.is_allow else denied).append(condition_fate(statement.condition))
    if not given:
        return None
    if "" in denied:
        return DENY
    bounded = permissions.boundary
    if bounded and not any(one.is_allow and _has_action(one, action) for one in bounded.document.statements):
        return BOUNDARY
    doubts = denied if "" in given else [*denied, min(given)]
    keys = {key for doubt in doubts for key in doubt.removeprefix(NOT_EVALUATED).split(", ")}
    return f"{NOT_EVALUATED}{', '.join(sorted(keys))}" if keys else ""


def whole_unknown_services(permissions: RolePermissions, scp_levels: Sequence[Reach]) -> dict[str, list[str]]:
    """Return, per fate, the services without any known action that the role may use whole on any resource."""
    found: dict[str, list[str]] = {}
    for service in sorted(set[str]().union(*map(_named_whole, permissions.policies))):
        fate = fate_of_unknown(permissions, f"{service}:{_UNLIKELY_ACTION}") or ""
        unknown = catalogue().unknown_bit
        if any(level.denied & unknown or not level.grant.somewhere_if & unknown for level in scp_levels):
            fate = SCP if fate not in {DENY, BOUNDARY} else fate
        found.setdefault(fate, []).append(service)
    return found


def names_whole(policy: CompiledPolicy, services: Sequence[str]) -> bool:
    """Whether the policy allows one of these unknown services whole, on any resource."""
    return not _named_whole(policy).isdisjoint(services)


def _named_whole(policy: CompiledPolicy) -> set[str]:
    return {
        service
        for statement in policy.document.statements
        if statement.is_allow
        for service in _unknown_services(statement.actions)
        if covers_any_resource(statement)
    }


@lru_cache(maxsize=8192)
def _unknown_services(actions: tuple[str, ...]) -> tuple[str, ...]:
    """Return the services that the patterns name whole and the catalogue does not know."""
    named = [_WHOLE_SERVICE.fullmatch(pattern.lower()) for pattern in actions if pattern.endswith(":*")]
    return tuple(match[1] for match in named if match and match[1] not in catalogue().services)


def _has_action(statement: Statement, action: str) -> bool:
    patterns = statement.actions or statement.not_actions
    return bool(statement.actions) is any(glob(pattern.lower()).fullmatch(action.lower()) for pattern in patterns)
