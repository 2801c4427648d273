"""Roles that may hand any role of the account to an AWS service."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hygiene.analyse.allow_statements import AllowStatement, allow_statements, policies_of
from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.wording import confidence_of, held_back_clause, listed
from hygiene.documents import default_documents
from hygiene.policy.actions import catalogue
from hygiene.policy.document import parse_document
from hygiene.policy.effective import BOUNDARY, DENY
from hygiene.policy.reach import action_mask, covers_any_resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hygiene.analyse.estate import Estate
    from hygiene.analyse.permissions import RolePermissions
    from hygiene.policy.document import Statement

_HANDING_OVER = "iam:PassRole"

_UNLIKELY_NAMES = ("q7x-0", "zk/9w_1")
"""A resource pattern that fits both of these role names, which have nothing in common, fits any role's."""


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles with iam:PassRole on any role, one finding each: what is held back least."""
    pass_role = catalogue().mask((_HANDING_OVER,))
    for arn in estate.editable():
        permissions = estate.permissions[arn]
        # Most roles pass none: one mask says so, and no statement is looked at.
        if not permissions.effective.own.grant.somewhere_if & pass_role:
            continue
        passing = _passing_statements(permissions, arn, pass_role)
        if passing:
            yield _finding(estate, arn, passing, pass_role)


def _passing_statements(permissions: RolePermissions, role_arn: str, pass_role: int) -> list[AllowStatement]:
    on_any_role = allow_statements(permissions, lambda statement: _is_on_any_role(statement, role_arn))
    return [allowed for allowed in on_any_role if allowed.mask & pass_role]


def _finding(estate: Estate, arn: str, passing: Sequence[AllowStatement], pass_role: int) -> Finding:
    taken = _taken_by(estate, arn, pass_role)
    fates = [taken or _conditions(estate.permissions[arn], allowed.statement, pass_role) for allowed in passing]
    fate = min(fates)
    chosen = [allowed for allowed, its in zip(passing, fates, strict=True) if its == fate]
    return Finding(
        role_arn=arn,
        evidence=f"May pass any role to an AWS service ({_places(chosen)}){held_back_clause(fate)}.",
        detail=(_HANDING_OVER,),
        policies=policies_of(chosen),
        held_back_by=fate,
        confidence=confidence_of(fate),
    )


def _places(chosen: Sequence[AllowStatement]) -> str:
    return listed(list(dict.fromkeys(allowed.place for allowed in chosen)))


def _is_on_any_role(statement: Statement, role_arn: str) -> bool:
    """Whether the resources are every role of the account: `*`, `arn:aws:iam::*:role/*`, all but a few, and the like."""
    if covers_any_resource(statement):
        return True
    probes = [":".join([*role_arn.split(":")[:5], f"role/{name}"]) for name in _UNLIKELY_NAMES]
    if statement.not_resources:
        return not any(_fits(pattern, probe) for pattern in statement.not_resources for probe in probes)
    return any(all(_fits(pattern, probe) for probe in probes) for pattern in statement.resources)


def _fits(pattern: str, arn: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), arn, re.DOTALL) is not None


def _taken_by(estate: Estate, arn: str, pass_role: int) -> str:
    """Return what takes the permission away for any role: a Deny, the boundary, an SCP; else empty."""
    permissions = estate.permissions[arn]
    if any(_denies_any(statement, arn, pass_role) for statement in _statements(permissions)):
        return DENY
    # Where only `role/*` is allowed, masks know no "any": what a ceiling leaves of it is then an upper bound.
    is_star = bool(permissions.effective.own.grant.anywhere_if & pass_role)
    for name, grant in permissions.effective.stages:
        left = grant.anywhere_if if is_star else grant.somewhere_if
        if left & pass_role:
            continue
        if name == BOUNDARY and grant.somewhere_if & pass_role and _boundary_allows_any(estate, arn, pass_role):
            is_star = False
            continue
        return name
    return ""


def _statements(permissions: RolePermissions) -> Iterator[Statement]:
    for policy in permissions.policies:
        yield from policy.document.statements


def _denies_any(statement: Statement, role_arn: str, pass_role: int) -> bool:
    if statement.is_allow or statement.condition or not action_mask(statement) & pass_role:
        return False
    # A Deny of all roles but a few leaves just these few.
    return bool(statement.not_resources) or _is_on_any_role(statement, role_arn)


def _boundary_allows_any(estate: Estate, role_arn: str, pass_role: int) -> bool:
    details = estate.documents.authorization_details or {}
    boundary = default_documents(details.get("Policies", [])).get(str(estate.role(role_arn)["permissions_boundary"]))
    return any(
        statement.is_allow and action_mask(statement) & pass_role and _is_on_any_role(statement, role_arn)
        for statement in parse_document(boundary).statements
    )


def _conditions(permissions: RolePermissions, statement: Statement, pass_role: int) -> str:
    """Return the condition keys that nobody evaluated: of the statement, and of Denies that may apply."""
    keys = {clause.key for clause in statement.condition}
    for conditional in permissions.effective.denied_if:
        if conditional.mask & pass_role:
            keys.update(clause.key for clause in conditional.clauses)
    return f"not-evaluated: {', '.join(sorted(keys))}" if keys else ""


CHECK = Check(
    id="pass-any-role",
    title="Passes any role to a service",
    group="Permissions",
    severity="medium",
    why="Whoever may pass a role to a service can have the service act with that role's permissions, an "
    "administrator's included.",
    remedy="Name the roles that may be passed, and the service in a condition on iam:PassedToService.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
    find=find,
)
