"""Roles that an outside account may assume without an external ID."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.trust_rows import accounts_of, by_role, outsiders
from hygiene.analyse.wording import some_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles that an outside account may assume by a statement without an effective external ID."""
    open_doors = (row for row in outsiders(estate) if not row["has_external_id"])
    for arn, rows in by_role(open_doors):
        accounts = accounts_of(rows)
        yield Finding(
            role_arn=arn,
            evidence=f"{some_of(accounts, 'account')} may assume the role without an external ID.",
            detail=accounts,
            severity="" if estate.is_powerful(arn) else "low",
        )


CHECK = Check(
    id="trust-no-external-id",
    title="An outside account needs no external ID",
    group="Trust",
    severity="medium",
    why="A service that works for many customers can be tricked into using your role for somebody else: the confused deputy.",
    remedy="Require sts:ExternalId with StringEquals in the statement that trusts the account, with a value the provider makes for you alone.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    find=find,
)
