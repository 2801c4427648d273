"""Effective permissions of a role: its policies together, less Denies, cut by the boundary and by every SCP level.

For any question ("may it do one of these on any resource?") the answer says which actions are effective, which are
held back and by what, and which cannot be proved either way because of a condition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hygiene.policy.principal import KnownPrincipal
    from hygiene.policy.reach import Conditional, Grant, Reach

DENY, BOUNDARY, SCP, RCP = "deny", "boundary", "scp", "rcp"


class Verdict(NamedTuple):
    """Some actions with one fate. `held_back_by`: empty (effective), `not-evaluated: keys`, or what holds back.

    That is deny, boundary, scp or rcp.
    """

    mask: int
    held_back_by: str

    @property
    def is_effective(self) -> bool:
        """Whether nothing is known to remove these actions."""
        return not self.held_back_by or self.held_back_by.startswith("not-evaluated")


@dataclass(frozen=True, slots=True)
class EffectivePermissions:
    """What a role may do, stage by stage: `own` policies, then after each thing that can take away.

    What an Allow gives under a condition that is false for the role is in none of it: it never was the role's.

    `proven` are the actions allowed on any resource for certain: no ceiling, Deny or condition stands in the way.
    Denies nobody evaluated: `denied_below` by the own policies and the boundary, `denied_above` by control policies.
    `carved_out` are the actions of which the own policies or the boundary take named resources out.
    """

    own: Reach
    stages: tuple[tuple[str, Grant], ...]
    denied_below: tuple[Conditional, ...]
    denied_above: tuple[Conditional, ...]
    carved_out: int
    proven: int
    principal: KnownPrincipal

    @property
    def denied_if(self) -> tuple[Conditional, ...]:
        """The Denies nobody evaluated, of every layer."""
        return self.denied_below + self.denied_above

    @property
    def final(self) -> Grant:
        """What is left after Denies, boundary and SCPs."""
        return self.stages[-1][1] if self.stages else self.own.grant

    def on_any_resource(self, wanted: int) -> tuple[Verdict, ...]:
        """Return the fate of those wanted actions that the role's own policies allow on any resource."""
        granted = self.own.grant.anywhere_if & wanted
        if not granted:
            return ()
        proven = granted & self.proven
        if proven == granted:
            return (Verdict(proven, ""),)
        left = granted & self.final.anywhere_if
        fates = {"": proven, **self._held_back(granted)}
        if unproven := left & ~proven:
            fates[self.not_evaluated(unproven)] = unproven
        return tuple(Verdict(mask, held_back_by) for held_back_by, mask in fates.items() if mask)

    def _held_back(self, granted: int) -> dict[str, int]:
        """Return what each stage took away, by the stage's name; the first stage that takes an action names it."""
        taken: dict[str, int] = {}
        for name, grant in self.stages:
            left = granted & grant.anywhere_if
            taken[name] = taken.get(name, 0) | (granted & ~left)
            granted = left
        return taken

    def not_evaluated(self, mask: int) -> str:
        """Return `not-evaluated: ` and the keys of the conditions that these actions hang on."""
        keys: set[str] = set()
        denying = (conditional for conditional in self.denied_if if conditional.touches_any_resource)
        for conditional in (*self.own.allowed_if, *denying):
            if conditional.mask & mask:
                keys.update(clause.key for clause in conditional.clauses)
        return f"not-evaluated: {', '.join(sorted(keys))}" if keys else "not-evaluated: condition of a ceiling"


def effective_permissions(
    own: Reach,
    *,
    principal: KnownPrincipal,
    boundary: Reach | None = None,
    scp_levels: Sequence[Reach] = (),
    rcp_levels: Sequence[Reach] = (),
) -> EffectivePermissions:
    """Return what the role may do. `own` is the union of its identity policies; each SCP or RCP level is one too.

    Denies that depend on nothing but the principal are decided; see `hygiene.policy.principal`. RCPs are those of the
    role's own account: they bound what it may do to that account's resources, and `*` begins at home.

    The management account and service-linked roles are exempt from SCPs: pass no levels for them.
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    """
    own = own.for_principal(principal)
    stages: list[tuple[str, Grant]] = [(DENY, _less_denied(own.grant, own))]
    below: tuple[Conditional, ...] = own.denied_if
    above: tuple[Conditional, ...] = ()
    ceilings = [(BOUNDARY, boundary)] if boundary is not None else []
    ceilings += [(SCP, level) for level in scp_levels] + [(RCP, level) for level in rcp_levels]
    for name, reach in ceilings:
        ceiling = reach.for_principal(principal)
        cut = _less_denied(stages[-1][1] & ceiling.grant, ceiling)
        stages.append((name, cut))
        if name == BOUNDARY:
            below += ceiling.denied_if
        else:
            above += ceiling.denied_if
    left, doubtful = stages[-1][1].anywhere, _maybe_denied(below + above)
    # Without a doubt the mask stays the same object, not a copy of three thousand bytes for each role.
    by_name = own.carved_out | (boundary.carved_out if boundary is not None else 0)
    proven = left & ~doubtful if doubtful else left
    return EffectivePermissions(own, tuple(stages), below, above, by_name, proven, principal)


def _less_denied(grant: Grant, denying: Reach) -> Grant:
    return grant.without(denying.denied).on_named_only(denying.denied_elsewhere)


def _maybe_denied(conditionals: Sequence[Conditional]) -> int:
    """Return the actions a Deny under a condition may take away on any resource."""
    result = 0
    for conditional in conditionals:
        if conditional.touches_any_resource:
            result |= conditional.mask
    return result
