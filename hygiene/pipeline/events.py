"""CloudTrail → days below OUT/events: which source, which window, and the light run that does nothing else."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING

from hygiene.activity.period import review_window
from hygiene.errors import ConfigError
from hygiene.pipeline.places import EVENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from hygiene.activity.period import Window
    from hygiene.collect.client import AwsClient
    from hygiene.collect.progress import Progress
    from hygiene.collect.sessions import Sessions
    from hygiene.collect.trail.reader import EventReader
    from hygiene.collect.trail.source import EventSource
    from hygiene.config import Settings
    from hygiene.pipeline.collecting import Collected
    from hygiene.pipeline.places import Places
    from hygiene.store import Store

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EventsAsked:
    """The window of a review, and the place where its days are kept between runs; None: nowhere."""

    window: Window
    store: Store | None = None


def events_asked(places: Places, quarter: str, as_of: datetime) -> EventsAsked:
    """Return the window since the previous review, and the place of the daily events."""
    return EventsAsked(review_window(as_of, places.previous_as_of(quarter)), places.out.child(EVENTS))


@contextmanager
def event_reader(settings: Settings, sessions: Sessions, asked: EventsAsked) -> Iterator[EventReader | None]:
    """Give the reader of `[aws] cloudtrail`, None when it is off; what it started ends with it."""
    from hygiene.collect.trail.daily import DailyEvents
    from hygiene.collect.trail.reader import EventReader
    from hygiene.collect.trail.s3 import S3Source

    source = _source(settings, sessions)
    if source is None:
        yield None
        return
    try:
        yield EventReader(source, asked.window, DailyEvents(asked.store) if asked.store is not None else None)
    finally:
        if isinstance(source, S3Source):
            source.close()


def _source(settings: Settings, sessions: Sessions) -> EventSource | None:
    from hygiene.collect.sessions import hub_client
    from hygiene.collect.trail.lookup import LookupSource
    from hygiene.collect.trail.s3 import S3Source

    wanted = settings.aws.cloudtrail
    if wanted == "lookup":
        return LookupSource()
    if wanted == "s3":
        make_client = partial(hub_client, settings.aws, metadata.version("role-hygiene"))
        return S3Source(settings.cloudtrail, sessions.hub, make_client)
    if wanted == "athena":
        from hygiene.collect.trail.athena import AthenaSource

        return AthenaSource(settings.cloudtrail, sessions.hub)
    return None


def collect_events_into(settings: Settings, progress: Progress, asked: EventsAsked) -> Collected:
    """Read every account's days that are not kept yet. Raises ConfigError when no source is configured."""
    from hygiene.collect.sessions import Sessions
    from hygiene.collect.workers import for_each_account
    from hygiene.pipeline.collecting import SINGLE_ACCOUNT, Collected, find_population

    if settings.aws.cloudtrail == "off":
        raise ConfigError('[aws] cloudtrail = "off": write "lookup", "s3" or "athena" to read events.')
    sessions = Sessions(settings.aws, progress, metadata.version("role-hygiene"))
    population = find_population(sessions, settings)
    enter = sessions.own if population.basis == SINGLE_ACCOUNT else sessions.enter
    progress.accounts_found(len(population.chosen))

    account_ids = [account.id for account in population.chosen]
    with event_reader(settings, sessions, asked) as reader:
        if reader is None:
            raise ConfigError("[aws] cloudtrail names no source")
        # The trail's bucket and table are read by the hub: no account has to be entered for them.
        way_in = enter if settings.aws.cloudtrail == "lookup" else lambda _: sessions.hub
        light = partial(_read_account, reader, way_in, progress)
        read_accounts = for_each_account(light, account_ids, settings.aws.max_workers, sessions.stop)
    failed = sum(not was_read for was_read, _ in read_accounts)
    gaps = sum(number for _, number in read_accounts)
    location = asked.store.location if asked.store is not None else ""
    return Collected(location, len(read_accounts), failed, gaps, population.problems, is_events=True)


def _read_account(
    reader: EventReader, enter: Callable[[str], AwsClient], progress: Progress, account_id: str
) -> tuple[bool, int]:
    """Return whether any day of the account is there, and how much was refused."""
    from hygiene.collect.refusal import RefusedError

    try:
        activity, refusals = reader.read(account_id, enter(account_id))
    except RefusedError as error:
        activity, refusals = None, [error]
    for refusal in refusals:
        logger.warning("account %s: %s", account_id, refusal, extra={"account_id": account_id})
    progress.account_done(account_id, 0, len(refusals))
    return activity is not None, len(refusals)
