"""Reads a trust policy: who may assume the role, how that principal relates to the account, and the role's kinds.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hygiene.policy.actions import catalogue
from hygiene.policy.clauses import binds, names_principals, opposite
from hygiene.policy.document import ConditionClause
from hygiene.policy.reach import action_mask

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hygiene.policy.document import PolicyDocument, Principal, Statement

ASSUMING_ACTIONS = ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
SERVICE_LINKED_PATH = "/aws-service-role/"
SSO_RESERVED_PATH = "/aws-reserved/sso.amazonaws.com/"

_ACCOUNT = re.compile(r"\d{12}")
_ARN = re.compile(r"arn:(?P<partition>[^:]*):(?P<service>[^:]*):[^:]*:(?P<account>[^:]*):(?P<resource>.*)", re.DOTALL)
_NAMED = re.compile(r"arn:[^:]*:iam::\d{12}:(?:role|user)/[^*?]+")
_DELETED = re.compile(r"A(?:ROA|IDA|GPA|NPA|SIA)[A-Z0-9]{12,}")


@dataclass(frozen=True, slots=True)
class TrustedPrincipal:
    """One principal that an Allow statement of the trust policy lets assume the role.

    `relation` is `service`, `own-account`, `other-account`, `anybody`, `saml`, `oidc`, `orphaned` (the id of
    a deleted principal) or `not-principal` (everybody but those named). `condition` is what the caller must meet:
    the statement's own clauses, and the opposite of each Deny that would otherwise turn the caller away.
    """

    statement: Statement
    principal: Principal
    relation: str
    account_id: str | None
    is_whole_account: bool
    condition: tuple[ConditionClause, ...] = ()

    @property
    def is_limited(self) -> bool:
        """Whether a condition of this very statement says something about who the caller is."""
        return any(limits_caller(clause) for clause in self.condition)

    @property
    def is_pinned(self) -> bool:
        """Whether a condition of this very statement names the principals of the account that may come."""
        return any(names_principals(clause) for clause in self.condition)

    @property
    def external_id(self) -> ConditionClause | None:
        """The sts:ExternalId clause of this very statement that the caller must meet, if there is one."""
        return next((clause for clause in self.condition if is_effective_external_id(clause)), None)


def trusted_principals(document: PolicyDocument, account_id: str) -> tuple[TrustedPrincipal, ...]:
    """Return the principals of every Allow statement that lets somebody assume the role of this account.

    A principal that a Deny turns away whatever it brings is not among them.
    """
    allows = [statement for statement in document.statements if statement.is_allow and lets_assume(statement)]
    denies = [statement for statement in document.statements if not statement.is_allow and lets_assume(statement)]
    return tuple(found for statement in allows for found in _of_statement(statement, denies, account_id))


def _of_statement(statement: Statement, denies: Sequence[Statement], account_id: str) -> Iterator[TrustedPrincipal]:
    for principal in statement.principals:
        relation, account, whole = _relation(principal, account_id)
        condition = _condition_for(principal, relation, account, statement, denies)
        if condition is not None:
            yield TrustedPrincipal(statement, principal, relation, account, whole, condition)
    for principal in statement.not_principals:
        # Allow with NotPrincipal lets everybody in but those named, anonymous callers included.
        condition = _condition_for(principal, "not-principal", None, statement, denies)
        if condition is not None:
            yield TrustedPrincipal(statement, principal, "not-principal", None, False, condition)


def lets_assume(statement: Statement) -> bool:
    """Whether the statement's actions (`sts:*`, `*` and NotAction too) include a way to assume the role."""
    return bool(action_mask(statement) & catalogue().mask(ASSUMING_ACTIONS))


def _condition_for(
    principal: Principal, relation: str, account: str | None, statement: Statement, denies: Sequence[Statement]
) -> tuple[ConditionClause, ...] | None:
    """Return the clauses the principal has to meet; None when it cannot assume the role at all.

    Each kind of principal has its own way in: a federated one cannot call sts:AssumeRole.
    https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html
    """
    ways = action_mask(statement) & catalogue().mask(_WAYS.get(relation, ASSUMING_ACTIONS))
    condition = list(statement.condition)
    for deny in denies:
        if deny.not_principals and relation == "anybody":
            condition += _only_those_of(deny) if not deny.condition and not ways & ~action_mask(deny) else []
            continue
        if not _is_about(deny, principal, relation, account):
            is_certain = not deny.condition and not ways & ~action_mask(deny)
            condition += _but_those_of(deny, principal, relation) if is_certain else []
        elif not deny.condition:
            ways &= ~action_mask(deny)
        elif len(deny.condition) == 1 and not ways & ~action_mask(deny):
            spared = opposite(deny.condition[0])
            condition += [spared] if spared else []
    return tuple(condition) if ways else None


def _but_those_of(deny: Statement, principal: Principal, relation: str) -> list[ConditionClause]:
    """Return the clause that turns away the roles and users a Deny names, where their account or anybody may come."""
    named = [one.value for one in deny.principals if one.type == "AWS" and _NAMED.fullmatch(one.value)]
    whole = account_of(principal.value) if is_whole_account(principal.value) else None
    inside = [name for name in named if relation == "anybody" or whole == account_of(name)]
    return [ConditionClause("ArnNotEquals", "aws:principalarn", tuple(inside))] if inside else []


def _only_those_of(deny: Statement) -> list[ConditionClause]:
    """Return the clause that only the accounts meet which a Deny with NotPrincipal spares; where it names any."""
    spared = [account_of(one.value) if one.type == "AWS" else None for one in deny.not_principals]
    accounts = tuple(dict.fromkeys(account for account in spared if account))
    return [ConditionClause("StringEquals", "aws:principalaccount", accounts)] if all(spared) else []


_WAYS = {
    "own-account": ("sts:AssumeRole",),
    "other-account": ("sts:AssumeRole",),
    "service": ("sts:AssumeRole",),
    "saml": ("sts:AssumeRoleWithSAML",),
    "oidc": ("sts:AssumeRoleWithWebIdentity",),
}


def _is_about(deny: Statement, principal: Principal, relation: str, account: str | None) -> bool:
    """Whether the Deny names the principal, its whole account, or everybody; with NotPrincipal, whether it does not.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    if deny.not_principals:
        return relation not in {"anybody", "not-principal"} and not any(
            spared == principal
            or (account is not None and spared.type == "AWS" and account_of(spared.value) == account)
            for spared in deny.not_principals
        )
    for denied in deny.principals:
        if denied == principal and relation != "not-principal":
            return True
        if denied.type == "AWS" and denied.value == "*":
            return True
        names_account = denied.type == "AWS" == principal.type and is_whole_account(denied.value)
        if names_account and account is not None and account == account_of(denied.value):
            return True
    return False


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
    # Not aws:PrincipalTag: whoever comes from another account sets the tags of his own role himself.
    return key in _CALLER_KEYS and binds(clause)


def is_effective_external_id(clause: ConditionClause) -> bool:
    """Whether the clause makes the caller bring a certain external id.

    `…IfExists` lets a caller pass who brings none, a negated operator lets everyone else pass, and `*` is no secret.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
    """
    return clause.key == "sts:externalid" and binds(clause)


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
