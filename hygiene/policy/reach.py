"""How far a set of statements reaches: which actions, on any resource or on some, with or without a condition.

Four nested masks describe a grant, each a superset of the one before along its axis:

              unconditional    also under a condition
any resource  anywhere         anywhere_if
some resource somewhere        somewhere_if

Union is OR and intersection is AND, mask by mask, which is what IAM's evaluation needs: Allows add up within a
policy set, ceilings (permissions boundary, levels of SCP) intersect.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hygiene.policy.actions import catalogue
from hygiene.policy.principal import can_be_avoided, open_clauses

if TYPE_CHECKING:
    from hygiene.policy.document import ConditionClause, PolicyDocument, Statement


@dataclass(frozen=True, slots=True)
class Grant:
    """What Allow statements give, as nested action masks."""

    anywhere: int = 0
    anywhere_if: int = 0
    somewhere: int = 0
    somewhere_if: int = 0

    def __or__(self, other: Grant) -> Grant:
        """Both grants together."""
        return Grant(
            self.anywhere | other.anywhere,
            self.anywhere_if | other.anywhere_if,
            self.somewhere | other.somewhere,
            self.somewhere_if | other.somewhere_if,
        )

    def __and__(self, other: Grant) -> Grant:
        """What both give. Two different resource lists may not overlap: `somewhere` is then an upper bound."""
        return Grant(
            self.anywhere & other.anywhere,
            self.anywhere_if & other.anywhere_if,
            self.somewhere & other.somewhere,
            self.somewhere_if & other.somewhere_if,
        )

    def without(self, removed: int) -> Grant:
        """What is left when these actions are denied everywhere and always."""
        kept = ~removed
        return Grant(self.anywhere & kept, self.anywhere_if & kept, self.somewhere & kept, self.somewhere_if & kept)


@dataclass(frozen=True, slots=True)
class Conditional:
    """Actions that a statement with a condition touches, and the clauses that must all hold."""

    mask: int
    clauses: tuple[ConditionClause, ...]
    everywhere: bool
    """Whether the statement is about any resource."""


@dataclass(frozen=True, slots=True)
class Reach:
    """A policy, or a set of policies, compiled.

    `denied` is removed everywhere and always. `denied_if` is removed under a condition, `denied_some` on some
    resources: neither proves that an action is gone, both are worth saying.
    """

    grant: Grant = Grant()
    denied: int = 0
    denied_if: tuple[Conditional, ...] = ()
    denied_some: int = 0
    allowed_if: tuple[Conditional, ...] = ()

    def for_principal(self, principal_arn: str) -> Reach:
        """Return the reach with the Denies decided that depend on nothing but the principal."""
        if not self.denied_if:
            return self
        denied, denied_some, undecided = self.denied, self.denied_some, []
        for conditional in self.denied_if:
            left = open_clauses(conditional.clauses, principal_arn)
            if left is None or can_be_avoided(left):
                continue
            if left:
                undecided.append(Conditional(conditional.mask, left, conditional.everywhere))
            elif conditional.everywhere:
                denied |= conditional.mask
            else:
                denied_some |= conditional.mask
        return replace(self, denied=denied, denied_some=denied_some, denied_if=tuple(undecided))

    def __or__(self, other: Reach) -> Reach:
        """Both sets of policies on one principal."""
        return Reach(
            self.grant | other.grant,
            self.denied | other.denied,
            self.denied_if + other.denied_if,
            self.denied_some | other.denied_some,
            self.allowed_if + other.allowed_if,
        )


def reach_of(document: PolicyDocument) -> Reach:
    """Return how far the document's statements reach together."""
    result = Reach()
    for statement in document.statements:
        result |= _statement_reach(statement)
    return result


def action_mask(statement: Statement) -> int:
    """Return the actions of a statement; NotAction is everything else, actions we do not know included."""
    if statement.actions:
        return catalogue().mask(statement.actions)
    return catalogue().everything & ~catalogue().mask(statement.not_actions)


def covers_any_resource(statement: Statement) -> bool:
    """Whether the statement's resources are all resources.

    An SCP or a permissions policy without Resource does not exist, so an empty list (as in a trust policy)
    means "the resource the policy is attached to", not "any".
    """
    return any(set(resource) <= {"*"} or resource == "arn:*" for resource in statement.resources)


def _statement_reach(statement: Statement) -> Reach:
    mask = action_mask(statement)
    everywhere = covers_any_resource(statement)
    conditional = (Conditional(mask, statement.condition, everywhere),) if statement.condition else ()
    if statement.is_allow:
        return _allow_reach(mask, conditional, everywhere=everywhere)
    if conditional:
        return Reach(denied_if=conditional)
    return Reach(denied=mask) if everywhere else Reach(denied_some=mask)


def _allow_reach(mask: int, conditional: tuple[Conditional, ...], *, everywhere: bool) -> Reach:
    grant = Grant(
        anywhere=mask if everywhere and not conditional else 0,
        anywhere_if=mask if everywhere else 0,
        somewhere=mask if not conditional else 0,
        somewhere_if=mask,
    )
    return Reach(grant, allowed_if=conditional)
