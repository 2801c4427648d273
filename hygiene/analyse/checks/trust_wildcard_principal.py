"""Roles that everybody in the world may assume."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.trust_rows import by_role, statements_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles that trust `*` without a condition that says who the caller must be."""
    unlimited = (row for row in estate.trust_of("anybody") if not row["is_limited"])
    for arn, rows in by_role(unlimited):
        yield Finding(
            role_arn=arn,
            evidence=f"The trust policy lets anybody assume the role (statement {statements_of(rows)}).",
            detail=("*",),
        )


CHECK = Check(
    id="trust-wildcard-principal",
    title="Anybody may assume the role",
    group="Trust",
    severity="critical",
    why="Every AWS account in the world can take this role's permissions.",
    remedy="Name the accounts or roles that need it; if it must stay open, require your organization (aws:PrincipalOrgID).",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous",
    find=find,
)
