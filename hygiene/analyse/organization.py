"""Judges the whole population: parts of accounts in, Analysis out.

Two passes: every account by itself (`examination`), with its documents in memory only then, which leaves a part; and
one over compact facts of all roles, for what no account shows alone (chains of roles that end at an administrator).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from hygiene.analyse.account import judge_account
from hygiene.analyse.chains import find_chains
from hygiene.analyse.coverage import failed_row, skipped_row
from hygiene.analyse.examination import account_of
from hygiene.analyse.groups import Groups
from hygiene.analyse.part import Summary, proposals_in, summary_of
from hygiene.frames import Assumptions, Coverage, Findings, RoleEvents, Roles, frame_of
from hygiene.model import NOT_ASKED, RightSizing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hygiene.analyse.account import ExaminedAccount
    from hygiene.analyse.catalogue import ConfiguredCheck
    from hygiene.analyse.chains import Chain, RoleFacts
    from hygiene.analyse.examination import Examiner
    from hygiene.analyse.part import Part
    from hygiene.analyse.reference import Reference
    from hygiene.model import AccountDocuments, Opinion, Proposal
    from hygiene.schema import Table

FirstPass = Callable[[Sequence[str]], Iterable[Summary]]
"""Account ids → a summary of each; the parts themselves lie where the second pass finds them."""


class Documents(Protocol):
    """Where an account's documents come from: the snapshot."""

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
        chains: Mapping[str, Mapping[str, Chain]],
    ) -> None:
        """`accounts`: account id → what makes its tables; accounts of which nothing was read are not among them.

        `group_sizes`: `group_id` → number of its roles over all accounts; groups of one are left out.
        `chains`: account id → role ARN → the chain that begins there; accounts without any are left out.
        """
        self.coverage = coverage
        self.group_sizes = group_sizes
        self.chains = chains
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


class Parts(Protocol):
    """Where examined accounts wait for the second pass."""

    def get(self, account_id: str) -> Part:
        """Return the part of an account that is there."""
        ...

    def proposals(self, account_id: str) -> Sequence[Proposal]:
        """Return what the part of an account proposes."""
        ...


class PartsInMemory:
    """Parts as they are: for a few accounts."""

    def __init__(self) -> None:
        self._parts: dict[str, Part] = {}

    def put(self, part: Part) -> None:
        """Keep an account's part."""
        self._parts[part.account_id] = part

    def get(self, account_id: str) -> Part:
        """Return an account's part."""
        return self._parts[account_id]

    def proposals(self, account_id: str) -> Sequence[Proposal]:
        """Return what an account's part proposes."""
        return proposals_in(self._parts[account_id])


class Opinions(Protocol):
    """Where to ask what somebody else says about proposals."""

    def prepare(self, proposals: Iterable[Proposal]) -> None:
        """Take notice of every proposal of the population, before anything is asked about one of them."""
        ...

    def about(self, proposals: Sequence[Proposal]) -> Mapping[str, Opinion]:
        """Return what is said about some of these, by role ARN."""
        ...


class NoOpinions:
    """Nobody is asked."""

    def prepare(self, proposals: Iterable[Proposal]) -> None:
        """Look at none of them."""

    def about(self, proposals: Sequence[Proposal]) -> Mapping[str, Opinion]:  # noqa: ARG002 (the protocol's)
        """Say nothing."""
        return {}


@dataclass(frozen=True)
class Analyst:
    """Analyses a population in two passes; what the first one found in an account waits among the parts."""

    reference: Reference
    checks: Sequence[ConfiguredCheck]
    parts: Parts
    opinions: Opinions = NoOpinions()  # noqa: RUF009 (it holds nothing)

    def analyse(self, held: Sequence[str], skipped: Mapping[str, str], first_pass: FirstPass) -> Analysis:
        """Return the analysis of every account of the organization, and of those held besides.

        `held`: ids of the accounts there are documents of. `skipped`: account id → reason; those accounts are
        counted, not judged.
        """
        coverage = {
            account_id: self._not_examined(account_id, skipped)
            for account_id in sorted({*held, *self.reference.accounts})
        }
        facts: dict[str, Sequence[RoleFacts]] = {}
        groups = Groups()
        for summary in first_pass(sorted(set(held) - set(skipped))):
            coverage[summary.account_id] = summary.coverage
            if summary.is_examined:
                facts[summary.account_id] = summary.facts
                groups.add(summary.group_ids)
        chains = _chains_by_account(facts, self.reference.organization_id)
        self.opinions.prepare(one for account_id in facts for one in self.parts.proposals(account_id))
        tables = {account_id: partial(self._tables, account_id, chains.get(account_id, {})) for account_id in facts}
        return Analysis(frame_of(Coverage, coverage.values()), tables, groups.sizes(), chains)

    def _not_examined(self, account_id: str, skipped: Mapping[str, str]) -> Mapping[str, Any]:
        account = account_of(self.reference, account_id)
        return skipped_row(account, skipped[account_id]) if account_id in skipped else failed_row(account)

    def _tables(self, account_id: str, chains: Mapping[str, Chain]) -> AccountTables:
        return account_tables(self.parts.get(account_id), self.checks, chains, self.opinions)


def account_tables(
    part: Part, checks: Sequence[ConfiguredCheck], chains: Mapping[str, Chain], opinions: Opinions
) -> AccountTables:
    """Return the tables of an account that was examined; `chains`: role ARN → the chain that begins there."""
    found = part.examined
    assert found is not None, "only examined accounts are asked for"  # noqa: S101 (for the type checker)
    examined = _with_opinions(found, opinions.about(found.right_sizing.proposals))
    judged = judge_account(examined, checks, chains)
    return AccountTables(
        account_id=part.account_id,
        # Sorting rows takes a third of the time that sorting their frame takes.
        roles=frame_of(Roles, sorted(judged.roles, key=itemgetter("role_arn"))),
        findings=frame_of(Findings, sorted(judged.findings, key=_place)),
        assumptions=frame_of(Assumptions, examined.assumptions),
        role_events=frame_of(RoleEvents, examined.role_events),
        right_sizing=examined.right_sizing,
    )


def _chains_by_account(facts: Mapping[str, Sequence[RoleFacts]], organization_id: str) -> dict[str, dict[str, Chain]]:
    chains = find_chains([fact for _, found in sorted(facts.items()) for fact in found], organization_id)
    by_account = {
        account_id: {fact.arn: chains[fact.arn] for fact in found if fact.arn in chains}
        for account_id, found in facts.items()
    }
    return {account_id: begun for account_id, begun in by_account.items() if begun}


def _place(finding: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what an account's findings are sorted by; those of no role, and those nothing holds back, come first."""
    return finding["role_arn"] or "", finding["check"], finding["held_back_by"] or "", finding["finding_id"]


def examined_here(source: Documents, examiner: Examiner, keep: Callable[[Part], None]) -> FirstPass:
    """Return the first pass in this very process: one account's documents are in memory at a time.

    `keep`: puts a part where the second pass finds it.
    """

    def examine(account_ids: Sequence[str]) -> Iterator[Summary]:
        for account_id in account_ids:
            part = examiner.examine(source.documents(account_id))
            keep(part)
            yield summary_of(part)

    return examine


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
