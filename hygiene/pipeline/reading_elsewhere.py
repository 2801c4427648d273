"""Accounts are read by several processes of this machine; what the hub knows of them is added here.

The hub's credentials stay here, so what needs them does, too: the caller's own account, the trail's bucket and table,
and S3, where the last snapshot may lie.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from hygiene.collect.account import AccountReader, read_more
from hygiene.collect.account_sessions import AccountSessions
from hygiene.collect.collectors import activity
from hygiene.collect.reading_processes import NoProcessError, ReadingProcesses
from hygiene.pipeline.events import EventsAsked, lookup_reader
from hygiene.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from hygiene.activity.period import Window
    from hygiene.collect.account import AccountRead, ReadAccount
    from hygiene.collect.account_session import Credentials
    from hygiene.collect.context import Previous
    from hygiene.collect.progress import Progress
    from hygiene.collect.trail.reader import EventReader
    from hygiene.config import Aws
    from hygiene.pipeline.reading import Reading


_TO_SPARE_SECONDS = 300
"""Beyond an account's own time, before its process is taken for one that stands still."""


@dataclass(frozen=True, slots=True)
class _Errand:
    """What a process is told when it is started; made there into who reads accounts. Holds no credential."""

    settings: Aws
    region: str
    window: Window
    days: str
    """Where the days of CloudTrail are kept, a folder of this machine; empty: nowhere."""
    now: datetime | None

    def __call__(self, assume: Callable[[str], Credentials], progress: Progress) -> AccountReader:
        """Return who reads accounts in this process. It never stops by itself: it is ended."""
        version = metadata.version("role-hygiene")
        sessions = AccountSessions(self.settings, progress, version, self.region, assume, threading.Event())
        asked = EventsAsked(self.window, open_store(self.days) if self.days else None, self.now)
        events = lookup_reader(asked) if self.settings.cloudtrail == "lookup" else None
        return AccountReader(sessions.enter, self.settings, events)


def can_read_elsewhere(reading: Reading) -> bool:
    """Whether other processes can do it without the hub's credentials: they keep no day of CloudTrail on S3."""
    store = reading.events.store
    return reading.settings.aws.cloudtrail != "lookup" or store is None or "://" not in store.location


@contextmanager
def elsewhere(
    reading: Reading, processes: int, here: ReadAccount, events: EventReader | None
) -> Iterator[ReadAccount]:
    """Give who reads accounts in so many processes, until the context is left.

    `here`: reads the caller's own account. `events`: reads CloudTrail here, for as long.
    """
    sessions, settings, asked = reading.sessions, reading.settings.aws, reading.events
    errand = _Errand(
        settings.model_copy(update={"external_id": None}),
        sessions.region,
        asked.window,
        asked.store.location if asked.store is not None else "",
        asked.now,
    )
    # An account's own event history is read with the account.
    at_hub = None if settings.cloudtrail == "lookup" else events
    patience = settings.account_minutes * 60 + _TO_SPARE_SECONDS
    with ReadingProcesses(processes, errand, sessions.assume, reading.progress, sessions.stop, patience) as there:

        def read(account_id: str, previous: Previous | None) -> AccountRead:
            if account_id == sessions.caller.account_id:
                return here(account_id, previous)
            try:
                found = there.read(account_id, previous)
            except NoProcessError:
                return here(account_id, previous)
            if at_hub is not None and found.was_entered:
                read_more((activity.COLLECTOR,), found, sessions.hub, settings, at_hub)
            return found

        yield read
