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

CLOUDTRAIL_BEGAN = datetime(2013, 11, 13, tzinfo=UTC)
"""https://aws.amazon.com/about-aws/whats-new/2013/11/13/announcing-aws-cloudtrail/"""
FAR_AHEAD = timedelta(days=400)
"""An event so long after the window has a wrong time; one sooner may come from a trail that simply went on."""


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
    begins: datetime | None = None
    """Events before it are none of this window either."""
    days_of_others: Collection[date] = ()
    """Days whose events another reading counts."""
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
        if self.days is None and not self._note_time(record):
            self.records_damaged += 1
            return
        if said and not self._is_repeated(said[0].event.id):
            self._add(said)

    def _note_time(self, record: dict[str, Any]) -> bool:
        """Where nobody said which days were to be read, the records themselves say how far they reach.

        Returns whether the time can be true: one wrong clock must not stretch what was read over years.
        """
        at = moment(record.get("eventTime"))
        if at is None:
            return True  # Whether that matters depends on what the record says.
        if at < CLOUDTRAIL_BEGAN or (self.ends is not None and at > self.ends + FAR_AHEAD):
            return False
        first, last = self._times or (at, at)
        self._times = min(first, at), max(last, at)
        return True

    def _add(self, said: tuple[Said, ...]) -> None:
        event = said[0].event
        if not self._is_inside(event.time):
            return
        day = event.time.date()
        if day in self.days_of_others:
            return
        if self.days is not None and day not in self.days:
            self.records_damaged += 1  # A time that does not fit the file it stands in.
            return
        tally = self.tallies.get(day)
        if tally is None:
            tally = self.tallies.setdefault(day, Tally(self.account_id))
        for one in said:
            tally.add(one)
        self.regions.add(event.region)

    def _is_inside(self, at: datetime) -> bool:
        return (self.begins is None or at >= self.begins) and (self.ends is None or at < self.ends)

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

    @property
    def has_times(self) -> bool:
        """Whether any record of ours said when it was."""
        return self._times is not None

    def whole(self, source: str) -> Activity | None:
        """Return everything read as one activity, from the first to the last record inside the window.

        None without any record of ours, or where all lie before the window or after it.
        """
        if self._times is None:
            return None
        first, last = self._times
        begins = first if self.begins is None else max(first, self.begins)
        ends = last if self.ends is None else min(last, self.ends)
        if begins > ends:
            return None
        joined = Tally(self.account_id, self.records_read, self.records_damaged)
        for tally in self.tallies.values():
            joined.absorb(tally.activity(source, begins, ends))
        return joined.activity(source, begins, ends, self.regions)
