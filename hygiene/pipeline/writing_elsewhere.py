"""What a worker of a cluster does for the report: writes one account, whose part lies in the shared store.

It judges, compares and asks as the driver would, from the same files below OUT and by what the driver knows of all
accounts (`Brief`). What comes of it lies in the shared store until the driver takes it.
"""

from __future__ import annotations

import pickle
import threading
from functools import lru_cache, partial

from hygiene.analyse.catalogue import configured_checks
from hygiene.analyse.organization import account_tables
from hygiene.errors import PartError
from hygiene.pipeline.examining import reference_of
from hygiene.pipeline.parts import SharedParts
from hygiene.pipeline.places import Places, wall_clock
from hygiene.pipeline.previous import review_of_report
from hygiene.pipeline.reviewing import Brief, Reviewing
from hygiene.pipeline.validating import Validation
from hygiene.pipeline.working import Plan, Receipt
from hygiene.report.account import account_writer, packed
from hygiene.snapshot import open_snapshot
from hygiene.store import open_store

BRIEF = "brief"
"""The name of the pickled Brief among the shared parts."""


def written(account_id: str) -> str:
    """Return the name of a written account among the shared parts."""
    return f"{account_id}.written"


def write_account(account_id: str, plan: Plan) -> Receipt:
    """Write one account for the report; the receipt tells the SHA-256 that the driver reads it by."""
    with _one_at_a_time:
        writing = _writing_of(plan)
    return writing.write(account_id)


class _Writing:
    """One process's writer of a review; its threads take turns, as they share what is rendered once."""

    def __init__(self, plan: Plan) -> None:
        self._turn = threading.Lock()
        places = Places(open_store(plan.out))
        self._shared = SharedParts(places.out, plan.quarter)
        brief = self._read_brief(plan)
        facts, settings, window = brief.facts, plan.read_settings(), plan.read_window()
        snapshot = open_snapshot(plan.snapshot)
        before = facts.previous_quarter
        opinions = Validation(places.out, facts.review_id, None, wall_clock)
        checks = configured_checks(settings.checks)
        self._reviewing = Reviewing(
            brief,
            lambda account_id: account_tables(
                self._shared.get(account_id), checks, brief.chains.get(account_id, {}), opinions
            ),
            snapshot.within(window) if window else snapshot,
            review_of_report(places, before, before) if before else None,
            places,
            partial(reference_of, settings=settings, as_of=facts.as_of, owners=plan.owner_rules(settings)),
        )
        self._writer = account_writer(brief.coverage, brief.group_sizes, facts, plan.formats)

    def write(self, account_id: str) -> Receipt:
        with self._turn:
            account = self._reviewing.account(account_id)
            content = packed(self._writer, account)
        return Receipt(account_id, len(account.roles), sha256=self._shared.put_pickled(written(account_id), content))

    def _read_brief(self, plan: Plan) -> Brief:
        content = self._shared.pickled(BRIEF, plan.brief)
        if content is None:
            raise PartError(f"{plan.out}: what the driver wrote there for its workers is gone, or was changed.")
        brief: Brief = pickle.loads(content)  # noqa: S301  by the digest, it is what the driver wrote
        return brief


_one_at_a_time = threading.Lock()


@lru_cache(maxsize=1)
def _writing_of(plan: Plan) -> _Writing:
    return _Writing(plan)
