"""The story of a run: settings in, a snapshot and a report out.

collect  AWS        → snapshot   (`collect_only`)
report   snapshot   → report     (`reporting`)
run      both, with the snapshot below OUT
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING, Protocol

from hygiene.errors import NotDueError
from hygiene.pipeline.collecting import STAYS_FRESH, collect_into, read_accounts
from hygiene.pipeline.earlier_snapshot import earlier_snapshot
from hygiene.pipeline.events import events_asked
from hygiene.pipeline.examining import here
from hygiene.pipeline.memory import without_cycle_search
from hygiene.pipeline.named import snapshot_named
from hygiene.pipeline.places import Places, alone, new_run_id, wall_clock
from hygiene.pipeline.reporting import Reported, ReportRequest, previous_as_of, report_on
from hygiene.pipeline.waivers import waivers_of
from hygiene.pipeline.writing import here as written_here
from hygiene.review.period import quarter_of
from hygiene.snapshot import layout
from hygiene.store import Lock, open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hygiene.collect.client import AwsClient
    from hygiene.collect.progress import Progress
    from hygiene.config import Settings
    from hygiene.pipeline.collecting import ReadAccounts
    from hygiene.pipeline.examining import Examining
    from hygiene.pipeline.writing import Writing
    from hygiene.store import Store

    Clock = Callable[[], datetime]

logger = logging.getLogger(__name__)

__all__ = ["ReportRequest", "Reported", "RunRequest", "report", "run"]


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a user asked of `hygiene run`: the report, and where its snapshot comes from or goes to."""

    report: ReportRequest
    snapshot: str | None = None
    reuse_snapshot: bool = False
    if_due: bool = False


def report(settings: Settings, source: str, request: ReportRequest, clock: Clock = wall_clock) -> Reported:
    """Judge a snapshot and write the report, with no AWS access at all. Raises LockHeldError as `run` does."""
    waivers_of(settings)
    with alone(request.out, new_run_id(clock())) as places, without_cycle_search(source, request.out):
        return report_on(source, settings, request, clock, places)


class Workforce(Protocol):
    """Who does what takes long in a run, account by account."""

    @property
    def read(self) -> ReadAccounts:
        """Who reads accounts into the snapshot."""
        ...

    @property
    def examine(self) -> Examining:
        """Who examines them."""
        ...

    @property
    def write(self) -> Writing:
        """Who writes them for the report."""
        ...

    def forget(self) -> None:
        """Clear up once the report is there."""
        ...


class Alone:
    """One process does it all."""

    read: ReadAccounts = staticmethod(read_accounts)
    examine: Examining = staticmethod(here)
    write: Writing = staticmethod(written_here)

    def forget(self) -> None:
        """Nothing is left."""


def quarter_asked(settings: Settings, request: ReportRequest, clock: Clock = wall_clock) -> str:
    """Return the quarter of the review that is asked for."""
    return request.quarter or quarter_of(request.as_of or clock(), settings.review.fiscal_year_start)


def run(
    settings: Settings,
    request: RunRequest,
    progress: Progress,
    clock: Clock = wall_clock,
    workforce: Workforce = Alone(),  # noqa: B008 (it holds nothing)
) -> Reported:
    """Read AWS, judge, report: the main job.

    Raises LockHeldError when another run works in the same OUT, NotDueError when only a due review was asked for.
    """
    waivers_of(settings)  # A mistake in the file is told before an hour of collecting, not after it.
    quarter = quarter_asked(settings, request.report, clock)
    if request.if_due:
        _refuse_finished(Places(open_store(request.report.out)), quarter)
    with alone(request.report.out, new_run_id(clock())) as places:
        if request.if_due:
            # Another run may have finished it while this one waited for the lock.
            _refuse_finished(places, quarter)
        source = _finished_already(places, settings, request, quarter, clock)
        if source is None:
            source = _collected(places, settings, request, quarter, progress, clock, workforce.read)
        way = _way_to_ask(settings)
        reported = report_on(source, settings, request.report, clock, places, way, workforce.examine, workforce.write)
        places.forget_unreported()
        workforce.forget()
        return reported


def _way_to_ask(settings: Settings) -> Callable[[], AwsClient] | None:
    """Return the way to AWS for a second opinion about proposals; None where none is wanted."""
    from hygiene.collect.sessions import hub_client

    if settings.aws.validate_proposals == "off":
        return None
    return partial(hub_client, metadata.version("role-hygiene"))


def _refuse_finished(places: Places, quarter: str) -> None:
    if places.is_sealed(quarter):
        report = places.out.child(quarter).location
        raise NotDueError(f"The review of {quarter} is finished: {report}. Nothing is due.")


def _collected(
    places: Places,
    settings: Settings,
    request: RunRequest,
    quarter: str,
    progress: Progress,
    clock: Clock,
    read: ReadAccounts,
) -> str:
    """Collect, and return where the snapshot lies. A place outside of OUT needs a lock of its own."""
    store = _place_to_fill(places, settings, request, quarter, clock)
    named = request.report.previous
    found = snapshot_named(named) or places.newest_snapshot(other_than=store.location)
    earlier = earlier_snapshot(found) if found else None
    now = clock()
    events = events_asked(places, request.report.as_of or now, now, previous_as_of(named, places, quarter))

    def before_it_is_sealed() -> None:
        places.fence()
        places.note_unreported(store)

    if request.snapshot is None:
        collect_into(store, settings, progress, earlier, clock, before_it_is_sealed, events, read)
    else:
        with Lock(store, layout.LOCK, new_run_id(clock())) as lock:
            collect_into(store, settings, progress, earlier, clock, lock.confirm, events, read)
    return store.location


def _finished_already(
    places: Places, settings: Settings, request: RunRequest, quarter: str, clock: Clock
) -> str | None:
    """Return the finished snapshot the user wants to use again, or one that a killed run has not reported on."""
    if request.reuse_snapshot:
        return request.snapshot or places.finished_snapshot(quarter)
    if request.snapshot:
        return None
    found = places.unreported_snapshot(quarter, settings, clock() - STAYS_FRESH)
    if found:
        logger.info("going on with %s: an earlier run collected it and ended before its report", found)
    return found


def _place_to_fill(places: Places, settings: Settings, request: RunRequest, quarter: str, clock: Clock) -> Store:
    """Return the place named, this quarter's unfinished snapshot, or a new one."""
    if request.snapshot:
        return open_store(request.snapshot)
    return places.snapshot_to_fill(quarter, settings, clock())
