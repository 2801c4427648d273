"""Analysis → review: what changed since the earlier one, what people are asked, and what became of their answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from hygiene.frames import Changes, ReviewTables, validated
from hygiene.pipeline.comparing import moments, powers_then_and_now
from hygiene.pipeline.following import Following
from hygiene.pipeline.waivers import waivers_of
from hygiene.policy.actions import catalogue_version
from hygiene.review.changes import changes_between, first_seen
from hygiene.review.decisions import decisions_to_ask, rerouted, with_states
from hygiene.review.exceptions import waive
from hygiene.review.follow_up import not_carried_out
from hygiene.review.population import ADMIN_CHECK, Population, population_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from hygiene.analyse.organization import Analysis
    from hygiene.analyse.reference import Reference
    from hygiene.config import Settings
    from hygiene.model import ReviewFacts
    from hygiene.pipeline.places import Places
    from hygiene.pipeline.previous import Previous
    from hygiene.snapshot import Snapshot


@dataclass(frozen=True)
class Reviewing:
    """What a review is made from; `reference` gives the rules by which a snapshot's accounts are read."""

    analysis: Analysis
    facts: ReviewFacts
    snapshot: Snapshot
    previous: Previous | None
    places: Places
    settings: Settings
    reference: Callable[[Snapshot], Reference]

    def tables(self) -> ReviewTables:
        """Return the tables of the report."""
        analysis, facts = self.analysis, self.facts
        population = population_of(
            analysis.roles,
            analysis.findings,
            analysis.coverage,
            looked_for_admins=any(check.id == ADMIN_CHECK for check in facts.checks),
            catalogue=catalogue_version(),
        )
        findings = first_seen(analysis.findings, self.previous.findings if self.previous else None, facts.quarter)
        waived = waive(waivers_of(self.settings), analysis.roles, findings, facts.as_of)
        loop = self._following(population).loop(waived.roles)
        roles = rerouted(analysis.roles, loop.answers, self.settings.owners.fallback)
        decisions = decisions_to_ask(roles, facts.review_id, loop)
        late = not_carried_out(loop.followups, facts.review_id, frozenset(analysis.roles["role_id"]))
        return ReviewTables(
            roles=with_states(roles, decisions, loop),
            findings=waived.findings,
            coverage=analysis.coverage,
            changes=validated(Changes, pd.concat([self._changes(population), late], ignore_index=True)),
            decisions=decisions,
            followups=loop.followups,
            exceptions=waived.exceptions,
            assumptions=analysis.assumptions,
            role_events=analysis.role_events,
            right_sizing={account.account_id: account.right_sizing for account in analysis.accounts()},
        )

    def _following(self, population: Population) -> Following:
        return Following(
            places=self.places,
            facts=self.facts,
            due_days=self.settings.email.due_days,
            population=population,
            snapshot=self.snapshot,
            previous=self.previous,
            reference=self.reference,
        )

    def _changes(self, now: Population) -> pd.DataFrame:
        """Return the Changes table: power and trust by both snapshots where the earlier one is still there."""
        if self.previous is None or self.previous.snapshot is None:
            return changes_between(self.previous.population if self.previous else None, now)
        then = self.previous.population
        pair = moments(self.previous.snapshot, self.snapshot, self.reference)
        return changes_between(then, now, powers_then_and_now(*pair, before=then, after=now))
