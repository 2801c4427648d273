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
from hygiene.policy.principal import open_clauses
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
    principal = permissions.effective.principal
    for policy in permissions.policies:
        for statement in policy.document.statements:
            if covers_any_resource(statement) and _has_action(statement, action):
                left = open_clauses(statement.condition, principal, is_deny=not statement.is_allow)
                if left is not None:
                    (given if statement.is_allow else denied).append(condition_fate(left))
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


class UnknownServices:
    """Finds the services without any known action that roles of one account may use whole, on any resource."""

    def __init__(self, scp_levels: Sequence[Reach]) -> None:
        unknown = catalogue().unknown_bit
        self._is_forbidden = any(
            level.denied & unknown or not level.grant.somewhere_if & unknown for level in scp_levels
        )
        # By the document's identity: hundreds of roles share one, and hardly any names such a service.
        self._named: dict[int, frozenset[str]] = {}

    def of(self, permissions: RolePermissions) -> dict[str, list[str]]:
        """Return the services by what holds them back."""
        named = [self._named_whole(policy) for policy in permissions.policies]
        found: dict[str, list[str]] = {}
        for service in sorted(frozenset[str]().union(*named)) if any(named) else ():
            fate = fate_of_unknown(permissions, f"{service}:{_UNLIKELY_ACTION}")
            if self._is_forbidden and fate not in {None, DENY, BOUNDARY}:
                fate = SCP
            if fate is not None:
                found.setdefault(fate, []).append(service)
        return found

    def are_named_in(self, policy: CompiledPolicy, services: Sequence[str]) -> bool:
        """Whether the policy allows one of these services whole, on any resource."""
        return not self._named_whole(policy).isdisjoint(services)

    def _named_whole(self, policy: CompiledPolicy) -> frozenset[str]:
        key = id(policy.document)
        if key not in self._named:
            allows = (one for one in policy.document.statements if one.is_allow and covers_any_resource(one))
            self._named[key] = frozenset(service for one in allows for service in _unknown_services(one.actions))
        return self._named[key]


@lru_cache(maxsize=8192)
def _unknown_services(actions: tuple[str, ...]) -> tuple[str, ...]:
    """Return the services that the patterns name whole and the catalogue does not know."""
    named = [_WHOLE_SERVICE.fullmatch(pattern.lower()) for pattern in actions if pattern.endswith(":*")]
    return tuple(match[1] for match in named if match and match[1] not in catalogue().services)


def _has_action(statement: Statement, action: str) -> bool:
    return bool(statement.actions) is _is_one_of(statement.actions or statement.not_actions, action)


@lru_cache(maxsize=8192)
def _is_one_of(patterns: tuple[str, ...], action: str) -> bool:
    wanted = action.lower()
    # Most patterns are plain names, which need no matcher of their own.
    return any(
        glob(pattern).fullmatch(wanted) if "*" in pattern or "?" in pattern else pattern == wanted
        for pattern in map(str.lower, patterns)
    )
