"""What holds an IAM action back on the users, roles or policies it names: Denies, the boundary, control policies.

Masks know one "any resource" per service. In IAM that is too coarse (`role/*` says nothing about users, and a Deny on
it is a Deny on every role), so these questions are answered from the statements.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from hygiene.policy.effective import BOUNDARY, DENY, RCP, SCP
from hygiene.policy.principal import can_be_avoided, open_clauses
from hygiene.policy.reach import covers_any_resource
from hygiene.policy.variables import in_own_account
from hygiene.policy.wildcards import glob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hygiene.analyse.permissions import CompiledPolicy, RolePermissions
    from hygiene.policy.document import ConditionClause, Statement
    from hygiene.policy.reach import Grant
    from hygiene.policy.wildcards import Matcher

    Decide = Callable[[tuple[ConditionClause, ...]], tuple[ConditionClause, ...] | None]
    """Takes out the clauses that hold for the use in question; None when one of them does not."""

NOT_EVALUATED = "not-evaluated: "
_UNLIKELY_NAMES = ("q7x-0", "zk/9w_1")
"""A resource pattern that fits both of these names, which have nothing in common, fits every name."""

Target = tuple[str, ...]
"""ARNs that a statement has to cover, every one: a resource, or those that stand for any of a kind."""


def any_of(role_arn: str, kind: str) -> Target:
    """Return the target "any `kind` (`user`, `role`, …) of the role's account"."""
    return _any_in(role_arn[: role_arn.index(":", role_arn.index("::") + 2)], kind)


@lru_cache(maxsize=1024)
def _any_in(account: str, kind: str) -> Target:
    return tuple(f"{account}:{kind}/{name}" for name in _UNLIKELY_NAMES)


def covers(statement: Statement, target: Target) -> bool:
    """Whether the statement is about the target: `*`, `arn:aws:iam::*:role/*`, all but a few, the ARN itself."""
    if covers_any_resource(statement):
        return True
    if statement.not_resources:
        return not any(named_by(resource).fullmatch(arn) for resource in statement.not_resources for arn in target)
    return any(all(map(named_by(resource).fullmatch, target)) for resource in statement.resources)


def named_by(resource: str) -> Matcher:
    """Return what matches the resource's ARNs; the caller's own account may stand there as a policy variable."""
    return glob(in_own_account(resource))


def condition_fate(clauses: tuple[ConditionClause, ...]) -> str:
    """Return `not-evaluated: ` and the keys of the clauses; empty when there are none."""
    return not_evaluated({clause.key for clause in clauses})


def fate_of_allow(permissions: RolePermissions, statement: Statement) -> str:
    """Return what the condition of one of the role's Allows does: nothing, or `not-evaluated: ` and the keys."""
    return condition_fate(open_clauses(statement.condition, permissions.effective.principal) or ())


def not_evaluated(keys: set[str]) -> str:
    """Return `not-evaluated: ` and the keys; empty when there are none."""
    return f"{NOT_EVALUATED}{', '.join(sorted(keys))}" if keys else ""


def fate_of_use(permissions: RolePermissions, action: int, target: Target, decide: Decide = tuple) -> str:
    """Return what holds back an action, given as its mask, that the role's own policies allow on the target.

    Empty, `deny`, `boundary`, `scp`, `rcp` or `not-evaluated: keys`. `decide`: what is known of the use besides,
    such as the service a role is passed to.
    """
    own = _denied(_own_denies(permissions, action), permissions, target, decide)
    if own is None:
        return DENY
    boundary = permissions.boundary
    bounded = _bounded(boundary, permissions, action, target, decide) if boundary else set()
    if bounded is None:
        return BOUNDARY
    above = _above(permissions, action, target, decide)
    return above if isinstance(above, str) else not_evaluated(own | bounded | above)


def _own_denies(permissions: RolePermissions, action: int) -> Iterator[Statement]:
    for policy in permissions.policies:
        yield from _denies_of(policy, action)


def _denies_of(policy: CompiledPolicy, action: int) -> Iterator[Statement]:
    return (statement for statement, mask in policy.statements() if mask & action and not statement.is_allow)


def _denied(
    denies: Iterator[Statement], permissions: RolePermissions, target: Target, decide: Decide
) -> set[str] | None:
    """Return the condition keys on which a Deny of the target hangs; None when it is denied for certain."""
    keys: set[str] = set()
    for statement in denies:
        if not covers(statement, target):
            continue
        left = _left(statement.condition, permissions, decide)
        if left is not None and not left:
            return None
        keys.update(clause.key for clause in left or ())
    return keys


def _left(
    clauses: tuple[ConditionClause, ...], permissions: RolePermissions, decide: Decide
) -> tuple[ConditionClause, ...] | None:
    """Return the clauses of a Deny that nobody evaluated; None when it does not apply, or can be avoided."""
    known = open_clauses(clauses, permissions.effective.principal, is_deny=True)
    left = None if known is None else decide(known)
    return None if left is None or can_be_avoided(left) else left


def _bounded(
    boundary: CompiledPolicy, permissions: RolePermissions, action: int, target: Target, decide: Decide
) -> set[str] | None:
    """Return the condition keys on which the boundary lets the target through; None when it does not."""
    denied = _denied(_denies_of(boundary, action), permissions, target, decide)
    if denied is None:
        return None
    ways = []
    for statement, mask in boundary.statements():
        if statement.is_allow and mask & action and covers(statement, target):
            known = open_clauses(statement.condition, permissions.effective.principal)
            left = None if known is None else decide(known)
            if left is not None:
                ways.append({clause.key for clause in left})
    return denied | min(ways, key=lambda keys: (len(keys), sorted(keys))) if ways else None


def _above(permissions: RolePermissions, action: int, target: Target, decide: Decide) -> str | set[str]:
    """Return the kind of control policy that takes the action away, else the keys on which one of them hangs."""
    effective, is_any, keys = permissions.effective, len(target) > 1, set[str]()
    before = effective.own.grant
    for name, grant in effective.stages:
        if name in {SCP, RCP} and _is_lost(before, grant, action, is_any=is_any):
            return name
        if name in {SCP, RCP} and before.somewhere & action and not grant.somewhere & action:
            keys.add("condition of a ceiling")
        before = grant
    for conditional in effective.denied_above:
        if conditional.mask & action and (conditional.everywhere or (conditional.all_but_named and is_any)):
            left = decide(conditional.clauses)
            if left is not None and not left:
                return SCP
            keys.update(clause.key for clause in left or ())
    return keys


def _is_lost(before: Grant, after: Grant, action: int, *, is_any: bool) -> bool:
    if not after.somewhere_if & action:
        return True
    return is_any and bool(before.anywhere_if & action) and not after.anywhere_if & action
