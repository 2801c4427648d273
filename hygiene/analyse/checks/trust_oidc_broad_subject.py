"""Roles that a wide group of identities of an OpenID Connect provider may assume."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.trust_rows import trusting
from hygiene.analyse.wording import some_of
from hygiene.policy.breadth import Breadth
from hygiene.policy.subjects import Subject, is_cognito, subject_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles whose subject condition fits a whole organization, or names that strangers may take."""
    for arn, trusted in trusting(estate, "oidc"):
        subjects = [
            subject_of(found.principal.value, found.condition)
            for found in trusted
            if not is_cognito(found.principal.value)
        ]
        wide = [found for found in subjects if found.breadth in {Breadth.WHOLE_OWNER, Breadth.OPEN_PREFIX}]
        if wide:
            yield _finding(arn, wide, is_powerful=estate.is_powerful(arn))


def _finding(arn: str, wide: list[Subject], *, is_powerful: bool) -> Finding:
    values = sorted({value for subject in wide for value in subject.values})
    if any(subject.breadth is Breadth.OPEN_PREFIX for subject in wide):
        reason, severity = "it also fits names that strangers may take", "high"
    else:
        reason, severity = "it fits everything of an organization", "medium" if is_powerful else "low"
    return Finding(
        role_arn=arn,
        evidence=f"The subject condition {some_of(values, 'value')} is wide: {reason}.",
        detail=tuple(values),
        severity=severity,
    )


CHECK = Check(
    id="trust-oidc-broad-subject",
    title="The subject condition of an identity provider is wide",
    group="Trust",
    severity="medium",
    why="A wildcard in the wrong place lets in other repositories than the one that was meant: acme* is also acme-evil, and acme/* is every repository of the organization.",
    remedy="Name the repository and branch, service account or workspace in the provider's :sub; keep wildcards after the last slash or colon that matters.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
    find=find,
)
