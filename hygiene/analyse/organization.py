"""Judges the whole population: snapshot in, Analysis out.

Two passes: every account by itself, with its documents in memory only then; and one over compact facts of all roles,
for what no account shows alone (chains of roles that end at an administrator).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from hygiene.analyse.account import ExaminedAccount, examine_account, judge_account
from hygiene.analyse.chains import find_chains
from hygiene.analyse.coverage import failed_row, read_row, skipped_row
from hygiene.analyse.permissions import PolicyCompiler
from hygiene.frames import Assumptions, Coverage, Findings, RoleEvents, Roles, frame_of
from hygiene.model import Account, AccountState, RightSizing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import pandas as pd

    from hygiene.analyse.catalogue import ConfiguredCheck
    from hygiene.analyse.reference import Reference
    from hygiene.model import AccountDocuments


class Documents(Protocol):
    """Where an account's documents come from: the snapshot."""

    @property
    def account_ids(self) -> tuple[str, ...]:
        """The accounts it holds something of."""
        ...

    def documents(self, account_id: str) -> AccountDocuments:
        """Return one account's documents."""
        ...


@dataclass(frozen=True)
class Analysis:
    """The tables of a whole population: Roles, Findings and Coverage, sorted; Assumptions and RoleEvents."""

    roles: pd.DataFrame
    findings: pd.DataFrame
    coverage: pd.DataFrame
    right_sizing: RightSizing
    assumptions: pd.DataFrame
    role_events: pd.DataFrame


class Analyst:
    """Analyses account by account and puts the results together."""

    def __init__(
        self, reference: Reference, checks: Sequence[ConfiguredCheck], started_at: datetime | None = None
    ) -> None:
        self._reference = reference
        self._checks = checks
        self._started_at = started_at
        self._compiler = PolicyCompiler()
        self._examined: list[ExaminedAccount] = []
        self._coverage: list[dict[str, Any]] = []

    def analyse(self, source: Documents, skipped: Mapping[str, str]) -> Analysis:
        """Return the tables. `skipped`: account id → reason; those accounts are counted, not judged."""
        held = set(source.account_ids)
        for account in self._population(source.account_ids):
            if account.id in skipped:
                self._coverage.append(skipped_row(account, skipped[account.id]))
            elif account.id not in held:
                self._coverage.append(failed_row(account))
            else:
                self._judge(account, source.documents(account.id))
        return self._together()

    def _population(self, held: Sequence[str]) -> list[Account]:
        """Return every account of the organization, and every account of the snapshot that is not among them."""
        known = self._reference.accounts
        strangers = {account_id: Account(account_id, state=AccountState.UNKNOWN) for account_id in held}
        return [account for _, account in sorted({**strangers, **known}.items())]

    def _judge(self, account: Account, documents: AccountDocuments) -> None:
        if documents.authorization_details is None:
            self._coverage.append(failed_row(account, documents.gaps))
            return
        self._examined.append(examine_account(documents, account, self._reference, self._checks, self._compiler))
        self._coverage.append(read_row(account, documents, self._started_at))

    def _together(self) -> Analysis:
        facts = [fact for examined in self._examined for fact in examined.facts]
        chains = find_chains(facts, self._reference.organization_id)
        judged = [judge_account(examined, self._checks, chains) for examined in self._examined]
        roles = frame_of(Roles, [row for analysis in judged for row in analysis.roles])
        findings = frame_of(Findings, [row for analysis in judged for row in analysis.findings])
        return Analysis(
            roles=roles.sort_values(["account_id", "role_arn"], ignore_index=True),
            findings=findings.sort_values(
                ["account_id", "role_arn", "check", "held_back_by", "finding_id"],
                na_position="first",
                ignore_index=True,
            ),
            coverage=frame_of(Coverage, self._coverage),
            right_sizing=RightSizing(
                tuple(one for examined in self._examined for one in examined.right_sizing.proposals),
                tuple(one for examined in self._examined for one in examined.right_sizing.removals),
            ),
            assumptions=frame_of(Assumptions, (row for one in self._examined for row in one.assumptions)),
            role_events=frame_of(RoleEvents, (row for one in self._examined for row in one.role_events)),
        )
