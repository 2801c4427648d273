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
from functools import lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, NamedTuple

from hygiene.policy.actions import catalogue
from hygiene.policy.principal import PRINCIPAL_TAG, can_be_avoided, is_about_principal, open_clauses
from hygiene.policy.resource_kinds import resource_kinds
from hygiene.policy.whole_kinds import ALSO_ON_ARNS_OF, actions_covered_by, covered_in_accounts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hygiene.policy.document import ConditionClause, PolicyDocument, Statement
    from hygiene.policy.principal import KnownPrincipal


# Grants and reaches are made by the ten thousand: a frozen dataclass takes four times as long to make.
class Grant(NamedTuple):
    """What Allow statements give, as nested action masks."""

    anywhere: int = 0
    anywhere_if: int = 0
    somewhere: int = 0
    somewhere_if: int = 0

    def __or__(self, other: Grant) -> Grant:
        """Both grants together."""
        anywhere, somewhere = self.anywhere | other.anywhere, self.somewhere | other.somewhere
        if self.is_unconditional and other.is_unconditional:
            return Grant(anywhere, anywhere, somewhere, somewhere)
        return Grant(
            anywhere, self.anywhere_if | other.anywhere_if, somewhere, self.somewhere_if | other.somewhere_if
        )

    @property
    def is_unconditional(self) -> bool:
        """Whether nothing is given under a condition. Then masks are one and the same: memory for each role."""
        return self.anywhere is self.anywhere_if and self.somewhere is self.somewhere_if

    def __and__(self, other: Grant) -> Grant:
        """What both give. Two different resource lists may not overlap: `somewhere` is then an upper bound."""
        return Grant(
            self.anywhere & other.anywhere,
            self.anywhere_if & other.anywhere_if,
            self.somewhere & other.somewhere,
            self.somewhere_if & other.somewhere_if,
        )

    def on_named_only(self, removed: int) -> Grant:
        """What is left when these actions are denied on all but a few named resources."""
        if not removed:
            return self
        return Grant(self.anywhere & ~removed, self.anywhere_if & ~removed, self.somewhere, self.somewhere_if)

    def without(self, removed: int) -> Grant:
        """What is left when these actions are denied everywhere and always."""
        if not removed:
            return self
        kept = ~removed
        return Grant(self.anywhere & kept, self.anywhere_if & kept, self.somewhere & kept, self.somewhere_if & kept)


@dataclass(frozen=True, slots=True)
class Conditional:
    """Actions that a statement with a condition touches, and the clauses that must all hold."""

    mask: int
    clauses: tuple[ConditionClause, ...]
    everywhere: bool
    """Whether the statement is about any resource."""
    all_but_named: bool = False
    """Whether it is about any resource but a few (NotResource)."""
    anywhere: int = 0
    """Of an Allow: the actions it gives on any resource of their kind."""
    account_id: str = ""
    """Of a Deny: the account whose roles alone it concerns; empty: of any."""

    @property
    def touches_any_resource(self) -> bool:
        """Whether it says something about a grant on any resource; one on a few resources leaves the others."""
        return self.everywhere or self.all_but_named


