"""One review's roles as the comparison of two reviews needs them: with what of the population was really read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

ADMIN_CHECK = "full-admin"


@dataclass(frozen=True)
class Population:
    """Roles of one review. `read`: accounts of which something was read; `listed`: those whose every role was.

    `admins`: role ids with an effective finding of full administration; None where nobody looked.
    """

    roles: pd.DataFrame
    read: frozenset[str]
    listed: frozenset[str]
    admins: frozenset[str] | None
    catalogue: str = ""
    """Version of the list of actions the counts rest on; empty: not known."""


def population_of(
    roles: pd.DataFrame, findings: pd.DataFrame, coverage: pd.DataFrame, *, looked_for_admins: bool, catalogue: str
) -> Population:
    """Return the population of a review from its Roles, Findings and Coverage tables."""
    is_effective = findings["held_back_by"].isna() | findings["held_back_by"].str.startswith("not-evaluated")
    admins = findings.loc[is_effective & (findings["check"] == ADMIN_CHECK), "role_id"].dropna()
    is_read = coverage["status"].isin(["read", "partial"])
    counted = coverage["roles_expected"].notna() & (coverage["roles_read"] >= coverage["roles_expected"]).fillna(
        False
    )
    is_listed = (coverage["status"] == "read") | (is_read & counted)
    return Population(
        roles=roles,
        read=frozenset(coverage.loc[is_read, "account_id"]),
        listed=frozenset(coverage.loc[is_listed, "account_id"]),
        admins=frozenset(admins) if looked_for_admins else None,
        catalogue=catalogue,
    )
