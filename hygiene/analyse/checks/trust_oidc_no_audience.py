"""Roles that an identity provider's tokens open, whomever the token was made for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.trust_rows import trusting
from hygiene.analyse.wording import some_of
from hygiene.policy.breadth import Breadth
from hygiene.policy.federation import name_of, provider_of, provider_url
from hygiene.policy.subjects import has_audience, is_cognito, subject_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate
    from hygiene.policy.trust import TrustedPrincipal


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles that trust an OpenID Connect provider without a condition on the audience.

    A provider made in IAM holds the list of audiences that STS takes, so the condition is a second line there. Google,
    Facebook and Amazon have no such list: the audience is the only thing that says which application was signed in to.
    """
    for arn, trusted in trusting(estate, "oidc"):
        open_doors = [
            found
            for found in trusted
            if not is_cognito(found.principal.value) and not has_audience(found.principal.value, found.condition)
        ]
        if not open_doors:
            continue
        names = sorted({name_of(found.principal.value) for found in open_doors})
        yield Finding(
            role_arn=arn,
            evidence=f"A token that {some_of(names, 'provider')} made for another audience opens the role as well: "
            "no condition names the audience.",
            detail=tuple(sorted({provider_url(found.principal.value) for found in open_doors})),
            severity=min((_severity(found) for found in open_doors), key=_GRAVEST_FIRST.index),
        )


def _severity(found: TrustedPrincipal) -> str:
    principal = found.principal.value
    if ":oidc-provider/" not in principal:
        is_bound = subject_of(principal, found.condition).breadth is Breadth.BOUND
        return "low" if is_bound else "high"
    provider = provider_of(provider_url(principal))
    return "low" if provider.is_shared or provider.is_bound_by_audience else "info"


_GRAVEST_FIRST = ("high", "low", "info")

CHECK = Check(
    id="trust-oidc-no-audience",
    title="Tokens for any audience open the role",
    group="Trust",
    severity="low",
    why="Without the audience, a token that was given to another application or cloud can be used here.",
    remedy="Require the provider's :aud with StringEquals (sts.amazonaws.com, or your application's client id).",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
    find=find,
)
