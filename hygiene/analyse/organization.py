"""Judges the whole population: snapshot in, Analysis out.

Two passes: every account by itself, with its documents in memory only then; and one over compact facts of all roles,
for what no account shows alone (chains of roles that end at an administrator).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from hygiene.analyse.account import examine_account, judge_account
from hygiene.analyse.chains import find_chains
from hygiene.analyse.coverage import failed_row, read_row, skipped_row
from hygiene.analyse.groups import Groups
from hygiene.analyse.permissions import PolicyCompiler
from hygiene.frames import Assumptions, Coverage, Findings, RoleEvents, Roles, frame_of
from hygiene.model import NOT_ASKED, Account, AccountState, RightSizing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from hygiene.analyse.account import ExaminedAccount
    from hygiene.analyse.catalogue import ConfiguredCheck
    from hygiene.analyse.chains import Chain
    from hygiene.analyse.reference import Reference
    from hygiene.model import AccountDocuments, Opinion, Proposal
    from hygiene.schema import Table

    # Given every proposal of the population, returns what somebody else says about some of them, by role ARN.
    Opinions = Callable[[Sequence[Proposal]], Mapping[str, Opinion]]


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
class AccountTables:
    """One account's tables, each valid by its schema: Roles and Findings sorted, Assumptions, RoleEvents."""

    account_id: str
    roles: pd.DataFrame
    findings: pd.DataFrame
    assumptions: pd.DataFrame
    role_events: pd.DataFrame
    right_sizing: RightSizing


class Analysis:
    """A judged population: its Coverage table, and every examined account's tables, made when they are asked for.

    An account's tables are not kept: who goes through the accounts one after the other never holds more than one.
    """

    def __init__(
        self,
        coverage: pd.DataFrame,
        accounts: Mapping[str, Callable[[], AccountTables]],
        group_sizes: Mapping[str, int],
    ) -> None:
        """`accounts`: account id → what makes its tables; accounts of which nothing was read are not among them.

        `group_sizes`: `group_id` → number of its roles over all accounts; groups of one are left out.
        """
        self.coverage = coverage
        self.group_sizes = group_sizes
        self._accounts = accounts

    @property
    def account_ids(self) -> tuple[str, ...]:
        """The accounts that have tables, sorted."""
        return tuple(sorted(self._accounts))

    def account(self, account_id: str) -> AccountTables:
        """Return the tables of one account. Raises KeyError for one that has none."""
        return self._accounts[account_id]()

    def accounts(self) -> Iterator[AccountTables]:
        """Yield the tables account by account, in order of their ids; those that are held are not made again."""
        held: tuple[AccountTables, ...] | None = vars(self).get("_all")
        return iter(held) if held else (self.account(account_id) for account_id in self.account_ids)

    @cached_property
    def _all(self) -> tuple[AccountTables, ...]:
        return tuple(self.accounts())

    @property
    def roles(self) -> pd.DataFrame:
        """The Roles of the whole population; like the tables below, only for who can hold all of it in memory."""
        return _together(Roles, [tables.roles for tables in self._all])

    @property
    def findings(self) -> pd.DataFrame:
        """The Findings of the whole population."""
        return _together(Findings, [tables.findings for tables in self._all])

    @property
    def assumptions(self) -> pd.DataFrame:
        """The Assumptions of the whole population."""
        return _together(Assumptions, [tables.assumptions for tables in self._all])

    @property
    def role_events(self) -> pd.DataFrame:
        """The RoleEvents of the whole population."""
        return _together(RoleEvents, [tables.role_events for tables in self._all])

    @property
    def right_sizing(self) -> RightSizing:
        """What there is to act on in the whole population."""
        every = [tables.right_sizing for tables in self._all]
        return RightSizing(
            tuple(one for sizing in every for one in sizing.proposals),
            tuple(one for sizing in every for one in sizing.removals),
        )


def no_opinions(_: Sequence[Proposal]) -> Mapping[str, Opinion]:
    """Ask nobody."""
    return {}


class Analyst:
    """Analyses account by account and puts the results together."""

    def __init__(
        self,
        reference: Reference,
        checks: Sequence[ConfiguredCheck],
        started_at: datetime | None = None,
        opinions: Opinions = no_opinions,
    ) -> None:
        self._reference = reference
        self._checks = checks
        self._started_at = started_at
        self._opinions = opinions
        self._compiler = PolicyCompiler()
        self._examined: dict[str, ExaminedAccount] = {}
        self._coverage: list[dict[str, Any]] = []
        self._groups = Groups()

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
        return self._judged()

    def _population(self, held: Sequence[str]) -> list[Account]:
        """Return every account of the organization, and every account of the snapshot that is not among them."""
        known = self._reference.accounts
        strangers = {account_id: Account(account_id, state=AccountState.UNKNOWN) for account_id in held}
        return [account for _, account in sorted({**strangers, **known}.items())]

    def _judge(self, account: Account, documents: AccountDocuments) -> None:
        if documents.authorization_details is None:
            self._coverage.append(failed_row(account, documents.gaps))
            return
        self._examined[account.id] = examine_account(
            documents, account, self._reference, self._checks, self._compiler
        )
        self._groups.add(role["group_id"] for role in self._examined[account.id].roles)
        self._coverage.append(read_row(account, documents, self._started_at))

    def _judged(self) -> Analysis:
        facts = [fact for examined in self._examined.values() for fact in examined.facts]
        chains = find_chains(facts, self._reference.organization_id)
        proposals = [one for examined in self._examined.values() for one in examined.right_sizing.proposals]
        opinions = self._opinions(proposals)
        tables = {
            account_id: partial(self._tables, account_id, _with_opinions(examined, opinions), chains)
            for account_id, examined in self._examined.items()
        }
        return Analysis(frame_of(Coverage, self._coverage), tables, self._groups.sizes())

    def _tables(self, account_id: str, examined: ExaminedAccount, chains: Mapping[str, Chain]) -> AccountTables:
        judged = judge_account(examined, self._checks, chains)
        return AccountTables(
            account_id=account_id,
            roles=frame_of(Roles, judged.roles).sort_values(["account_id", "role_arn"], ignore_index=True),
            findings=frame_of(Findings, judged.findings).sort_values(
                ["account_id", "role_arn", "check", "held_back_by", "finding_id"],
                na_position="first",
                ignore_index=True,
            ),
            assumptions=frame_of(Assumptions, examined.assumptions),
            role_events=frame_of(RoleEvents, examined.role_events),
            right_sizing=examined.right_sizing,
        )


def _with_opinions(examined: ExaminedAccount, opinions: Mapping[str, Opinion]) -> ExaminedAccount:
    """Return the account with what others say about its proposals, in the roles' rows and with the proposals."""
    sizing = examined.right_sizing
    proposals = tuple(replace(one, opinion=opinions.get(one.role_arn)) for one in sizing.proposals)
    said = {one.role_arn: one.opinion.sentence() if one.opinion else NOT_ASKED for one in proposals}
    roles = tuple({**row, "proposal_opinion": said.get(row["role_arn"])} for row in examined.roles)
    return replace(examined, roles=roles, right_sizing=replace(sizing, proposals=proposals))


def _together(schema: type[Table], frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Return one table of the accounts' tables, in their order."""
    return pd.concat(frames, ignore_index=True) if frames else schema.empty()