class Reach(NamedTuple):
    """A policy, or a set of policies, compiled.

    `denied` is removed everywhere and always, `denied_elsewhere` on all but a few named resources. `denied_if` is
    removed under a condition, which proves nothing but is worth saying. A Deny on some resources proves nothing
    either: the action is left on the others. `carved_out` are the actions whose resources a statement names to take
    them out (such a Deny, or an Allow of all but a few): who asks about certain resources has to look closer.
    """

    grant: Grant = Grant()
    denied: int = 0
    denied_elsewhere: int = 0
    denied_if: tuple[Conditional, ...] = ()
    allowed_if: tuple[Conditional, ...] = ()
    carved_out: int = 0

    @property
    def asks_for_tags(self) -> bool:
        """Whether a condition asks for the principal's tags."""
        conditionals = (*self.allowed_if, *self.denied_if)
        return any(clause.key.startswith(PRINCIPAL_TAG) for one in conditionals for clause in one.clauses)

    def for_principal(self, principal: KnownPrincipal) -> Reach:
        """Return the reach with the conditions decided that depend on nothing but the principal."""
        changed: dict[str, Any] = self._decided_denies(principal) if self.denied_if else {}
        if any(is_about_principal(conditional.clauses) for conditional in self.allowed_if):
            changed |= self._decided_allows(principal)
        return self._replace(**changed) if changed else self

    def _decided_allows(self, principal: KnownPrincipal) -> dict[str, Any]:
        anywhere, somewhere, undecided = self.grant.anywhere, self.grant.somewhere, []
        for conditional in self.allowed_if:
            left = open_clauses(conditional.clauses, principal)
            if left:
                undecided.append(replace(conditional, clauses=left))
            elif left is not None:
                anywhere |= conditional.anywhere
                somewhere |= conditional.mask
        anywhere_if, somewhere_if = anywhere, somewhere
        for conditional in undecided:
            anywhere_if |= conditional.anywhere
            somewhere_if |= conditional.mask
        grant = Grant(anywhere, anywhere_if, somewhere, somewhere_if)
        return {"grant": grant, "allowed_if": tuple(undecided)}

    def _decided_denies(self, principal: KnownPrincipal) -> dict[str, Any]:
        denied, elsewhere, undecided = self.denied, self.denied_elsewhere, []
        for conditional in self.denied_if:
            if conditional.account_id not in {"", principal.account_id}:
                continue
            left = open_clauses(conditional.clauses, principal, is_deny=True)
            if left is None or can_be_avoided(left):
                continue
            if left:
                undecided.append(replace(conditional, clauses=left))
            elif conditional.everywhere:
                denied |= conditional.mask
            elif conditional.all_but_named:
                elsewhere |= conditional.mask
        return {"denied": denied, "denied_elsewhere": elsewhere, "denied_if": tuple(undecided)}

    def __or__(self, other: Reach) -> Reach:
        """Both sets of policies on one principal."""
        return Reach(
            self.grant | other.grant,
            self.denied | other.denied,
            self.denied_elsewhere | other.denied_elsewhere,
            self.denied_if + other.denied_if,
            self.allowed_if + other.allowed_if,
            self.carved_out | other.carved_out,
        )


def reach_of(document: PolicyDocument) -> Reach:
    """Return how far the document's statements reach together."""
    return reach_with_masks(document)[0]


def reach_with_masks(document: PolicyDocument) -> tuple[Reach, tuple[int, ...]]:
    """Return how far the statements reach together, and the actions of each."""
    masks = tuple(action_mask(statement) for statement in document.statements)
    reaches = [_statement_reach(*pair) for pair in zip(document.statements, masks, strict=True)]
    return union(reaches), masks


def union(reaches: Sequence[Reach]) -> Reach:
    """Return all of them together."""
    return reduce(or_, reaches) if reaches else Reach()


def action_mask(statement: Statement) -> int:
    """Return the actions of a statement; NotAction is everything else, actions we do not know included."""
    if statement.actions:
        return catalogue().mask(statement.actions)
    return catalogue().everything & ~catalogue().mask(statement.not_actions)


def is_about_nothing(statement: Statement) -> bool:
    """Whether the statement is about everything but everything: `NotResource: *`."""
    return any(not resource.strip("*") for resource in statement.not_resources)


def covers_any_resource(statement: Statement) -> bool:
    """Whether the statement's resources are all resources.

    An SCP or a permissions policy without Resource does not exist, so an empty list (as in a trust policy)
    means "the resource the policy is attached to", not "any".
    """
    resources = statement.resources
    return "*" in resources or any(resource[-1:] == "*" and _is_any(resource) for resource in resources)


@lru_cache(maxsize=4096)
def _is_any(resource: str) -> bool:
    """Whether nothing but wildcards follows the partition: `**`, `arn:*`, `arn:aws:*`, `arn:aws:*:*:*:*`."""
    arn, *parts = resource.split(":")
    if arn != "arn":
        return not resource.strip("*")
    return not "".join(parts if len(parts) == 1 else parts[1:]).strip("*")


