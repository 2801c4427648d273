"""Every record of the organization, made on first use and kept newest first, as Event history shows them."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from hygiene.simulate.cloudtrail.events import GLOBAL_SERVICES
from hygiene.simulate.cloudtrail.records import Record, record_of
from hygiene.simulate.errors import SimulationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from hygiene.simulate.world import World


class EventStore:
    """The records of a world whose clock showed `now` (UTC without a zone) when it was seeded."""

    def __init__(self, world: World, now: datetime) -> None:
        self._world, self.now = world, now
        self._records: list[Record] | None = None
        self._places: Mapping[tuple[str, str], Sequence[Record]] = {}

    def all(self) -> Sequence[Record]:
        """Every record, newest first."""
        if self._records is None:
            self._records = self._made()
            places: dict[tuple[str, str], list[Record]] = defaultdict(list)
            for record in self._records:
                places[record.account_id, record.region].append(record)
            self._places = places
        return self._records

    def of(self, account_id: str, region: str) -> Sequence[Record]:
        """The records one account's Event history shows in one Region, newest first."""
        self.all()
        return self._places.get((account_id, region), ())

    def _made(self) -> list[Record]:
        home = self._world.region
        found = []
        seen: Counter[str] = Counter()
        for event in self._world.events:
            if event.service in GLOBAL_SERVICES and event.region not in ("", home):
                raise SimulationError(f"{event.name} of {event.service} is written in {home} alone.")
            moment = self.now - timedelta(days=event.days_ago)
            # From what happened rather than from its place in the list: a new event renames no other.
            text = repr(event)
            seen[text] += 1
            found.append(record_of(event, f"{text} {seen[text]}", moment.replace(microsecond=0), home))
        return sorted(found, key=lambda record: (record.at, record.id), reverse=True)
