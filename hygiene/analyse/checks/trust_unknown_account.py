"""Roles that a closed or suspended account of the organization may still assume."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.trust_rows import by_role
from hygiene.analyse.wording import some_of
from hygiene.model import AccountState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


_GONE = frozenset({AccountState.SUSPENDED, AccountState.PENDING_CLOSURE, AccountState.CLOSED})


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles that trust an account which the organization lists as suspended, closing or closed."""
    gone = {account.id: account for account in estate.reference.accounts.values() if account.state in _GONE}
    rows = (row for row in estate.trust_of("other-account") if row["principal_account_id"] in gone)
    for arn, found in by_role(rows):
        accounts = sorted({str(row["principal_account_id"]) for row in found})
        named = [f"{gone[account].name or 'account'} ({account})" for account in accounts]
        states = sorted({gone[account].state.value.lower().replace("_", " ") for account in accounts})
        yield Finding(
            role_arn=arn,
            evidence=f"The role still trusts {some_of(named, 'account')}, {' or '.join(states)} in the organization.",
            detail=tuple(accounts),
            severity="medium" if estate.is_powerful(arn) else "",
        )


CHECK = Check(
    id="trust-unknown-account",
    title="A closed account is still trusted",
    group="Trust",
    severity="low",
    why="Nobody looks after an account that is being closed; it can be reopened for 90 days, and its way in should not come back with it.",
    remedy="Remove the account from the trust policy; where it is the only one there, find out whether the role is needed at all.",
    source="https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-closing.html",
    find=find,
)
