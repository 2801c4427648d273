"""What one role may do and whom it trusts, in a form that two moments can be compared by. Pure values.

A comparison says what was gained and what was lost; where a document could not be read it says nothing, because a
change that cannot be proved is not a change that did not happen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hygiene.policy.actions import catalogue
from hygiene.policy.document import Principal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hygiene.policy.document import ConditionClause
    from hygiene.policy.reach import Grant
    from hygiene.policy.trust import TrustedPrincipal

EVERYBODY = Principal("AWS", "*")


@dataclass(frozen=True, slots=True)
class Entrance:
    """One way in: a principal of the trust policy, and every clause the caller has to meet."""

    principal: Principal
    condition: frozenset[ConditionClause]

    def covers(self, other: Entrance) -> bool:
        """Whether everybody who comes in by the other way could come in by this one, with no more conditions."""
        return self.principal in (other.principal, EVERYBODY) and self.condition <= other.condition


@dataclass(frozen=True, slots=True)
class Powers:
    """A role at one moment. `grant` is effective, after Denies and ceilings; None: some document was unreadable."""

    grant: Grant | None
    entrances: frozenset[Entrance] | None
    policies_sha256: str
    trust_sha256: str


def entrances_of(trusted: Iterable[TrustedPrincipal]) -> frozenset[Entrance]:
    """Return the ways in that a trust policy opens."""
    return frozenset(Entrance(found.principal, frozenset(found.condition)) for found in trusted)


def gained(before: Grant, after: Grant) -> int:
    """Return the known actions that `after` allows more widely: at all, on any resource, or without a condition."""
    more = (
        (after.somewhere_if & ~before.somewhere_if)
        | (after.somewhere & ~before.somewhere)
        | (after.anywhere_if & ~before.anywhere_if)
        | (after.anywhere & ~before.anywhere)
    )
    return more & catalogue().known


def is_smaller(before: Grant, after: Grant) -> bool:
    """Whether fewer actions are granted, at all or on any resource, and none more widely than before.

    A condition that was added is not enough: it may hold for everybody.
    """
    fewer = (before.somewhere_if & ~after.somewhere_if) | (before.anywhere_if & ~after.anywhere_if)
    return bool(fewer & catalogue().known) and not gained(before, after)


def opened(before: frozenset[Entrance], after: frozenset[Entrance]) -> frozenset[Entrance]:
    """Return the ways in that no earlier way covers: new principals, or known ones under fewer conditions."""
    return frozenset(way for way in after if not any(earlier.covers(way) for earlier in before))
