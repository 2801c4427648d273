"""Analysis → review: what changed since the earlier one, what people are asked, and what became of their answers."""

from __future__ import annotations

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

    from hygiene.analyse.organization import Analysis
    from hygiene.analyse.reference import Reference
    from hygiene.config import Settings
    from hygiene.model import ReviewFacts
    from hygiene.pipeline.comparing import Moment
    from hygiene.pipeline.places import Places
    from hygiene.pipeline.previous import Previous
    from hygiene.review.population import Population
    from hygiene.snapshot import Snapshot


class Reviewing:
    """A review in the making: each account's tables are made when it is its turn, and not kept.

    It is the Review that a report is written from.
    """

    def __init__(
        self,
        analysis: Analysis,
        facts: ReviewFacts,
        snapshot: Snapshot,
        previous: Previous | None,
        places: Places,
        settings: Settings,
        reference: Callable[[Snapshot], Reference],
    ) -> None:
        """`reference` gives the rules by which a snapshot's accounts are read.

        Raises ConfigError for a file of exceptions that cannot be read.
        """
        self._analysis = analysis
        self._facts = facts
        self._snapshot = snapshot
        self._previous = previous
        self._settings = settings
        self._reference = reference
        self._waivers = waivers_of(settings)
        self._moments: dict[str, tuple[Moment, Moment]] = {}
        self._following = Following(places, facts, settings.email.due_days, snapshot, previous, reference)

    @property
    def coverage(self) -> pd.DataFrame:
        """The Coverage table."""
        return self._analysis.coverage

    def exceptions_table(self, waived: Mapping[int, int]) -> pd.DataFrame:
        """Return the Exceptions table; `waived`: as in AccountReview, of all accounts together."""
        return exceptions_table(self._waivers, waived, self._facts.as_of)

    @property
    def group_sizes(self) -> Mapping[str, int]:
        """`group_id` → number of its roles over all accounts; groups of one are left out."""
        return self._analysis.group_sizes

    def accounts(self) -> Iterator[AccountReview]:
        """Yield the accounts that were read, and those that anybody ever answered about, in order of their ids."""
        judged = frozenset(self._analysis.account_ids)
        for account_id in sorted(judged | self._following.account_ids):
            yield self._account(self._analysis.account(account_id) if account_id in judged else _unseen(account_id))

    def _account(self, tables: AccountTables) -> AccountReview:
        account_id, facts = tables.account_id, self._facts
        now = self._population(tables)
        # Where the review before did not read the account, one that did: what changed meanwhile must not be lost.
        since = self._previous.last_to_read(account_id) if self._previous else None
        earlier = since or self._previous
        before = earlier.account(account_id) if earlier else None
        then = before.population if before else None
        findings = first_seen(tables.findings, before.findings if before else None, facts.quarter)
        waived = waive(self._waivers, tables.roles, findings, facts.as_of)
        loop = self._following.loop(account_id, now, then, waived.roles)
        roles = rerouted(tables.roles, loop.answers, self._settings.owners.fallback)
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
            looked_for_admins=any(check.id == ADMIN_CHECK for check in self._facts.checks),
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
