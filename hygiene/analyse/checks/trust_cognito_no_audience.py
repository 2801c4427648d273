"""Roles that every Amazon Cognito identity pool of the world may assume."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.trust_rows import trusting
from hygiene.policy.subjects import has_audience, is_cognito

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles that trust Cognito identity pools without naming the pool."""
    for arn, trusted in trusting(estate, "oidc"):
        pools = [found for found in trusted if is_cognito(found.principal.value)]
        if any(not has_audience(found.principal.value, found.condition) for found in pools):
            yield Finding(
                role_arn=arn,
                evidence="Any Cognito identity pool of any AWS account may assume the role: no condition names the pool.",
                detail=("cognito-identity.amazonaws.com",),
                severity="critical" if estate.is_powerful(arn) else "",
            )


CHECK = Check(
    id="trust-cognito-no-audience",
    title="Any Cognito identity pool may assume the role",
    group="Trust",
    severity="high",
    why="Everybody can make an identity pool in an account of his own and, through it, take this role's permissions.",
    remedy="Require cognito-identity.amazonaws.com:aud with StringEquals and the id of your identity pool.",
    source="https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html",
    find=find,
)
