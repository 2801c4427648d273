"""Roles that trust a whole account rather than named principals in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.trust_rows import accounts_of, by_role
from hygiene.analyse.wording import some_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles that trust an account as a whole, own or other, rather than named principals in it."""
    accounts = estate.trust_of("own-account", "other-account")
    # Naming the account and pinning the role by condition is what AWS advises: it survives the role's re-creation.
    whole = (row for row in accounts if row["is_whole_account"] and not row["is_pinned"])
    for arn, rows in by_role(whole):
        trusted = accounts_of(rows)
        yield Finding(
            role_arn=arn,
            evidence=f"Whoever {some_of(trusted, 'account')} lets may assume the role; no principal is named.",
            detail=trusted,
        )


CHECK = Check(
    id="trust-account-root",
    title="A whole account is trusted",
    group="Trust",
    severity="low",
    why="The trusted account's administrators, not you, decide which of its users and roles may enter.",
    remedy="Name the role that assumes this one, or pin it with an aws:PrincipalArn condition.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-accounts",
    find=find,
)
