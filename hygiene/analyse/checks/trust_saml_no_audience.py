"""Roles that a SAML assertion opens, whomever it was made for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.trust_rows import trusting
from hygiene.analyse.wording import some_of
from hygiene.policy.subjects import has_saml_audience

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles that trust a SAML provider without a condition on SAML:aud."""
    for arn, trusted in trusting(estate, "saml"):
        providers = sorted({found.principal.value for found in trusted if not has_saml_audience(found.condition)})
        if providers:
            names = [name.rpartition("/")[2] for name in providers]
            yield Finding(
                role_arn=arn,
                evidence=f"Assertions of the SAML provider {some_of(names, 'provider')} open the role without a condition on their audience.",
                detail=tuple(providers),
            )


CHECK = Check(
    id="trust-saml-no-audience",
    title="SAML assertions for any audience open the role",
    group="Trust",
    severity="low",
    why="Without SAML:aud, an assertion that was made for another service of the same identity provider can be used here.",
    remedy="Require SAML:aud with StringEquals: https://signin.aws.amazon.com/saml, or the sign-in page of your partition or Region.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_saml.html",
    find=find,
)
