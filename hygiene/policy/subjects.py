"""Judges the conditions of one federated principal: whom they let in, for which audience, guests or not.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hygiene.policy.breadth import Breadth, pattern_breadth
from hygiene.policy.clauses import binds, is_required, matches, operator_of, takes_wildcards
from hygiene.policy.federation import COGNITO, provider_of, provider_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hygiene.policy.document import ConditionClause
    from hygiene.policy.federation import Provider

_SAML_AUDIENCE = "saml:aud"
_SESSION_NAME = "sts:rolesessionname"
_GUEST = "unauthenticated"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a web identity condition lets in: how many, and the values that say so, if any do."""

    breadth: Breadth
    values: tuple[str, ...] = ()


def is_cognito(principal: str) -> bool:
    """Whether the federated principal is Amazon Cognito identity pools, which has rules of its own."""
    return provider_of(provider_url(principal)).name == "Amazon Cognito"


def subject_of(principal: str, condition: Sequence[ConditionClause]) -> Subject:
    """Return whom the condition lets in of this provider's identities.

    Clauses must all hold, so the narrowest decides; of its values one is enough, so the widest decides.
    """
    provider = provider_of(provider_url(principal))
    found = [
        Subject(max(_breadth(provider, claim, clause, value) for value in clause.values), clause.values)
        for claim, clause in _claims(principal, condition)
        if _is_subject(provider, claim) and is_required(clause)
    ]
    if provider.is_bound_by_audience and has_audience(principal, condition):
        found.append(Subject(Breadth.BOUND))
    if provider.is_bound_by_session_name and _has_session_name(condition):
        found.append(Subject(Breadth.BOUND))
    return min(found, key=lambda subject: subject.breadth, default=Subject(Breadth.EVERYBODY))


def _has_session_name(condition: Sequence[ConditionClause]) -> bool:
    return any(clause.key == _SESSION_NAME and binds(clause) for clause in condition)


def _is_subject(provider: Provider, claim: str) -> bool:
    return claim in provider.claims or claim in provider.owner_claims


def _breadth(provider: Provider, claim: str, clause: ConditionClause, value: str) -> Breadth:
    if claim not in provider.owner_claims:
        return pattern_breadth(claim, value) if takes_wildcards(clause) else Breadth.BOUND
    if not takes_wildcards(clause) or not set(value) & set("*?"):
        return Breadth.WHOLE_OWNER
    return Breadth.OPEN_PREFIX if value.strip("*?") else Breadth.EVERYBODY


def has_audience(principal: str, condition: Sequence[ConditionClause]) -> bool:
    """Whether the token must have been made out for a certain audience."""
    provider = provider_of(provider_url(principal))
    return any(claim in provider.audience_claims and binds(clause) for claim, clause in _claims(principal, condition))


def has_saml_audience(condition: Sequence[ConditionClause]) -> bool:
    """Whether the SAML assertion must have been made out for a certain recipient, as AWS's own sign-in is."""
    return any(clause.key == _SAML_AUDIENCE and binds(clause) for clause in condition)


def allows_guests(principal: str, condition: Sequence[ConditionClause]) -> bool | None:
    """Whether a Cognito identity that nobody signed in for gets in; None when the identity pool decides that.

    https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html
    """
    answers = []
    for claim, clause in _claims(principal, condition):
        if claim == "sub" and binds(clause):
            return False
        if claim == "amr":
            answers.append(_lets_guests(clause))
    if False in answers:
        return False
    return True if True in answers else None


def _lets_guests(clause: ConditionClause) -> bool | None:
    operator = operator_of(clause).removeprefix("forallvalues:").removesuffix("ifexists")
    # Every Cognito identity brings amr, so a test that only an absent key would pass still decides.
    if operator in {"stringequals", "stringequalsignorecase", "stringlike"}:
        return matches(clause, _GUEST)
    if operator.startswith("stringnot"):
        return None if not matches(clause, _GUEST) else False
    return None


def _claims(principal: str, condition: Sequence[ConditionClause]) -> Iterator[tuple[str, ConditionClause]]:
    """Yield the clauses about this provider's tokens, with the claim each is about.

    A key of another provider is not in the request, so it says nothing about this provider's identities.
    """
    url = provider_url(principal)
    prefixes = {f"{url}:", f"{COGNITO}:"} if is_cognito(principal) else {f"{url}:"}
    for clause in condition:
        for prefix in prefixes:
            if clause.key.startswith(prefix):
                yield clause.key.removeprefix(prefix), clause
