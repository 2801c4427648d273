"""How accounts are read, wherever that is done: by whose sessions, with what is known already."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from hygiene.pipeline.population import SINGLE_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hygiene.collect.account import AccountRead, AccountReader, ReadAccount
    from hygiene.collect.client import AwsClient
    from hygiene.collect.progress import Progress
    from hygiene.collect.runner import Runner
    from hygiene.collect.sessions import Sessions
    from hygiene.collect.trail.reader import EventReader
    from hygiene.config import Settings
    from hygiene.model import JsonObject
    from hygiene.pipeline.earlier_snapshot import EarlierSnapshot
    from hygiene.pipeline.events import EventsAsked
    from hygiene.snapshot import SnapshotWriter

    Clock = Callable[[], datetime]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reading:
    """How accounts are read: with whose sessions, and what is known already."""

    sessions: Sessions
    settings: Settings
    progress: Progress
    earlier: EarlierSnapshot | None
    clock: Clock
    events: EventsAsked

    def reader(self, basis: str, events: EventReader | None) -> AccountReader:
        """Return who reads accounts here, for as long as `events` is open."""
        from hygiene.collect.account import AccountReader

        enter = self.sessions.own if basis == SINGLE_ACCOUNT else self.sessions.enter
        return AccountReader(enter, self.settings.aws, events)

    def runner(self, writer: SnapshotWriter, reader: ReadAccount) -> Runner:
        """Return who has accounts read, and writes them; what the hub knows of them is read meanwhile."""
        from hygiene.collect.runner import Runner

        opinions = beside("opinions", partial(_second_opinions, self.sessions.hub))
        return Runner(partial(self._read, reader), writer, self.progress, self.clock, self.sessions.stop, opinions)

    def _read(self, reader: ReadAccount, account_id: str) -> AccountRead:
        return reader(account_id, self.earlier.previous(account_id) if self.earlier else None)


def beside(name: str, work: Callable[[], T]) -> Callable[[], T]:
    """Begin something that the hub does while accounts are read; what is returned gives what comes of it.

    Nobody else waits for this thread: told to end, its next call raises, and one that hangs is left.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix=name)
    future = pool.submit(work)
    pool.shutdown(wait=False)
    return future.result


def _second_opinions(hub: AwsClient) -> dict[str, dict[str, JsonObject]]:
    """Return account id → documents of those who look at roles besides us, read from the hub's account."""
    from hygiene.collect.access_analyzer import read_unused_access
    from hygiene.collect.security_hub import read_role_findings

    documents: dict[str, dict[str, JsonObject]] = {}
    for name, read in (("access-analyzer", read_unused_access), ("security-hub", read_role_findings)):
        for account_id, found in read(hub).items():
            documents.setdefault(account_id, {})[name] = found
    return documents
