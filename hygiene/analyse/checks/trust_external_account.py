"""Roles that an account outside the organization may assume."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.trust_rows import accounts_of, by_role, outsiders
from hygiene.analyse.wording import some_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles that trust accounts which are neither the organization's own nor known to the configuration."""
    for arn, rows in by_role(outsiders(estate)):
        accounts = accounts_of(rows)
        yield Finding(
            role_arn=arn,
            evidence=f"{some_of(accounts, 'account')} may assume the role and "
            f"{'is' if len(accounts) == 1 else 'are'} not part of the organization.",
            detail=accounts,
            severity="" if estate.is_powerful(arn) else "low",
        )


CHECK = Check(
    id="trust-external-account",
    title="An outside account may assume the role",
    group="Trust",
    severity="medium",
    why="Whoever controls the other account decides who enters; you neither see nor review its users.",
    remedy="Confirm the contract behind it, name the outside role instead of the whole account, and list the account in known_accounts.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html",
    find=find,
)
