"""Findings grouped by the policy that gives them: a policy on 300 roles is one thing to fix, not 300."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from hygiene.frames import SEVERITIES
from hygiene.report.view import PolicyView
from hygiene.report.visible import visible

if TYPE_CHECKING:
    from hygiene.frames import ReviewTables

COLUMNS = ["policy", "roles", "accounts", "severity", "checks"]


def policies_of(tables: ReviewTables) -> pd.DataFrame:
    """Return one row per attached policy that gives an effective finding: its roles, accounts and checks.

    Inline policies are left out: each belongs to one role, and stands on that role's card.
    """
    findings = tables.findings
    in_effect = findings["held_back_by"].fillna("").str.match(r"$|not-evaluated")
    given = findings.loc[
        in_effect & findings["policies"].notna(), ["role_arn", "account_id", "check", "severity", "policies"]
    ]
    given = given.assign(policy=given["policies"].str.split(";")).explode("policy")
    pairs = given.merge(_attachments(tables.roles), on=["role_arn", "policy"], validate="many_to_one")
    if pairs.empty:
        return pd.DataFrame(columns=COLUMNS)
    rank = {severity: position for position, severity in enumerate(SEVERITIES)}
    grouped = (
        pairs.assign(rank=pairs["severity"].map(rank))
        .groupby("policy")
        .agg(
            roles=("role_arn", "nunique"),
            accounts=("account_id", "nunique"),
            rank=("rank", "min"),
            checks=("check", lambda checks: ";".join(sorted(set(checks)))),
        )
        .reset_index()
    )
    grouped["severity"] = grouped["rank"].map(dict(enumerate(SEVERITIES)))
    ordered = grouped.sort_values(["rank", "roles", "policy"], ascending=[True, False, True], ignore_index=True)
    return ordered[COLUMNS]


def _attachments(roles: pd.DataFrame) -> pd.DataFrame:
    attached = roles.loc[roles["attached_policies"].notna(), ["role_arn", "attached_policies"]]
    pairs = attached.assign(policy=attached["attached_policies"].str.split(";")).explode("policy")
    return pairs[["role_arn", "policy"]].drop_duplicates()


def policy_views(policies: pd.DataFrame, most: int) -> tuple[PolicyView, ...]:
    """Return the policies that more than one role carries, for the first page."""
    shared = policies[policies["roles"] > 1].head(most)
    return tuple(
        PolicyView(
            name=visible(row["policy"]),
            roles=row["roles"],
            accounts=row["accounts"],
            severity=row["severity"],
            severity_rank=SEVERITIES.index(row["severity"]),
            checks=tuple(row["checks"].split(";")),
        )
        for row in shared.to_dict("records")
    )
