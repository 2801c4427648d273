"""Roles of which nobody can say whether they are used, because the data was not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield every role whose usage status is `unknown`."""
    for row in estate.roles_by_usage("unknown"):
        read = "its creation date" if row["has_last_used"] else "RoleLastUsed"
        yield Finding(
            role_arn=str(row["role_arn"]),
            evidence=f"Unknown whether it is used: {read} was not read.",
            detail=(str(row["usage_reason"]),),
        )


CHECK = Check(
    id="usage-unknown",
    title="Use not known",
    group="Usage",
    severity="medium",
    why="Missing data is not disuse: deleting the role could break production, keeping it unseen hides a risk.",
    remedy="Collect the account again with iam:GetAccountAuthorizationDetails allowed; ListRoles omits the last use.",
    source="https://docs.aws.amazon.com/IAM/latest/APIReference/API_RoleLastUsed.html",
    find=find,
)
