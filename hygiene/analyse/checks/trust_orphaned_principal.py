"""Roles that still trust a user or role that was deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.trust_rows import by_role, principals_of
from hygiene.analyse.wording import some_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles that trust the id of a deleted user or role."""
    for arn, rows in by_role(estate.trust_of("orphaned")):
        principals = principals_of(rows)
        yield Finding(
            role_arn=arn,
            evidence=f"The trust policy still names {some_of(principals, 'deleted principal')}: clean-up work.",
            detail=principals,
        )


CHECK = Check(
    id="trust-orphaned-principal",
    title="A deleted principal is still trusted",
    group="Trust",
    severity="low",
    why="IAM shows an id (AROA…, AIDA…) where a user or role was deleted. It lets nobody in, and hides who should be.",
    remedy="Remove the id from the trust policy, or name the principal again if it was made anew.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    find=find,
)
