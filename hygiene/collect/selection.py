"""Which accounts are read and which are left out on purpose, with the reason the auditor will read. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.model import Account, AccountState, Skip

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hygiene.config import Accounts

_STATE_REASONS = {
    AccountState.SUSPENDED: "the account is suspended",
    AccountState.PENDING_CLOSURE: "the account is being closed",
    AccountState.PENDING_ACTIVATION: "the account is not active yet",
    AccountState.CLOSED: "the account is closed",
}


def select(accounts: Iterable[Account], wanted: Accounts) -> tuple[tuple[Account, ...], tuple[Skip, ...]]:
    """Return the accounts to read and those to skip; exclude wins over include.

    An account whose state AWS did not say is read: leaving it out would be a silent gap.
    """
    chosen, skipped = [], []
    for account in accounts:
        reason = _skip_reason(account, wanted)
        if reason:
            skipped.append(Skip(account.id, reason))
        else:
            chosen.append(account)
    return tuple(chosen), tuple(skipped)


def uses_tags(wanted: Accounts) -> bool:
    """Whether the accounts' tags have to be read, which costs one call per account."""
    return any(pattern.startswith("tag:") for pattern in (*wanted.include, *wanted.exclude))


def listed_ids(wanted: Accounts) -> tuple[str, ...]:
    """Return the account ids that the configuration itself names as included."""
    return tuple(pattern for pattern in wanted.include if pattern.isdigit())


def _skip_reason(account: Account, wanted: Accounts) -> str:
    if account.state in _STATE_REASONS:
        return f"{_STATE_REASONS[account.state]} ({account.state})"
    for pattern in wanted.exclude:
        if _matches(account, pattern):
            return f"excluded by the configuration: {pattern}"
    if wanted.include and not any(_matches(account, pattern) for pattern in wanted.include):
        return "not included by the configuration"
    return ""


def _matches(account: Account, pattern: str) -> bool:
    if pattern.startswith("tag:"):
        key, _, value = pattern.removeprefix("tag:").partition("=")
        return account.tags.get(key) == value
    return pattern == account.id or pattern in account.ou_ids
