"""Roles that everybody may assume who meets a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.trust_rows import by_role, statements_of
from hygiene.analyse.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles that trust `*` under a condition that says who the caller must be."""
    limited = (row for row in estate.trust_of("anybody") if row["is_limited"])
    for arn, rows in by_role(limited):
        keys = listed(sorted({key for row in rows for key in str(row["condition_keys"]).split(";")}))
        yield Finding(
            role_arn=arn,
            evidence=f"The trust policy lets anybody in who meets its condition on {keys} "
            f"(statement {statements_of(rows)}).",
            detail=("*",),
        )


CHECK = Check(
    id="trust-wildcard-principal-conditioned",
    title="Anybody who meets a condition may assume the role",
    group="Trust",
    severity="medium",
    why="One condition stands between the role and every AWS account; a typing error in it opens the role to the world.",
    remedy="Name the accounts or roles that need it, and keep the condition as a second line.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous",
    find=find,
)
