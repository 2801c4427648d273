"""Findings about single Allow statements: which policy holds them, and what became of what they allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hygiene.analyse.check import Finding
from hygiene.analyse.iam_targets import not_evaluated
from hygiene.analyse.wording import confidence_of, held_back_clause
from hygiene.policy.principal import open_clauses
from hygiene.policy.reach import is_about_nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from hygiene.analyse.permissions import RolePermissions
    from hygiene.policy.document import Statement
    from hygiene.policy.effective import EffectivePermissions


@dataclass(frozen=True, slots=True)
class AllowStatement:
    """An Allow statement of one of a role's policies; `mask` holds its actions, `held_back_by` their fate."""

    policy: str
    statement: Statement
    mask: int
    held_back_by: str

    @property
    def place(self) -> str:
        """Policy and statement in one text, for the detail of a finding."""
        return f"{self.policy} statement {self.statement.number}"


def allow_statements(
    permissions: RolePermissions, is_wanted: Callable[[Statement], bool], actions: int
) -> Iterator[AllowStatement]:
    """Yield the wanted Allow statements that allow any of the actions."""
    for policy, statement, mask in permissions.allows(actions):
        if is_wanted(statement) and not is_about_nothing(statement):
            yield AllowStatement(policy.name, statement, mask, fate_of(permissions.effective, statement, mask))


def by_fate(statements: Iterable[AllowStatement]) -> Iterator[tuple[str, list[AllowStatement]]]:
    """Yield each `held_back_by` with its statements: one finding per role and fate, however many statements."""
    found: dict[str, list[AllowStatement]] = {}
    for allowed in statements:
        found.setdefault(allowed.held_back_by, []).append(allowed)
    yield from found.items()


def policies_of(statements: Iterable[AllowStatement]) -> tuple[str, ...]:
    """Return the names of the policies the statements stand in, each once, in order."""
    return tuple(dict.fromkeys(allowed.policy for allowed in statements))


def fate_of(effective: EffectivePermissions, statement: Statement, mask: int) -> str:
    """Return what holds a statement back: what took the last of its actions, else the conditions not evaluated.

    Empty when at least some of what it allows is allowed for certain.
    """
    left = mask
    for name, grant in effective.stages:
        if not left & grant.somewhere_if:
            return name
        left &= grant.somewhere_if
    keys = {clause.key for clause in open_clauses(statement.condition, effective.principal) or ()}
    doubtful = 0
    # A Deny on some resources, or on all but some, leaves the others, whether its condition holds or not.
    denies = [conditional for conditional in effective.denied_if if conditional.everywhere]
    for conditional in denies:
        doubtful |= conditional.mask
    if not left & ~doubtful:
        keys.update(clause.key for conditional in denies if conditional.mask & left for clause in conditional.clauses)
    return not_evaluated(keys)


def finding_about(role_arn: str, found: Sequence[AllowStatement], sentence: str, severity: str = "") -> Finding:
    """Return the finding of a role's statements that share one fate; `sentence` is about the first of them."""
    fate = found[0].held_back_by
    return Finding(
        role_arn=role_arn,
        evidence=f"{sentence}{held_back_clause(fate)}{_and_more(found)}.",
        detail=tuple(dict.fromkeys(allowed.place for allowed in found)),
        policies=policies_of(found),
        held_back_by=fate,
        confidence=confidence_of(fate),
        severity=severity,
    )


def _and_more(found: Sequence[AllowStatement]) -> str:
    """Return how a sentence about the first statement goes on when there are others; empty when there are none."""
    more = len(found) - 1
    return f"; {more} more such statement{'' if more == 1 else 's'}" if more else ""
