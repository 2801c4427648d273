"""What a worker of a cluster does for the report: writes one account, whose part lies in the shared store.

It judges, compares and asks as the driver would, from the same files below OUT and by what the driver knows of all
accounts (`Brief`). What comes of it lies in the shared store until the driver takes it.
"""

from __future__ import annotations

import pickle
import threading
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from hygiene.analyse.organization import account_tables
from hygiene.errors import PartError
from hygiene.pipeline.examining import reference_of
from hygiene.pipeline.parts import SharedParts
from hygiene.pipeline.places import Places, wall_clock
from hygiene.pipeline.previous import review_of_report
from hygiene.pipeline.reviewing import Brief, Reviewing
from hygiene.pipeline.validating import Validation
from hygiene.pipeline.working import Plan, Receipt, examination_of
from hygiene.report.account import AccountWriter, packed
from hygiene.store import open_store

if TYPE_CHECKING:
    from hygiene.analyse.organization import AccountTables


@dataclass(frozen=True, slots=True)
class WritingPlan:
    """What a task needs to know to write an account. `examined_by`: the plan that its part was made by.

    `formats`: of the report. `brief`: SHA-256 of the Brief. `rules`: of the driver's Examination.
    """

    examined_by: Plan
    formats: tuple[str, ...]
    brief: str
    rules: str


BRIEF = "brief"
"""The name of the pickled Brief among the shared parts."""


def written(account_id: str) -> str:
    """Return the name of a written account among the shared parts."""
    return f"{account_id}.written"


def write_account(account_id: str, plan: WritingPlan) -> Receipt:
    """Write one account for the report; the receipt tells the SHA-256 that the driver reads it by."""
    with _one_at_a_time:
        writing = _writing_of(plan)
    return writing.write(account_id)


class _Writing:
    """One process's writer of a review; its threads take turns, as they share what is rendered once."""

    def __init__(self, plan: WritingPlan) -> None:
        self._turn = threading.Lock()
        places = Places(open_store(plan.examined_by.out))
        self._shared = SharedParts(places.out, plan.examined_by.quarter)
        self._brief = brief = self._read_brief(plan.brief)
        self._examination = examination = examination_of(plan.examined_by)
        self._has_same_rules = examination.rules == plan.rules
        facts, before = brief.facts, brief.facts.previous_quarter
        self._opinions = Validation(places.out, facts.review_id, None, wall_clock)
        self._reviewing = Reviewing(
            brief,
            self._tables,
            examination.snapshot,
            review_of_report(places, before, before) if before else None,
            places,
            partial(reference_of, settings=examination.settings, as_of=facts.as_of, owners=examination.owners),
        )
        self._writer = AccountWriter(brief.coverage, brief.group_sizes, facts, plan.formats)

    def write(self, account_id: str) -> Receipt:
        with self._turn:
            if not self._has_same_rules:
                # This machine's environment says otherwise, and nothing would show it: the driver has to write.
                return Receipt(account_id)
            account = self._reviewing.account(account_id)
            content = packed(self._writer, account)
        return Receipt(account_id, len(account.roles), sha256=self._shared.put_pickled(written(account_id), content))

    def _tables(self, account_id: str) -> AccountTables:
        chains = self._brief.chains.get(account_id, {})
        return account_tables(self._shared.get(account_id), self._examination.checks, chains, self._opinions)

    def _read_brief(self, sha256: str) -> Brief:
        content = self._shared.pickled(BRIEF, sha256)
        if content is None:
            raise PartError(
                f"{self._shared.location}: what the driver wrote there for its workers is gone, or was changed."
            )
        brief: Brief = pickle.loads(content)  # noqa: S301  by the digest, it is what the driver wrote
        return brief


_one_at_a_time = threading.Lock()


@lru_cache(maxsize=1)
def _writing_of(plan: WritingPlan) -> _Writing:
    return _Writing(plan)
