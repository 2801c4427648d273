"""IAM's actions on any user or any role: `user/*` is every user, and no mask over all of IAM can say so.

Masks know one "any resource" per service. In IAM that is too coarse (`role/*` says nothing about users), so what is
asked about users or roles is answered from the statements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.allow_statements import AllowStatement, allow_statements, policies_of
from hygiene.analyse.check import Finding
from hygiene.analyse.iam_targets import not_evaluated
from hygiene.analyse.well_known import some_actions
from hygiene.analyse.wording import confidence_of, held_back_clause
from hygiene.policy.actions import catalogue
from hygiene.policy.document import parse_document
from hygiene.policy.effective import BOUNDARY, DENY, SCP
from hygiene.policy.principal import open_clauses
from hygiene.policy.reach import action_mask, covers_any_resource
from hygiene.policy.wildcards import glob

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hygiene.analyse.estate import Estate
    from hygiene.analyse.permissions import RolePermissions
    from hygiene.policy.document import Statement

_UNLIKELY_NAMES = ("q7x-0", "zk/9w_1")
"""A resource pattern that fits both of these names, which have nothing in common, fits every name."""


def on_any(estate: Estate, role_arn: str, action: int, kind: str) -> tuple[tuple[AllowStatement, ...], str]:
    """Return the statements that give the role one action on any `user` or `role`, and what holds them back.

    Of several statements those are returned that are held back least; none when the action is limited to some.
    """
    permissions = estate.permissions[role_arn]
    # Most roles have none: one mask says so, and no statement is looked at.
    if not permissions.effective.own.grant.somewhere_if & action:
        return (), ""
    giving = list(allow_statements(permissions, lambda statement: _is_on_any(statement, role_arn, kind), action))
    if not giving:
        return (), ""
    taken = _taken_by(estate, role_arn, action, kind)
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


def _is_on_any(statement: Statement, role_arn: str, kind: str) -> bool:
    """Whether the resources are every one of a kind: `*`, `arn:aws:iam::*:role/*`, all but a few, and the like."""
    if covers_any_resource(statement):
        return True
    probes = [":".join([*role_arn.split(":")[:5], f"{kind}/{name}"]) for name in _UNLIKELY_NAMES]
    if statement.not_resources:
        return not any(glob(resource).fullmatch(probe) for resource in statement.not_resources for probe in probes)
    return any(all(glob(resource).fullmatch(probe) for probe in probes) for resource in statement.resources)


def _taken_by(estate: Estate, role_arn: str, action: int, kind: str) -> str:
    """Return what takes the action on any of the kind away: a Deny, the boundary, an SCP; else empty."""
    permissions = estate.permissions[role_arn]
    denies = (statement for statement, mask in _denies(permissions) if mask & action)
    if any(_denies_any(permissions, statement, role_arn, kind) for statement in denies):
        return DENY
    for name, grant in permissions.effective.stages:
        if grant.anywhere_if & action:
            continue
        if not grant.somewhere_if & action:
            return name
        if name == BOUNDARY and not _boundary_allows_any(estate, role_arn, action, kind):
            return name
        if name not in {DENY, BOUNDARY} and not _levels_allow_any(estate, name, action):
            return name
    return ""


def _denies(permissions: RolePermissions) -> Iterator[tuple[Statement, int]]:
    for policy in permissions.policies:
        yield from (pair for pair in policy.statements() if not pair[0].is_allow)


def _denies_any(permissions: RolePermissions, statement: Statement, role_arn: str, kind: str) -> bool:
    principal = permissions.effective.principal
    if statement.condition and open_clauses(statement.condition, principal, is_deny=True) != ():
        return False
    # A Deny of all but a few leaves just these few.
    return bool(statement.not_resources) or _is_on_any(statement, role_arn, kind)


def _boundary_allows_any(estate: Estate, role_arn: str, action: int, kind: str) -> bool:
    arn = estate.role(role_arn)["permissions_boundary"]
    return any(
        statement.is_allow and action_mask(statement) & action and _is_on_any(statement, role_arn, kind)
        for statement in parse_document(estate.policy_documents.get(str(arn))).statements
    )


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