def actions_on_any_resource(statement: Statement, mask: int) -> int:
    """Return the actions an Allow statement gives on any resource of their kind.

    Everything but a few named resources (NotResource) is any resource, and so is an ARN that names but a kind:
    `arn:aws:s3:::*`, `arn:aws:lambda:*:*:function:*`. Such an ARN speaks for the actions of its own service alone:
    `*` on `arn:aws:s3:::*` makes nobody an administrator. `mask`: the statement's actions.
    """
    if covers_any_resource(statement) or statement.not_resources:
        return mask
    reached = 0
    for resource in statement.resources:
        if resource.endswith(_WIDE_ENDS):
            reached |= _services_of_kind(resource)
    return mask & reached


@lru_cache(maxsize=4096)
def _services_of_kind(resource: str) -> int:
    """Return the actions of the services a kind-wide ARN speaks for; none when it names a certain resource.

    IAM's own ARNs are left out: `role/*` says nothing about users, so who asks about IAM looks at the statement.
    """
    parts = resource.split(":", _ARN_PARTS - 1)
    # A shorter ARN that ends in `*` covers the parts that are left: `arn:aws:lambda:*`.
    if len(parts) < _LEAST_PARTS or parts[2] == "iam" or not _is_kind_wide(parts[2], parts[-1]):
        return 0
    services = catalogue().services
    spoken_for = (parts[2], *ALSO_ON_ARNS_OF.get(parts[2], ()))
    return sum(services.get(service, 0) for service in spoken_for)


def _is_kind_wide(service: str, resource: str) -> bool:
    """Whether the last part of an ARN is `*`, or a kind AWS documents and then nothing but `*`: `function:*`."""
    if set(resource) <= {"*", "/"}:
        return True
    stem = resource.rstrip("*/")
    return resource != stem and any(stem.rstrip(":/") == kind.rstrip(":/") for kind in resource_kinds(service))


_ARN_PARTS = 6
_LEAST_PARTS = 4
_WIDE_ENDS = ("*", "/", ":")
"""How an ARN ends that names but a kind. Most end otherwise, and need not be taken apart."""


def _statement_reach(statement: Statement, mask: int) -> Reach:
    if is_about_nothing(statement):
        return Reach()
    everywhere = covers_any_resource(statement)
    all_but_named = bool(statement.not_resources)
    if statement.is_allow:
        reached = mask if everywhere else actions_on_any_resource(statement, mask)
        clauses = statement.condition
        conditional = (Conditional(mask, clauses, everywhere, all_but_named, reached),) if clauses else ()
        return _allow_reach(mask, reached, conditional, all_but_named=all_but_named)
    return _deny_reach(statement, mask, everywhere=everywhere, all_but_named=all_but_named)


def _deny_reach(statement: Statement, mask: int, *, everywhere: bool, all_but_named: bool) -> Reach:
    """Return what a Deny takes away. On some resources it leaves the others, but on a whole kind it leaves none."""
    clauses = statement.condition
    if everywhere or all_but_named:
        if clauses:
            conditional = Conditional(mask, clauses, everywhere, all_but_named)
            return Reach(denied_if=(conditional,), carved_out=0 if everywhere else mask)
        return Reach(denied=mask) if everywhere else Reach(denied_elsewhere=mask)
    whole = mask & actions_covered_by(statement.resources)
    kinds = [
        ("", whole),
        *((account_id, mask & found & ~whole) for account_id, found in covered_in_accounts(statement.resources)),
    ]
    # A kind in one account is whole to who lives there, which is known once there is a principal.
    later = tuple(
        Conditional(found, clauses, everywhere=True, account_id=account_id)
        for account_id, found in kinds
        if found and (clauses or account_id)
    )
    rest = (Conditional(mask & ~whole, clauses, everywhere=False),) if clauses else ()
    return Reach(denied=0 if clauses else whole, denied_if=later + rest, carved_out=mask & ~whole)


def _allow_reach(mask: int, everywhere: int, conditional: tuple[Conditional, ...], *, all_but_named: bool) -> Reach:
    grant = Grant(
        anywhere=0 if conditional else everywhere,
        anywhere_if=everywhere,
        somewhere=0 if conditional else mask,
        somewhere_if=mask,
    )
    return Reach(grant, allowed_if=conditional, carved_out=mask if all_but_named else 0)
