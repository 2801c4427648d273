"""Which unused roles are not to be removed all the same: somebody answered so, or an exception holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.report.visible import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from hygiene.frames import AccountReview
    from hygiene.report.visible import Row

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
    answered = roles[roles["decision"].isin(_STAY) & ~roles["decision_state"].isin(_NO_LONGER)]
    for role_arn, row in _by_arn(answered):
        when = f" on {row['decided_at'][:10]}" if row["decided_at"] else ""
        yield role_arn, f'{row["reviewer"] or "somebody"} answered "{row["decision"]}"{when}'


def _excepted(account: AccountReview) -> Iterator[tuple[str, str]]:
    findings = account.findings
    held = findings[(findings["check"] == _CHECK) & findings["exception"].notna() & findings["role_arn"].notna()]
    for role_arn, row in _by_arn(held):
        yield role_arn, f"an exception holds: {row['exception']}"


def _by_arn(frame: pd.DataFrame) -> Iterator[tuple[str, Row]]:
    """Yield the rows in plain values with the ARN as it is, which is a key and must fit whatever it holds."""
    yield from zip(frame["role_arn"].tolist(), rows_of(frame), strict=True)
