"""Roles that guests of an Amazon Cognito identity pool may assume."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.trust_rows import trusting
from hygiene.policy.subjects import allows_guests, is_cognito

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles that Cognito identities may assume without signing in; possible where the pool decides it."""
    for arn, trusted in trusting(estate, "oidc"):
        answers = [
            allows_guests(found.principal.value, found.condition)
            for found in trusted
            if is_cognito(found.principal.value)
        ]
        is_certain = True in answers
        if not is_certain and None not in answers:
            continue
        yield Finding(
            role_arn=arn,
            evidence="Cognito identities may assume the role without signing in."
            if is_certain
            else "No condition keeps Cognito identities out that have not signed in; the identity pool's settings decide.",
            detail=("cognito-identity.amazonaws.com",),
            confidence="certain" if is_certain else "possible",
            severity=_severity(is_powerful=estate.is_powerful(arn), is_certain=is_certain),
        )


def _severity(*, is_powerful: bool, is_certain: bool) -> str:
    if is_powerful:
        return "high" if is_certain else "medium"
    return "medium" if is_certain else "low"


CHECK = Check(
    id="trust-cognito-unauthenticated",
    title="Cognito guests may assume the role",
    group="Trust",
    severity="medium",
    why="Whoever knows the identity pool's id, which every copy of the application carries, gets this role's permissions without signing in.",
    remedy="Require cognito-identity.amazonaws.com:amr to be authenticated (ForAnyValue:StringLike); give guests a role of their own that may do next to nothing.",
    source="https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html",
    find=find,
)
