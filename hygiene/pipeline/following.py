"""The people's part of a review, read from the ledger and held against AWS: answers, follow-ups, silence.

Account by account: what a decision is about lies in one account, and so does what took over the role's name.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from hygiene.documents import parse_time
from hygiene.pipeline.comparing import moments
from hygiene.pipeline.earlier_tables import earlier_table
from hygiene.pipeline.ledgers import read_answers, reviews_until
from hygiene.pipeline.places import LEDGER
from hygiene.pipeline.previous import read_object, snapshot_of
from hygiene.review.answer_book import AnswerBook
from hygiene.review.decisions import Loop
from hygiene.review.follow_up import (
    RE_OPENED,
    REDUCE,
    Sight,
    Traces,
    first_due_dates,
    followed_up,
    obligations,
    promise_of,
    replaced,
)
from hygiene.review.ledger import latest
from hygiene.snapshot import layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pandas as pd

    from hygiene.analyse.reference import Reference
    from hygiene.model import ReviewFacts
    from hygiene.pipeline.comparing import Moment
    from hygiene.pipeline.earlier_tables import EarlierTable
    from hygiene.pipeline.places import Places
    from hygiene.pipeline.previous import Previous
    from hygiene.policy.powers import Powers
    from hygiene.review.follow_up import Promise
    from hygiene.review.ledger import Answer
    from hygiene.review.population import Population
    from hygiene.snapshot import Snapshot


@dataclass(frozen=True)
class Following:
    """What the people's part is followed up with: where things lie, this review, and the snapshots to compare."""

    places: Places
    facts: ReviewFacts
    due_days: int
    snapshot: Snapshot
    previous: Previous | None
    reference: Callable[[Snapshot], Reference]
    _snapshots: dict[tuple[str, str], Snapshot | None] = field(default_factory=dict)
    _moments: dict[str, tuple[Moment, Moment]] = field(default_factory=dict)

    @property
    def account_ids(self) -> frozenset[str]:
        """The accounts of the roles that anybody ever answered about."""
        return self._answers.account_ids | self._earlier_answers.account_ids

    def loop(
        self,
        account_id: str,
        population: Population,
        before: Population | None,
        waived: frozenset[str] = frozenset(),
    ) -> Loop:
        """Return what people answered in this review about an account, and what became of decisions that still count.

        `population` and `before`: the account's roles now and in the previous review; `waived`: as Loop has it.
        """
        answers = self._answers.of(account_id)
        earlier = self._earlier_answers.of(account_id)
        standing = obligations([*earlier, *answers])
        given_up = replaced(earlier, standing)
        sight = replace(
            self._sight(account_id, population, before, [*standing, *given_up]),
            first_due=first_due_dates([*earlier, *answers], self.due_days),
        )
        return Loop(
            followups=followed_up(standing, sight, given_up),
            answers=latest(answers),
            waived=waived,
            unanswered=self._unanswered(account_id, earlier),
            is_over=self._is_over,
        )

    @cached_property
    def _answers(self) -> AnswerBook:
        return AnswerBook(read_answers(self.places.out, self.facts.review_id))

    @cached_property
    def _earlier_answers(self) -> AnswerBook:
        """The answers of this population's earlier reviews, oldest first."""
        out = self.places.out
        this = self.facts.review_id
        earlier = (review for review in reviews_until(out, this) if review != this)
        return AnswerBook(answer for review in earlier for answer in read_answers(out, review))

    @property
    def _subject(self) -> str:
        """The organization or account whose reviews these are."""
        return self.facts.review_id.removesuffix(f"-{self.facts.quarter}")

    @cached_property
    def _earlier_quarter(self) -> str:
        """The latest earlier quarter with a report of this population; empty: none."""
        quarter = self.places.previous_quarter(self.facts.quarter)
        manifest = read_object(self.places.out, f"{quarter}/{layout.MANIFEST}") if quarter else {}
        return quarter if quarter and manifest.get("review_id") == f"{self._subject}-{quarter}" else ""

    def _sight(
        self, account_id: str, population: Population, before: Population | None, standing: Sequence[Answer]
    ) -> Sight:
        roles = population.roles
        memory = _rows(self._earlier_followups, account_id)
        known = memory[memory["verified_quarter"].notna()] if memory is not None else None
        undone = _promises(memory[memory["state"] == RE_OPENED]) if memory is not None else ()
        digests = dict(zip(roles["role_id"].tolist(), roles["row_sha256"].tolist(), strict=True))
        then = before.roles if before else None
        return Sight(
            digests=digests,
            ids=dict(zip(roles["role_arn"].tolist(), roles["role_id"].tolist(), strict=True)),
            listed=population.listed,
            as_of=self.facts.as_of,
            quarter=self.facts.quarter,
            due_days=self.due_days,
            snapshot_sha256=self.snapshot.manifest_sha256,
            verified={} if known is None else dict(zip(_promises(known), known["verified_quarter"], strict=True)),
            re_opened=frozenset(undone),
            earlier_digests={}
            if then is None
            else dict(zip(then["role_id"].tolist(), then["row_sha256"].tolist(), strict=True)),
            traces=self._traces(account_id, [answer for answer in standing if answer.role_id in digests]),
        )

    def _traces(self, account_id: str, standing: Iterable[Answer]) -> dict[Promise, Traces]:
        """Return the powers of roles that are to be reduced: when it was decided, in the previous review, now."""
        by_snapshot: dict[tuple[str, str], list[Answer]] = {}
        for answer in standing:
            if answer.decision == REDUCE:
                by_snapshot.setdefault((answer.snapshot_location, answer.snapshot_sha256), []).append(answer)
        found: dict[Promise, Traces] = {}
        for (location, digest), answers in sorted(by_snapshot.items()):
            role_ids = {answer.role_id for answer in answers}
            traces = self._traces_in(account_id, role_ids, self._decided_on(location, digest))
            found |= {promise_of(answer): traces[answer.role_id] for answer in answers}
        return found

    def _decided_on(self, location: str, digest: str) -> Snapshot | None:
        """Return the snapshot that decisions were made on, None where it is not there any more; opened once."""
        if (location, digest) not in self._snapshots:
            named = {"snapshot": {"location": location, "manifest_sha256": digest}}
            self._snapshots[location, digest] = snapshot_of(self.places, named)
        return self._snapshots[location, digest]

    def _traces_in(self, account_id: str, role_ids: set[str], decided: Snapshot | None) -> dict[str, Traces]:
        previous = self.previous.snapshot if self.previous else None
        first, now = self._pair(decided, account_id, role_ids)
        between, again = self._pair(previous, account_id, role_ids)
        return {
            role_id: Traces(first.get(role_id), between.get(role_id), now.get(role_id) or again.get(role_id))
            for role_id in role_ids
        }

    def _pair(
        self, then: Snapshot | None, account_id: str, role_ids: set[str]
    ) -> tuple[dict[str, Powers], dict[str, Powers]]:
        if then is None:
            return {}, {}
        if then.location not in self._moments:
            self._moments[then.location] = moments(then, self.snapshot, self.reference)
        earlier, now = self._moments[then.location]
        return earlier.powers(account_id, role_ids), now.powers(account_id, role_ids)

    def _unanswered(self, account_id: str, earlier: Iterable[Answer]) -> frozenset[str]:
        """Return the ids of roles that needed a decision in the previous review and got no answer until today."""
        table = _rows(self._earlier_decisions, account_id)
        if table is None:
            return frozenset()
        review = f"{self._subject}-{self._earlier_quarter}"
        answered = {answer.role_id for answer in earlier if answer.review_id == review}
        return frozenset(table.loc[table["needs_decision"] == "yes", "role_id"]) - answered

    @cached_property
    def _earlier_followups(self) -> EarlierTable | None:
        return self._earlier_table("followups")

    @cached_property
    def _earlier_decisions(self) -> EarlierTable | None:
        return self._earlier_table("decisions")

    def _earlier_table(self, name: str) -> EarlierTable | None:
        quarter = self._earlier_quarter
        return earlier_table(self.places.out, quarter, name) if quarter else None

    @cached_property
    def _is_over(self) -> bool:
        """Whether the time to answer has passed, counted from the first report of this review."""
        out, review = self.places.out, self.facts.review_id
        kept = [name for name in out.names(f"{LEDGER}/{review}/superseded") if name.endswith(".json")]
        manifests = [read_object(out, name) for name in (*kept, f"{self.facts.quarter}/{layout.MANIFEST}")]
        made = [parse_time(found.get("finished_at")) for found in manifests if found.get("review_id") == review]
        first = min((moment for moment in made if moment is not None), default=None)
        return first is not None and self.facts.as_of > first + timedelta(days=self.due_days)


def _promises(followups: pd.DataFrame) -> list[Promise]:
    return list(zip(followups["review_id"], followups["role_id"], followups["decision"], strict=True))


def _rows(table: EarlierTable | None, account_id: str) -> pd.DataFrame | None:
    return None if table is None else table.of(account_id)
