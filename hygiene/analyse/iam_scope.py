"""IAM's actions on any user or any role: `user/*` is every user, and no mask over all of IAM can say so.

Masks know one "any resource" per service. In IAM that is too coarse (`role/*` says nothing about users), so what is
asked about users or roles is answered from the statements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.allow_statements import AllowStatement, allow_statements, policies_of
from hygiene.analyse.check import Finding
from hygiene.analyse.iam_targets import any_of, covers, not_evaluated
from hygiene.analyse.well_known import some_actions
from hygiene.analyse.wording import confidence_of, held_back_clause
from hygiene.policy.actions import catalogue
from hygiene.policy.effective import BOUNDARY, DENY, SCP
from hygiene.policy.principal import open_clauses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hygiene.analyse.estate import Estate
    from hygiene.analyse.iam_targets import Target
    from hygiene.analyse.permissions import RolePermissions
    from hygiene.policy.document import Statement


def on_any(estate: Estate, role_arn: str, action: int, kind: str) -> tuple[tuple[AllowStatement, ...], str]:
    """Return the statements that give the role one action on any `user` or `role`, and what holds them back.

    Of several statements those are returned that are held back least; none when the action is limited to some.
    """
    permissions = estate.permissions[role_arn]
    # Most roles have none: one mask says so, and no statement is looked at.
    if not permissions.effective.own.grant.somewhere_if & action:
        return (), ""
    target = any_of(role_arn, kind)
    giving = list(allow_statements(permissions, lambda statement: covers(statement, target), action))
    if not giving:
        return (), ""
    taken = _taken_by(estate, permissions, action, target)
    fates = [taken or _conditions(permissions, allowed.statement, action) for allowed in giving]
    least = min(fates)
    return tuple(one for one, fate in zip(giving, fates, strict=True) if fate == least), least


def with_iam_actions(
    estate: Estate,
    findings: Iterable[Finding],
    actions: Mapping[str, tuple[str, ...]],
    sentence: str,
    known_best: tuple[str, ...] = (),
) -> Iterator[Finding]:
    """Yield the findings about named actions, extended by IAM's actions that are allowed on any of their kind."""
    found = {(finding.role_arn, finding.held_back_by): finding for finding in findings}
    wanted = catalogue().mask(tuple(name for names in actions.values() for name in names))
    for arn in estate.editable:
        if not estate.permissions[arn].effective.own.grant.somewhere_if & wanted:
            continue
        for kind, names in actions.items():
            for name in names:
                effective = found.get((arn, ""))
                if effective is not None and name in effective.detail:
                    continue
                giving, fate = on_any(estate, arn, catalogue().mask((name,)), kind)
                if giving:
                    known = found.get((arn, fate)) or Finding("", arn, held_back_by=fate)
                    found[arn, fate] = _extended(known, name, policies_of(giving), sentence, known_best)
    yield from found.values()


def _extended(
    finding: Finding, name: str, policies: tuple[str, ...], sentence: str, known_best: tuple[str, ...]
) -> Finding:
    names = tuple(sorted({*finding.detail, name}, key=str.lower))
    return finding._replace(
        evidence=f"{sentence}: {some_actions(names, known_best)}{held_back_clause(finding.held_back_by)}.",
        detail=names,
        policies=tuple(dict.fromkeys([*finding.policies, *policies])),
        confidence=confidence_of(finding.held_back_by),
    )


def _taken_by(estate: Estate, permissions: RolePermissions, action: int, target: Target) -> str:
    """Return what takes the action on any of the kind away: a Deny, the boundary, an SCP; else empty."""
    denies = (statement for statement, mask in _denies(permissions) if mask & action)
    if any(_denies_any(permissions, statement, target) for statement in denies):
        return DENY
    for name, grant in permissions.effective.stages:
        if grant.anywhere_if & action:
            continue
        if not grant.somewhere_if & action:
            return name
        if name == BOUNDARY and not _boundary_allows_any(permissions, action, target):
            return name
        if name not in {DENY, BOUNDARY} and not _levels_allow_any(estate, name, action):
            return name
    return ""


def _denies(permissions: RolePermissions) -> Iterator[tuple[Statement, int]]:
    for policy in permissions.policies:
        yield from (pair for pair in policy.statements() if not pair[0].is_allow)


def _denies_any(permissions: RolePermissions, statement: Statement, target: Target) -> bool:
    principal = permissions.effective.principal
    if statement.condition and open_clauses(statement.condition, principal, is_deny=True) != ():
        return False
    # A Deny of all but a few leaves just these few.
    return bool(statement.not_resources) or covers(statement, target)


def _boundary_allows_any(permissions: RolePermissions, action: int, target: Target) -> bool:
    statements = permissions.boundary.statements() if permissions.boundary else ()
    return any(one.is_allow and mask & action and covers(one, target) for one, mask in statements)


def _levels_allow_any(estate: Estate, name: str, action: int) -> bool:
    """Whether every level of the account's SCPs or RCPs allows the action on any resource, by `*`."""
    above = estate.reference.ceilings(estate.account.id)
    levels = above.scp_levels if name == SCP else above.rcp_levels
    return all(level.grant.anywhere_if & action for level in levels)


def _conditions(permissions: RolePermissions, statement: Statement, action: int) -> str:
    """Return the condition keys that nobody evaluated: of the statement, and of Denies that may apply."""
    keys = {clause.key for clause in open_clauses(statement.condition, permissions.effective.principal) or ()}
    for conditional in permissions.effective.denied_if:
        if conditional.mask & action and conditional.touches_any_resource:
            keys.update(clause.key for clause in conditional.clauses)
    return not_evaluated(keys)
