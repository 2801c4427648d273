"""Analysis → review: what changed since the earlier one, what people are asked, and what became of their answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from hygiene.analyse.organization import AccountTables
from hygiene.frames import AccountReview, Assumptions, Changes, Findings, RoleEvents, Roles, validated
from hygiene.model import RightSizing
from hygiene.pipeline.comparing import moments, powers_then_and_now
from hygiene.pipeline.following import Following
from hygiene.pipeline.waivers import waivers_of
from hygiene.policy.actions import catalogue_version
from hygiene.review.changes import changes_between, first_seen, with_deletions
from hygiene.review.decisions import decisions_to_ask, rerouted, with_states
from hygiene.review.exceptions import exceptions_table, waive
from hygiene.review.follow_up import not_carried_out
from hygiene.review.population import ADMIN_CHECK, population_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hygiene.analyse.chains import Chain
    from hygiene.analyse.organization import Analysis
    from hygiene.analyse.reference import Reference
    from hygiene.config import Settings
    from hygiene.model import ReviewFacts
    from hygiene.pipeline.comparing import Moment
    from hygiene.pipeline.places import Places
    from hygiene.pipeline.previous import Previous
    from hygiene.review.exceptions import Waiver
    from hygiene.review.population import Population
    from hygiene.snapshot import Snapshot


@dataclass(frozen=True)
class Brief:
    """What every account of a review is judged, asked and told by, known once all are examined; it can travel.

    `coverage` and `group_sizes`: as a Review has them. `chains`: as Analysis has them. `account_ids`: the accounts
    that were examined, sorted. `due_days`: to answer in. `fallback`: who owns what nobody else does.
    """

    facts: ReviewFacts
    coverage: pd.DataFrame
    group_sizes: Mapping[str, int]
    chains: Mapping[str, Mapping[str, Chain]]
    account_ids: tuple[str, ...]
    waivers: tuple[Waiver, ...]
    due_days: int
    fallback: str

    @classmethod
    def of(cls, analysis: Analysis, facts: ReviewFacts, settings: Settings) -> Brief:
        """Return it. Raises ConfigError for a file of exceptions that cannot be read."""
        return cls(
            facts=facts,
            coverage=analysis.coverage,
            group_sizes=analysis.group_sizes,
            chains=analysis.chains,
            account_ids=analysis.account_ids,
            waivers=waivers_of(settings),
            due_days=settings.email.due_days,
            fallback=settings.owners.fallback,
        )


class Reviewing:
    """A review in the making: each account's tables are made when it is its turn, and not kept.

    It is the Review that a report is written from.
    """

    def __init__(
        self,
        brief: Brief,
        tables: Callable[[str], AccountTables],
        snapshot: Snapshot,
        previous: Previous | None,
        places: Places,
        reference: Callable[[Snapshot], Reference],
    ) -> None:
        """`tables`: gives those of an account that was examined. `reference`: the rules to read a snapshot by."""
        self._brief = brief
        self._judged = frozenset(brief.account_ids)
        self._tables = tables
        self._snapshot = snapshot
        self._previous = previous
        self._reference = reference
        self._moments: dict[str, tuple[Moment, Moment]] = {}
        self._following = Following(places, brief.facts, brief.due_days, snapshot, previous, reference)

    @property
    def coverage(self) -> pd.DataFrame:
        """The Coverage table."""
        return self._brief.coverage

    @property
    def group_sizes(self) -> Mapping[str, int]:
        """`group_id` → number of its roles over all accounts; groups of one are left out."""
        return self._brief.group_sizes

    def exceptions_table(self, waived: Mapping[int, int]) -> pd.DataFrame:
        """Return the Exceptions table; `waived`: as in AccountReview, of all accounts together."""
        return exceptions_table(self._brief.waivers, waived, self._brief.facts.as_of)

    @property
    def account_ids(self) -> list[str]:
        """The accounts that were read, and those that anybody ever answered about, sorted."""
        return sorted(self._judged | self._following.account_ids)

    def accounts(self) -> Iterator[AccountReview]:
        """Yield the accounts in order of their ids."""
        return map(self.account, self.account_ids)

    def account(self, account_id: str) -> AccountReview:
        """Return one account's part of the review."""
        return self._account(self._tables(account_id) if account_id in self._judged else _unseen(account_id))

    def _account(self, tables: AccountTables) -> AccountReview:
        account_id, facts = tables.account_id, self._brief.facts
        now = self._population(tables)
        # Where the review before did not read the account, one that did: what changed meanwhile must not be lost.
        since = self._previous.last_to_read(account_id) if self._previous else None
        earlier = since or self._previous
        before = earlier.account(account_id) if earlier else None
        then = before.population if before else None
        findings = first_seen(tables.findings, before.findings if before else None, facts.quarter)
        waived = waive(self._brief.waivers, tables.roles, findings, facts.as_of)
        loop = self._following.loop(account_id, now, then, waived.roles)
        roles = rerouted(tables.roles, loop.answers, self._brief.fallback)
        decisions = decisions_to_ask(roles, facts.review_id, loop)
        late = not_carried_out(loop.followups, facts.review_id, frozenset(tables.roles["role_id"].tolist()))
        return AccountReview(
            account_id=account_id,
            roles=with_states(roles, decisions, loop),
            findings=waived.findings,
            changes=validated(
                Changes, pd.concat([self._changes(account_id, since, then, now), late], ignore_index=True)
            ),
            decisions=decisions,
            followups=loop.followups,
            assumptions=tables.assumptions,
            role_events=tables.role_events,
            right_sizing=tables.right_sizing,
            compared_with=since.quarter if since is not None and account_id in now.read else "",
            waived=waived.used,
        )

    def _population(self, tables: AccountTables) -> Population:
        return population_of(
            tables.roles,
            tables.findings,
            self.coverage[self.coverage["account_id"] == tables.account_id],
            looked_for_admins=any(check.id == ADMIN_CHECK for check in self._brief.facts.checks),
            catalogue=catalogue_version(),
        )

    def _changes(
        self, account_id: str, since: Previous | None, then: Population | None, now: Population
    ) -> pd.DataFrame:
        """Return the Changes table: power and trust by both snapshots where the earlier one is still there."""
        both = self._moments_since(since)
        powers = powers_then_and_now(*both, before=then, after=now) if then is not None and both is not None else {}
        changes = changes_between(then, now, powers)
        if since is not None:
            changes = changes.assign(compared_with=since.quarter)
        if "removed" not in set(changes["change"]):
            return changes
        return with_deletions(changes, self._snapshot.activity(account_id))

    def _moments_since(self, review: Previous | None) -> tuple[Moment, Moment] | None:
        if review is None or review.snapshot is None:
            return None
        if review.quarter not in self._moments:
            self._moments[review.quarter] = moments(review.snapshot, self._snapshot, self._reference)
        return self._moments[review.quarter]


def _unseen(account_id: str) -> AccountTables:
    """Return an account of which nothing was read this time."""
    return AccountTables(
        account_id, Roles.empty(), Findings.empty(), Assumptions.empty(), RoleEvents.empty(), RightSizing()
    )
