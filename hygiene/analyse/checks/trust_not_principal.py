"""Roles whose trust policy names who may not assume them, and lets in all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.trust_rows import by_role, principals_of
from hygiene.analyse.wording import some_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles whose trust policy allows with NotPrincipal."""
    for arn, rows in by_role(estate.trust_of("not-principal")):
        yield Finding(
            role_arn=arn,
            evidence=f"The trust policy lets everybody assume the role but {some_of(principals_of(rows), 'principal')}.",
            detail=principals_of(rows),
        )


CHECK = Check(
    id="trust-not-principal",
    title="Everybody but some may assume the role",
    group="Trust",
    severity="critical",
    why="Allow with NotPrincipal lets in every principal of every account that is not on the list, anonymous ones too.",
    remedy="Name who may assume the role with Principal; AWS advises against Allow with NotPrincipal.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html",
    find=find,
)
