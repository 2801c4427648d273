"""The people's part of a review, read from the ledger and held against AWS: answers, follow-ups, silence."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from hygiene.documents import parse_time
from hygiene.pipeline.comparing import moments
from hygiene.pipeline.ledgers import answers_of
from hygiene.pipeline.places import LEDGER
from hygiene.pipeline.previous import read_object, snapshot_of
from hygiene.review.decisions import Loop
from hygiene.review.follow_up import RE_OPENED, REDUCE, Sight, Traces, followed_up, obligations
from hygiene.review.ledger import latest
from hygiene.snapshot import layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hygiene.analyse.reference import Reference
    from hygiene.model import ReviewFacts
    from hygiene.pipeline.places import Places
    from hygiene.pipeline.previous import Previous
    from hygiene.policy.powers import Powers
    from hygiene.review.ledger import Answer
    from hygiene.review.population import Population
    from hygiene.snapshot import Snapshot


@dataclass(frozen=True)
class Following:
    """What the people's part is followed up with: where things lie, this review, and the snapshots to compare."""

    places: Places
    facts: ReviewFacts
    due_days: int
    population: Population
    snapshot: Snapshot
    previous: Previous | None
    reference: Callable[[Snapshot], Reference]

    def loop(self, waived: frozenset[str] = frozenset()) -> Loop:
        """Return what people answered in this review, and what became of every decision that still counts."""
        out = self.places.out
        answers = answers_of(out, self.facts.review_id)
        earlier = [answer for review in self._earlier_reviews() for answer in answers_of(out, review)]
        standing = obligations([*earlier, *answers])
        return Loop(
            followups=followed_up(standing, self._sight(standing)),
            answers=latest(answers),
            waived=waived,
            unanswered=self._unanswered(),
            is_over=self._is_over(),
        )

    @property
    def _subject(self) -> str:
        """The organization or account whose reviews these are."""
        return self.facts.review_id.removesuffix(f"-{self.facts.quarter}")

    @property
    def _earlier_quarter(self) -> str:
        """The latest earlier quarter with a report of this population; empty: none."""
        quarter = self.places.previous_quarter(self.facts.quarter)
        manifest = read_object(self.places.out, f"{quarter}/{layout.MANIFEST}") if quarter else {}
        return quarter if quarter and manifest.get("review_id") == f"{self._subject}-{quarter}" else ""

    def _earlier_reviews(self) -> list[str]:
        """Return the ids of this population's earlier reviews, oldest first."""
        of_ours = re.compile(re.escape(self._subject) + r"-(\d{4}-Q[1-4])")
        found = (of_ours.fullmatch(name) for name in self.places.out.folders(LEDGER))
        return sorted(match[0] for match in found if match and match[1] < self.facts.quarter)

    def _sight(self, standing: Iterable[Answer]) -> Sight:
        roles = self.population.roles
        memory = self._earlier_table("followups")
        known = memory[memory["verified_quarter"].notna()] if memory is not None else None
        undone = memory.loc[memory["state"] == RE_OPENED, "role_id"] if memory is not None else ()
        digests = dict(zip(roles["role_id"], roles["row_sha256"], strict=True))
        then = self.previous.population.roles if self.previous else None
        return Sight(
            digests=digests,
            ids=dict(zip(roles["role_arn"], roles["role_id"], strict=True)),
            listed=self.population.listed,
            as_of=self.facts.as_of,
            quarter=self.facts.quarter,
            due_days=self.due_days,
            snapshot_sha256=self.snapshot.manifest_sha256,
            verified={} if known is None else dict(zip(known["role_id"], known["verified_quarter"], strict=True)),
            re_opened=frozenset(undone),
            earlier_digests={} if then is None else dict(zip(then["role_id"], then["row_sha256"], strict=True)),
            traces=self._traces([answer for answer in standing if answer.role_id in digests]),
        )

    def _traces(self, standing: Iterable[Answer]) -> dict[str, Traces]:
        """Return the powers of roles that are to be reduced: when it was decided, in the previous review, now."""
        by_snapshot: dict[tuple[str, str], list[Answer]] = {}
        for answer in standing:
            if answer.decision == REDUCE:
                by_snapshot.setdefault((answer.snapshot_location, answer.snapshot_sha256), []).append(answer)
        found: dict[str, Traces] = {}
        for (location, digest), answers in sorted(by_snapshot.items()):
            named = {"snapshot": {"location": location, "manifest_sha256": digest}}
            decided = snapshot_of(self.places, named)
            for account_id, role_ids in sorted(_by_account(answers).items()):
                found |= self._traces_in(account_id, role_ids, decided)
        return found

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
        earlier, now = moments(then, self.snapshot, self.reference)
        return earlier.powers(account_id, role_ids), now.powers(account_id, role_ids)

    def _unanswered(self) -> frozenset[str]:
        """Return the ids of roles that needed a decision in the previous review and got no answer until today."""
        table = self._earlier_table("decisions")
        if table is None:
            return frozenset()
        answered = latest(answers_of(self.places.out, f"{self._subject}-{self._earlier_quarter}"))
        return frozenset(table.loc[table["needs_decision"] == "yes", "role_id"]) - answered.keys()

    def _earlier_table(self, name: str) -> pd.DataFrame | None:
        quarter = self._earlier_quarter
        content = self.places.out.read(f"{quarter}/{name}.parquet") if quarter else None
        return None if content is None else pd.read_parquet(io.BytesIO(content))

    def _is_over(self) -> bool:
        """Whether the time to answer has passed, counted from the first report of this review."""
        out, review = self.places.out, self.facts.review_id
        kept = [name for name in out.names(f"{LEDGER}/{review}/superseded") if name.endswith(".json")]
        manifests = [read_object(out, name) for name in (*kept, f"{self.facts.quarter}/{layout.MANIFEST}")]
        made = [parse_time(found.get("finished_at")) for found in manifests if found.get("review_id") == review]
        first = min((moment for moment in made if moment is not None), default=None)
        return first is not None and self.facts.as_of > first + timedelta(days=self.due_days)


def _by_account(answers: Iterable[Answer]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for answer in answers:
        found.setdefault(answer.account_id, set()).add(answer.role_id)
    return found
