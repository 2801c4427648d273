"""CloudTrail → days below OUT/events: which source, which window, which reader."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING

from hygiene.activity.period import review_window
from hygiene.pipeline.places import EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from hygiene.activity.period import Window
    from hygiene.collect.sessions import Sessions
    from hygiene.collect.trail.reader import EventReader
    from hygiene.collect.trail.source import EventSource
    from hygiene.config import Settings
    from hygiene.pipeline.places import Places
    from hygiene.store import Store


@dataclass(frozen=True, slots=True)
class EventsAsked:
    """The window of a review, and the place where its days are kept between runs; None: nowhere.

    `now`: when AWS is asked, where that is not when the window ends.
    """

    window: Window
    store: Store | None = None
    now: datetime | None = None


def events_asked(places: Places, as_of: datetime, now: datetime, previous_as_of: datetime | None) -> EventsAsked:
    """Return the window since the previous review, and the place of the daily events. `now`: when AWS is asked."""
    return EventsAsked(review_window(as_of, previous_as_of), places.out.child(EVENTS), now)


@contextmanager
def event_reader(settings: Settings, sessions: Sessions, asked: EventsAsked) -> Iterator[EventReader | None]:
    """Give the reader of `[aws] cloudtrail`, None when it is off; what it started ends with it."""
    from hygiene.collect.trail.s3 import S3Source

    source = _source(settings, sessions, asked.now)
    if source is None:
        yield None
        return
    try:
        yield _reader(source, asked)
    finally:
        if isinstance(source, S3Source):
            source.close()


def lookup_reader(asked: EventsAsked) -> EventReader:
    """Return the reader of each account's own event history, which needs no session but the account's."""
    from hygiene.collect.trail.lookup import LookupSource

    return _reader(LookupSource(asked.now), asked)


def _reader(source: EventSource, asked: EventsAsked) -> EventReader:
    from hygiene.collect.trail.daily import DailyEvents
    from hygiene.collect.trail.reader import EventReader

    return EventReader(source, asked.window, DailyEvents(asked.store) if asked.store is not None else None)


def _source(settings: Settings, sessions: Sessions, now: datetime | None) -> EventSource | None:
    from hygiene.collect.sessions import hub_client
    from hygiene.collect.trail.lookup import LookupSource
    from hygiene.collect.trail.s3 import S3Source

    wanted = settings.aws.cloudtrail
    if wanted == "lookup":
        return LookupSource(now)
    if wanted == "s3":
        make_client = partial(hub_client, metadata.version("role-hygiene"))
        return S3Source(settings.cloudtrail, sessions.hub, make_client)
    if wanted == "athena":
        from hygiene.collect.trail.athena import AthenaSource

        return AthenaSource(settings.cloudtrail, sessions.hub)
    return None
