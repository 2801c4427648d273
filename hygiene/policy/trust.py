"""Reads a trust policy: who may assume the role, how that principal relates to the account, and the role's kinds.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hygiene.policy.actions import catalogue
from hygiene.policy.reach import action_mask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.policy.document import ConditionClause, PolicyDocument, Principal, Statement

ASSUMING_ACTIONS = ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
SERVICE_LINKED_PATH = "/aws-service-role/"
SSO_RESERVED_PATH = "/aws-reserved/sso.amazonaws.com/"

_ACCOUNT = re.compile(r"\d{12}")
_ARN = re.compile(r"arn:(?P<partition>[^:]*):(?P<service>[^:]*):[^:]*:(?P<account>[^:]*):(?P<resource>.*)", re.DOTALL)
_DELETED = re.compile(r"A(?:ROA|IDA|GPA|NPA|SIA)[A-Z0-9]{12,}")


@dataclass(frozen=True, slots=True)
class TrustedPrincipal:
    """One principal that an Allow statement of the trust policy lets assume the role.

    `relation` is `service`, `own-account`, `other-account`, `anybody`, `saml`, `oidc`, `orphaned` (the id of
    a deleted principal) or `not-principal` (everybody but those named).
    """

    statement: Statement
    principal: Principal
    relation: str
    account_id: str | None
    is_whole_account: bool

    @property
    def is_limited(self) -> bool:
        """Whether a condition of this very statement says something about who the caller is."""
        return any(limits_caller(clause) for clause in self.statement.condition)

    @property
    def is_pinned(self) -> bool:
        """Whether a condition of this very statement names the principals of the account that may come."""
        return any(clause.key in _NAMING_KEYS and limits_caller(clause) for clause in self.statement.condition)

    @property
    def external_id(self) -> ConditionClause | None:
        """The sts:ExternalId clause of this very statement that the caller must meet, if there is one."""
        return next((clause for clause in self.statement.condition if is_effective_external_id(clause)), None)


def trusted_principals(document: PolicyDocument, account_id: str) -> tuple[TrustedPrincipal, ...]:
    """Return the principals of every Allow statement that lets somebody assume the role of this account."""
    return tuple(found for statement in document.statements for found in _of_statement(statement, account_id))


def _of_statement(statement: Statement, account_id: str) -> Iterator[TrustedPrincipal]:
    if not statement.is_allow or not lets_assume(statement):
        return
    for principal in statement.principals:
        relation, account, whole = _relation(principal, account_id)
        yield TrustedPrincipal(statement, principal, relation, account, whole)
    for principal in statement.not_principals:
        # Allow with NotPrincipal lets everybody in but those named, anonymous callers included.
        yield TrustedPrincipal(statement, principal, "not-principal", None, is_whole_account=False)


def lets_assume(statement: Statement) -> bool:
    """Whether the statement's actions (`sts:*`, `*` and NotAction too) include a way to assume the role."""
    return bool(action_mask(statement) & catalogue().mask(ASSUMING_ACTIONS))


def _relation(principal: Principal, own_account: str) -> tuple[str, str | None, bool]:
    if principal.type == "Service":
        return "service", None, False
    if principal.type == "Federated":
        return ("saml" if ":saml-provider/" in principal.value else "oidc"), account_of(principal.value), False
    return _aws_relation(principal.value, own_account)


def _aws_relation(value: str, own_account: str) -> tuple[str, str | None, bool]:
    if value == "*":
        return "anybody", None, False
    if _DELETED.fullmatch(value):
        return "orphaned", None, False
    account = account_of(value)
    if account is None:
        return "other-account", None, False
    return ("own-account" if account == own_account else "other-account"), account, is_whole_account(value)


def account_of(principal: str) -> str | None:
    """Return the account id of a principal given as id or ARN; None when it has none, as an AWS-owned one."""
    if _ACCOUNT.fullmatch(principal):
        return principal
    found = _ARN.fullmatch(principal)
    return found["account"] if found and _ACCOUNT.fullmatch(found["account"]) else None


def is_whole_account(principal: str) -> bool:
    """Whether the principal is the account itself: its id, or its root ARN, which mean the same."""
    if _ACCOUNT.fullmatch(principal):
        return True
    found = _ARN.fullmatch(principal)
    return bool(found and found["service"] == "iam" and found["resource"] == "root")


_NAMING_KEYS = frozenset({"aws:principalarn", "aws:userid"})
_CALLER_KEYS = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "aws:vpcsourceip",
        "sts:externalid",
    }
)


def limits_caller(clause: ConditionClause) -> bool:
    """Whether the clause narrows down who the caller is: a positive test, that must be met, of a caller's key.

    A Region, a date or MFA says nothing about whose credentials they are.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    key = clause.key.partition("/")[0]
    operator = clause.operator.lower()
    if key not in _CALLER_KEYS and key != "aws:principaltag":
        return False
    if "not" in operator or operator.endswith("ifexists") or operator.startswith("forallvalues:"):
        return False
    return bool(clause.values) and all(value.strip("*?") for value in clause.values)


def is_effective_external_id(clause: ConditionClause) -> bool:
    """Whether the clause makes the caller bring a certain external id.

    `…IfExists` lets a caller pass who brings none, a negated operator lets everyone else pass, and `*` is no secret.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
    """
    if clause.key != "sts:externalid":
        return False
    operator = clause.operator.lower().removeprefix("foranyvalue:")
    if operator not in {"stringequals", "stringlike", "stringequalsignorecase"}:
        return False
    return all(value.strip("*?") for value in clause.values) and bool(clause.values)


def role_kinds(path: str, principals: tuple[TrustedPrincipal, ...]) -> tuple[str, ...]:
    """Return all kinds of a role, the leading one first; empty when nobody can assume it.

    Only the path makes a role service-linked or SSO-reserved, never its name.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
    """
    if path.startswith(SERVICE_LINKED_PATH):
        return ("service-linked",)
    # A deleted principal (`orphaned`) can no longer assume anything, so it gives no kind.
    kinds = {_KIND_OF_RELATION[found.relation] for found in principals if found.relation in _KIND_OF_RELATION}
    if path.startswith(SSO_RESERVED_PATH):
        kinds.add("sso-reserved")
    return tuple(kind for kind in _LEADING if kind in kinds)


_KIND_OF_RELATION = {
    "service": "service",
    "own-account": "same-account",
    "other-account": "cross-account",
    "anybody": "public",
    "not-principal": "public",
    "saml": "federated-saml",
    "oidc": "federated-oidc",
}
_LEADING = ("sso-reserved", "public", "cross-account", "federated-oidc", "federated-saml", "service", "same-account")
