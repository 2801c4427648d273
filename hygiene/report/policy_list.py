"""Findings grouped by the policy that gives them: a policy on 300 roles is one thing to fix, not 300."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from hygiene.frames import SEVERITIES
from hygiene.report.cells import texts
from hygiene.report.view import PolicyView
from hygiene.report.visible import visible

if TYPE_CHECKING:
    from hygiene.frames import AccountReview

_NONE: frozenset[str] = frozenset()
COLUMNS = ["policy", "roles", "accounts", "severity", "checks"]


class PoliciesFound:
    """Counts, account by account, what attached policies give.

    Inline policies are left out: each belongs to one role, and stands on that role's card.
    """

    def __init__(self) -> None:
        self._found: dict[str, _Found] = {}

    def add(self, account: AccountReview) -> None:
        """Count an account's effective findings by the policies that give them."""
        attached = _attached(account.roles)
        roles: dict[str, set[str]] = {}
        columns = ("role_arn", "check", "severity", "held_back_by", "policies")
        rows = zip(*(texts(account.findings[name]) for name in columns), strict=True)
        for role_arn, check, severity, held_back_by, policies in rows:
            if held_back_by and not held_back_by.startswith("not-evaluated"):
                continue
            for policy in attached.get(role_arn, _NONE).intersection(policies.split(";")):
                roles.setdefault(policy, set()).add(role_arn)
                self._found.setdefault(policy, _Found()).add(check, severity)
        for policy, arns in roles.items():
            self._found[policy].roles += len(arns)
            self._found[policy].accounts += 1

    def merge(self, others: PoliciesFound) -> None:
        """Add what was found in other accounts."""
        for policy, found in others._found.items():
            self._found.setdefault(policy, _Found()).merge(found)

    def table(self) -> pd.DataFrame:
        """Return one row per policy with its roles, accounts and checks, the most severe and frequent first."""
        ordered = sorted(self._found.items(), key=lambda item: (item[1].rank, -item[1].roles, item[0]))
        return pd.DataFrame((found.row(policy) for policy, found in ordered), columns=COLUMNS)


@dataclass(slots=True)
class _Found:
    """What one policy gives."""

    roles: int = 0
    accounts: int = 0
    checks: set[str] = field(default_factory=set)
    rank: int = len(SEVERITIES)

    def add(self, check: str, severity: str) -> None:
        self.checks.add(check)
        self.rank = min(self.rank, SEVERITIES.index(severity))

    def merge(self, other: _Found) -> None:
        self.roles += other.roles
        self.accounts += other.accounts
        self.checks |= other.checks
        self.rank = min(self.rank, other.rank)

    def row(self, policy: str) -> tuple[str, int, int, str, str]:
        return policy, self.roles, self.accounts, SEVERITIES[self.rank], ";".join(sorted(self.checks))


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
