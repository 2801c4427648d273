"""Findings grouped by the policy that gives them: a policy on 300 roles is one thing to fix, not 300."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from hygiene.frames import SEVERITIES
from hygiene.report.cells import texts
from hygiene.report.view import PolicyView
from hygiene.report.visible import visible

if TYPE_CHECKING:
    from hygiene.frames import ReviewTables

_NONE: frozenset[str] = frozenset()
COLUMNS = ["policy", "roles", "accounts", "severity", "checks"]


def policies_of(tables: ReviewTables) -> pd.DataFrame:
    """Return one row per attached policy that gives an effective finding: its roles, accounts and checks.

    Inline policies are left out: each belongs to one role, and stands on that role's card.
    """
    attached = _attached(tables.roles)
    found: dict[str, _Found] = {}
    columns = ("role_arn", "account_id", "check", "severity", "held_back_by", "policies")
    rows = zip(*(texts(tables.findings[name]) for name in columns), strict=True)
    for role_arn, account_id, check, severity, held_back_by, policies in rows:
        if held_back_by and not held_back_by.startswith("not-evaluated"):
            continue
        for policy in attached.get(role_arn, _NONE).intersection(policies.split(";")):
            found.setdefault(policy, _Found()).add(role_arn, account_id, check, severity)
    ordered = sorted(found.items(), key=lambda item: (item[1].rank, -len(item[1].roles), item[0]))
    return pd.DataFrame([group.row(policy) for policy, group in ordered], columns=COLUMNS)


@dataclass(slots=True)
class _Found:
    """What one policy gives."""

    roles: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    checks: set[str] = field(default_factory=set)
    rank: int = len(SEVERITIES)

    def add(self, role_arn: str, account_id: str, check: str, severity: str) -> None:
        self.roles.add(role_arn)
        self.accounts.add(account_id)
        self.checks.add(check)
        self.rank = min(self.rank, SEVERITIES.index(severity))

    def row(self, policy: str) -> dict[str, Any]:
        return {
            "policy": policy,
            "roles": len(self.roles),
            "accounts": len(self.accounts),
            "severity": SEVERITIES[self.rank],
            "checks": ";".join(sorted(self.checks)),
        }


def _attached(roles: pd.DataFrame) -> dict[str, frozenset[str]]:
    """Return the attached policies of every role; what is no attached policy is an inline one."""
    cells = zip(roles["role_arn"].tolist(), texts(roles["attached_policies"]), strict=True)
    return {arn: frozenset(cell.split(";")) - {""} for arn, cell in cells}


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
