"""Compares two snapshots role by role: only what changed is read, one account at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hygiene.analyse.permissions import Ceilings, PolicyCompiler
from hygiene.analyse.powers import role_powers
from hygiene.review.changes import definition_changed, in_both

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet

    from hygiene.analyse.reference import Reference
    from hygiene.policy.powers import Powers
    from hygiene.review.population import Population
    from hygiene.snapshot import Snapshot

BY_PERMISSIONS = "effective permissions of both snapshots"
BY_TABLES = "tables of the earlier report: its snapshot is not there any more"


@dataclass(frozen=True)
class Moment:
    """A snapshot with the rules it is read by; `ceilings` of an account come from its own organization."""

    snapshot: Snapshot
    ceilings: Callable[[str], Ceilings]
    compiler: PolicyCompiler = field(default_factory=PolicyCompiler)

    def powers(self, account_id: str, role_ids: AbstractSet[str]) -> dict[str, Powers]:
        """Return role id → powers; roles that are not there, or whose account was not read, are left out."""
        if account_id not in self.snapshot.account_ids:
            return {}
        documents = self.snapshot.documents(account_id)
        return role_powers(documents, role_ids, self.ceilings(account_id), self.compiler)


def moments(then: Snapshot, now: Snapshot, reference: Callable[[Snapshot], Reference]) -> tuple[Moment, Moment]:
    """Return both snapshots ready to be compared.

    Where one of them holds no account list, neither is read with control policies: their absence from a file is
    no change of anybody's permissions.
    """
    if then.organization is None or now.organization is None:
        return Moment(then, lambda _: Ceilings()), Moment(now, lambda _: Ceilings())
    return Moment(then, reference(then).ceilings), Moment(now, reference(now).ceilings)


def powers_then_and_now(
    then: Moment, now: Moment, before: Population, after: Population
) -> dict[str, tuple[Powers, Powers]]:
    """Return role id → powers at both moments, of every role whose permissions or trust may have changed."""
    found: dict[str, tuple[Powers, Powers]] = {}
    for account_id, role_ids in sorted(_wanted(then, now, before, after).items()):
        found |= pairs(then.powers(account_id, role_ids), now.powers(account_id, role_ids))
    return found


def pairs(then: Mapping[str, Powers], now: Mapping[str, Powers]) -> dict[str, tuple[Powers, Powers]]:
    """Return what both moments have."""
    return {role_id: (then[role_id], now[role_id]) for role_id in sorted(then.keys() & now.keys())}


def _wanted(then: Moment, now: Moment, before: Population, after: Population) -> dict[str, set[str]]:
    """Return the roles to compare; all of them when a control policy changed, because that shows in no role."""
    policies = [
        moment.snapshot.organization.policies if moment.snapshot.organization else () for moment in (then, now)
    ]
    return definition_changed(before, after) if policies[0] == policies[1] else in_both(before, after)
