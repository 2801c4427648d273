"""Reads the records of one account into one tally per UTC day; what is damaged or out of place is counted. Pure.

A file of CloudTrail may hold events of the day before it: they are delivered minutes later. A day's totals are
therefore complete only when the following day's first files have been read too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from hygiene.activity.fields import moment
from hygiene.activity.records import DamagedRecordError, read_record
from hygiene.activity.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from hygiene.activity.model import Activity
    from hygiene.activity.records import Said

MAX_IDS = 2_000_000
"""Event ids remembered at a time, about 150 MB; beyond it a repeated delivery counts twice."""

DAY = timedelta(days=1)


def day_begins(day: date) -> datetime:
    """Return the first moment of a UTC day."""
    return datetime.combine(day, time(), UTC)


@dataclass
class Reading:
    """The records of one account, being read. `days` are those an event may be of; None: any."""

    account_id: str
    days: Collection[date] | None = None
    ends: datetime | None = None
    """Events from then on are not of this window, and nothing is wrong with them."""
    records_read: int = 0
    records_damaged: int = 0
    records_of_others: int = 0
    """Records that another account received; a folder filled by hand may hold them."""
    tallies: dict[date, Tally] = field(default_factory=dict)
    regions: set[str] = field(default_factory=set)
    _seen: set[int] = field(default_factory=set)
    _times: tuple[datetime, datetime] | None = None

    def add_all(self, records: Iterable[object]) -> None:
        """Add records; one that is damaged, of another account or read before is only counted."""
        for record in records:
            self.add(record)

    def add(self, record: object) -> None:
        """Add one CloudTrail record."""
        self.records_read += 1
        if not isinstance(record, dict):
            self.records_damaged += 1
        elif record.get("recipientAccountId", self.account_id) != self.account_id:
            self.records_of_others += 1
        else:
            self._add_ours(record)

    def _add_ours(self, record: dict[str, Any]) -> None:
        try:
            said = read_record(record)
        except DamagedRecordError:
            self.records_damaged += 1
            return
        if self.days is None:
            self._note_time(record)
        if said and not self._is_repeated(said[0].event.id):
            self._add(said)

    def _note_time(self, record: dict[str, Any]) -> None:
        """Where nobody said which days were to be read, the records themselves say how far they reach."""
        at = moment(record.get("eventTime"))
        if at is not None:
            first, last = self._times or (at, at)
            self._times = min(first, at), max(last, at)

    def _add(self, said: tuple[Said, ...]) -> None:
        event = said[0].event
        if self.ends is not None and event.time >= self.ends:
            return
        day = event.time.date()
        if self.days is not None and day not in self.days:
            self.records_damaged += 1  # A time that does not fit the file it stands in.
            return
        tally = self.tallies.get(day)
        if tally is None:
            tally = self.tallies.setdefault(day, Tally(self.account_id))
        for one in said:
            tally.add(one)
        self.regions.add(event.region)

    def _is_repeated(self, event_id: str) -> bool:
        """Whether the event was read before: AWS delivers each at least once."""
        if not event_id:
            return False
        key = hash(event_id)
        if key in self._seen:
            return True
        if len(self._seen) < MAX_IDS:
            self._seen.add(key)
        return False

    def whole(self, source: str) -> Activity | None:
        """Return everything read as one activity, from the first to the last record; None without any of ours."""
        if self._times is None:
            return None
        joined = Tally(self.account_id, self.records_read, self.records_damaged)
        for tally in self.tallies.values():
            joined.absorb(tally.activity(source, *self._times))
        return joined.activity(source, *self._times, self.regions)
