"""The light run between two reviews: every account's CloudTrail days into OUT/events, and nothing else."""

from __future__ import annotations

import logging
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING

from hygiene.errors import ConfigError
from hygiene.pipeline.collecting import Collected
from hygiene.pipeline.events import event_reader
from hygiene.pipeline.population import SINGLE_ACCOUNT, find_population

if TYPE_CHECKING:
    from collections.abc import Callable

    from hygiene.collect.client import AwsClient
    from hygiene.collect.progress import Progress
    from hygiene.collect.trail.reader import EventReader
    from hygiene.config import Settings
    from hygiene.pipeline.events import EventsAsked

logger = logging.getLogger(__name__)


def collect_events_into(settings: Settings, progress: Progress, asked: EventsAsked) -> Collected:
    """Read every account's days that are not kept yet. Raises ConfigError when no source is configured."""
    from hygiene.collect.sessions import Sessions
    from hygiene.collect.workers import at_once_here, for_each_account

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
        together = at_once_here(settings.aws.max_workers, len(account_ids))
        read_accounts = for_each_account(light, account_ids, together, sessions.stop)
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
