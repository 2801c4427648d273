"""A snapshot that several processes collect, each its shard of the accounts, and that one of them seals in the end.

The first one says in `started.json` which accounts there are and which moment is reviewed; all keep to that.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from importlib import metadata
from typing import TYPE_CHECKING, Any

from hygiene.documents import parse_time
from hygiene.errors import ConfigError
from hygiene.model import Gap, GapKind
from hygiene.pipeline.collecting import STAYS_FRESH, Collected, about, read_accounts, read_whole
from hygiene.pipeline.places import collection_parameters, new_run_id
from hygiene.pipeline.population import find_population, population_in
from hygiene.pipeline.reading import Reading
from hygiene.snapshot import JointWriter, layout, open_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from hygiene.collect.progress import Progress
    from hygiene.collect.sessions import Sessions
    from hygiene.config import Settings
    from hygiene.pipeline.earlier_snapshot import EarlierSnapshot
    from hygiene.pipeline.events import EventsAsked
    from hygiene.pipeline.population import Population
    from hygiene.snapshot import Snapshot
    from hygiene.store import Store

    Clock = Callable[[], datetime]

logger = logging.getLogger(__name__)

NO_SHARD = "no shard has read it; start the missing shard again, then merge again"


@dataclass(frozen=True, slots=True)
class Shard:
    """The `number`th of so many shards, counted from 1."""

    number: int
    of: int
    in_batch: bool = False
    """Whether AWS Batch started it: it takes every exit code but 0 for a failed job, and starts no job after it."""

    def chosen(self, account_ids: Iterable[str]) -> list[str]:
        """Return the accounts that fall to it: every `of`-th of the sorted ones."""
        return sorted(account_ids)[self.number - 1 :: self.of]

    def __str__(self) -> str:
        """Return it as it is written on the command line."""
        return f"{self.number}/{self.of}"


def joint_parameters(settings: Settings) -> dict[str, Any]:
    """Return what all shards of a run have to agree on; a run without shards is none of theirs."""
    return {**collection_parameters(settings), "shards": True}


@dataclass(frozen=True, slots=True)
class Joint:
    """What the shards of a run have agreed on, as `started.json` says it."""

    location: str
    as_of: datetime
    started_at: datetime
    accounts: tuple[str, ...]
    said: dict[str, Any]
    """All of it but the documents."""

    @classmethod
    def of(cls, started: dict[str, Any], location: str) -> Joint:
        """Return what was agreed on. Raises ConfigError where shards have not begun this snapshot."""
        as_of, started_at = parse_time(started.get("as_of")), parse_time(started.get("started_at"))
        accounts = started.get("accounts")
        if as_of is None or started_at is None or not isinstance(accounts, list):
            raise ConfigError(f"{location}: holds a snapshot that shards did not begin. Name another place.")
        said = {name: value for name, value in started.items() if name not in ("whole", "accounts")}
        return cls(location, as_of, started_at, tuple(str(one) for one in accounts), said)

    def refuse_other(self, parameters: dict[str, Any], as_of: datetime | None) -> None:
        """Raise ConfigError for a shard that was started in another way than the first one."""
        if self.said.get("parameters") != parameters:
            raise ConfigError(
                f"{self.location}: the other shards collect with other settings in [aws] or [accounts]; "
                "give all shards the same configuration."
            )
        if as_of is not None and as_of != self.as_of:
            raise ConfigError(
                f"{self.location}: the other shards review {self.as_of.isoformat()}, this one was given --as-of "
                f"{as_of.isoformat()}; give all shards the same moment."
            )

    def unfinished(self) -> Snapshot:
        """Return the snapshot as far as it goes, with what its manifest is going to say of it."""
        return replace(open_snapshot(self.location), manifest=self.said)


@dataclass(frozen=True, slots=True)
class Collecting:
    """How a shard reads its accounts.

    `events`: moment of the review → which CloudTrail events are read. `as_of`: that moment, where the user says it.
    """

    settings: Settings
    progress: Progress
    clock: Clock
    events: Callable[[datetime], EventsAsked]
    earlier: EarlierSnapshot | None
    as_of: datetime | None

    def collect(self, store: Store, shard: Shard) -> tuple[Collected, Joint]:
        """Read a shard's accounts into the snapshot of all shards; one read within a day is not read again.

        Raises ConfigError when other shards review another moment, or collect with other settings.
        """
        from hygiene.collect.sessions import Sessions

        sessions = Sessions(self.settings.aws, self.progress, metadata.version("role-hygiene"))
        writer = JointWriter(store)
        joint, population = self._joined(writer, sessions)
        mine = shard.chosen(joint.accounts)
        missing = [one for one in mine if not writer.is_finished(one, self.clock() - STAYS_FRESH)]
        logger.info("shard %s: %d of %d accounts, %d to read", shard, len(mine), len(joint.accounts), len(missing))
        reading = Reading(sessions, self.settings, self.progress, self.earlier, self.clock, self.events(joint.as_of))
        gaps = read_accounts(reading, writer, missing, population.basis)
        failed = sum(not writer.has_details(account_id) for account_id in mine)
        return Collected(store.location, len(mine), failed, gaps, population.problems), joint

    def _joined(self, writer: JointWriter, sessions: Sessions) -> tuple[Joint, Population]:
        started = writer.join(writer.started() or self._beginning(sessions))
        joint = Joint.of(started, writer.store.location)
        joint.refuse_other(joint_parameters(self.settings), self.as_of)
        _open_again(writer.store)
        whole = started.get("whole") or {}
        return joint, population_in(whole.get(layout.ORGANIZATION), sessions, self.settings)

    def _beginning(self, sessions: Sessions) -> dict[str, Any]:
        population = find_population(sessions, self.settings)
        whole, problems = read_whole(sessions, self.settings, population)
        now = self.clock()
        return {
            "run_id": new_run_id(now),
            "started_at": now,
            "as_of": self.as_of or now,
            **about(sessions, self.settings, population, problems),
            "parameters": joint_parameters(self.settings),
            "accounts": sorted(account.id for account in population.chosen),
            "whole": whole,
        }


def _open_again(store: Store) -> None:
    """Let a shard that was missing be added to a snapshot that was sealed without it.

    Raises ConfigError where none is missing: what a report rests on is not changed.
    """
    manifest = JointWriter(store).manifest()
    if manifest is None:
        return
    if not manifest.get("missing"):
        raise ConfigError(f"{store.location}: holds a finished snapshot. Name another place with --snapshot.")
    store.remove(layout.MANIFEST)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A snapshot of shards that has its manifest; `missing`: accounts that no shard has read."""

    joint: Joint
    missing: tuple[str, ...]


def seal(store: Store, clock: Clock) -> Sealed:
    """Finish the snapshot that shards have written; an account that no shard has read becomes a gap.

    Raises ConfigError where shards have not begun it.
    """
    writer = JointWriter(store)
    joint = Joint.of(writer.started() or {}, store.location)
    manifest = writer.manifest()
    if manifest is not None:
        return Sealed(joint, tuple(manifest.get("missing") or ()))
    read = {account_id: writer.read_at(account_id) for account_id in joint.accounts}
    missing = tuple(sorted(account_id for account_id, moment in read.items() if moment is None))
    for account_id in missing:
        logger.warning("account %s: no shard has read it", account_id)
        # Without a moment it counts as not read, for a shard that comes later too.
        writer.write_account(account_id, {}, [Gap(account_id, "shard", GapKind.FAILED, "", "", NO_SHARD)], None)
    finished_at = max((moment for moment in read.values() if moment is not None), default=clock())
    writer.finish({**joint.said, "finished_at": finished_at, "missing": missing})
    return Sealed(joint, missing)
