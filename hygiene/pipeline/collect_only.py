"""`hygiene collect`: AWS → a snapshot or the days of CloudTrail, and no report; so no table is loaded for it.

pandas takes half a second to load: for one account, a fifteenth of the time that collecting takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.pipeline.collecting import Collected, collect_into
from hygiene.pipeline.earlier_snapshot import earlier_snapshot
from hygiene.pipeline.events import events_asked
from hygiene.pipeline.light_run import collect_events_into
from hygiene.pipeline.places import Places, alone, new_run_id, wall_clock
from hygiene.review.period import quarter_of
from hygiene.snapshot import layout
from hygiene.store import Lock, open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hygiene.collect.progress import Progress
    from hygiene.config import Settings
    from hygiene.pipeline.earlier_snapshot import EarlierSnapshot
    from hygiene.pipeline.events import EventsAsked

    Clock = Callable[[], datetime]


def collect(
    settings: Settings,
    destination: str,
    previous: str | None,
    progress: Progress,
    clock: Clock = wall_clock,
    out: str | None = None,
) -> Collected:
    """Read AWS into a snapshot and stop there; with `out`, use and keep the daily events below it.

    Raises LockHeldError when another run writes there.
    """
    earlier = _earlier(previous)
    store = open_store(destination)
    events = None
    if out is not None and settings.aws.cloudtrail != "off":
        events = _events_since(previous, Places(open_store(out)), settings, clock())
    with Lock(store, layout.LOCK, new_run_id(clock())) as lock:
        return collect_into(store, settings, progress, earlier, clock, lock.confirm, events)


def collect_events(settings: Settings, out: str, progress: Progress, clock: Clock = wall_clock) -> Collected:
    """Read CloudTrail alone into OUT/events: the light run between two reviews.

    Raises LockHeldError when a review is at work there: it reads the same events.
    """
    now = clock()
    with alone(out, new_run_id(now)) as places:
        return collect_events_into(settings, progress, _events_since(None, places, settings, now))


def _earlier(named: str | None) -> EarlierSnapshot | None:
    """Return the snapshot that a user named, itself or by its report; None for none, or one that cannot be used."""
    if named is None:
        return None
    from hygiene.pipeline.named import snapshot_named

    found = snapshot_named(named)
    return earlier_snapshot(found) if found else None


def _events_since(named: str | None, places: Places, settings: Settings, now: datetime) -> EventsAsked:
    """Return the events since the review before, or since the one that a user named."""
    quarter = quarter_of(now, settings.review.fiscal_year_start)
    if named is None:
        return events_asked(places, now, now, places.previous_as_of(quarter))
    from hygiene.pipeline.reporting import previous_as_of

    return events_asked(places, now, now, previous_as_of(named, places, quarter))
