"""Roles that every identity of an OpenID Connect provider may assume."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.trust_rows import trusting
from hygiene.analyse.wording import some_of
from hygiene.policy.breadth import Breadth
from hygiene.policy.federation import name_of, provider_of, provider_url
from hygiene.policy.subjects import is_cognito, subject_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles whose condition does not say which of the provider's identities may come."""
    for arn, trusted in trusting(estate, "oidc"):
        providers = {
            found.principal.value
            for found in trusted
            if not is_cognito(found.principal.value)
            and subject_of(found.principal.value, found.condition).breadth is Breadth.EVERYBODY
        }
        if not providers:
            continue
        is_shared = any(provider_of(provider_url(name)).is_shared for name in providers)
        yield Finding(
            role_arn=arn,
            evidence=f"Every identity of {some_of(sorted({name_of(name) for name in providers}), 'provider')} may assume the role: "
            "no condition names the subject.",
            detail=tuple(sorted({provider_url(name) for name in providers})),
            severity=_severity(is_powerful=estate.is_powerful(arn), is_shared=is_shared),
            remedy=_remedy(min(providers)),
        )


def _remedy(principal: str) -> str:
    url = provider_url(principal)
    return f"Require {url}:sub with StringEquals or StringLike, such as {provider_of(url).subject_example}."


def _severity(*, is_powerful: bool, is_shared: bool) -> str:
    """Strangers have tokens of a shared issuer; those of a company's own are at least its own people's."""
    if is_shared:
        return "critical" if is_powerful else "high"
    return "high" if is_powerful else "medium"


CHECK = Check(
    id="trust-oidc-unbounded-subject",
    title="Everybody at an identity provider may assume the role",
    group="Trust",
    severity="high",
    why="A shared provider such as GitHub gives tokens to anybody: without a condition on the subject, every repository in the world can take the role.",
    remedy="Require the provider's :sub with StringEquals, naming the repository and branch, service account or workspace that needs the role.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
    find=find,
)
