"""Reads the trust table for checks: rows by role, outsiders, and the accounts or principals in some rows.

Checks that look into conditions take the trusted principals themselves (`trusting`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.analyse.wording import listed
from hygiene.policy.trust import SSO_RESERVED_PATH

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from hygiene.analyse.estate import Estate
    from hygiene.policy.trust import TrustedPrincipal

    Row = Mapping[Hashable, Any]


def by_role(rows: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Yield each role's ARN with its rows, in order: one finding per role, however many statements."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row["role_arn"]), []).append(row)
    yield from found.items()


def outsiders(estate: Estate) -> Iterator[Row]:
    """Yield trusted principals of accounts that are neither ours nor known; one whose account is not said is none."""
    yield from (row for row in estate.trust_of("other-account") if row["principal_account_id"] not in estate.friends)


def trusting(estate: Estate, *relations: str) -> Iterator[tuple[str, list[TrustedPrincipal]]]:
    """Yield the roles whose trust policy the company can change, with their trusted principals of these relations.

    AWS owns service-linked roles, and IAM Identity Center the roles of its permission sets.
    """
    for arn in estate.editable:
        found = [trusted for trusted in estate.trusted[arn] if trusted.relation in relations]
        if found and not str(estate.role(arn)["path"]).startswith(SSO_RESERVED_PATH):
            yield arn, found


def accounts_of(rows: Iterable[Row]) -> tuple[str, ...]:
    """Return the account ids in the rows, sorted; the principal itself where it names no account."""
    return tuple(sorted({str(_account_or_principal(row)) for row in rows}))


def principals_of(rows: Iterable[Row]) -> tuple[str, ...]:
    """Return the principals in the rows, sorted."""
    return tuple(sorted({str(row["principal"]) for row in rows}))


def statements_of(rows: Iterable[Row]) -> str:
    """Return the numbers of the statements the rows come from, such as `1 and 3`."""
    return listed(sorted({str(row["statement"]) for row in rows}))


def _account_or_principal(row: Row) -> Any:
    account = row["principal_account_id"]
    return account if isinstance(account, str) else row["principal"]
