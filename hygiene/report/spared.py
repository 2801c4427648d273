"""Which unused roles are not to be removed all the same: somebody answered so, or an exception holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.frames import AccountReview

_STAY = ("keep", "reduce")
_NO_LONGER = ("stale-decision", "re-opened")
"""The role has changed since, or was made again: nobody has answered about what is there now."""
_CHECK = "unused-role"


def spared_roles(account: AccountReview) -> dict[str, str]:
    """Return role ARN → why it stays out of the removal script; the reason holds text of strangers.

    An answer of an earlier review counts until the role changes: a script that deletes errs on the side of the role.
    """
    return {**dict(_excepted(account)), **dict(_answered(account))}


def _answered(account: AccountReview) -> Iterator[tuple[str, str]]:
    roles = account.roles
    stay = roles["decision"].isin(_STAY) & ~roles["decision_state"].isin(_NO_LONGER)
    for row in roles.loc[stay, ["role_arn", "decision", "reviewer", "decided_at"]].itertuples(index=False):
        yield str(row.role_arn), f'{row.reviewer} answered "{row.decision}" on {row.decided_at:%Y-%m-%d}'


def _excepted(account: AccountReview) -> Iterator[tuple[str, str]]:
    findings = account.findings
    held = findings[(findings["check"] == _CHECK) & findings["exception"].notna() & findings["role_arn"].notna()]
    for row in held[["role_arn", "exception"]].itertuples(index=False):
        yield str(row.role_arn), f"an exception holds: {row.exception}"
