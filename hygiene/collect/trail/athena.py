"""The organization trail's Athena table: SELECTs that add up in Athena, some days of an account each.

https://docs.aws.amazon.com/athena/latest/ug/cloudtrail-logs.html
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hygiene.activity.period import in_words, runs_of
from hygiene.activity.tally import Tally
from hygiene.collect.refusal import RefusedError
from hygiene.collect.trail.athena_query import START, Athena, TooMuchError, beyond_limit
from hygiene.collect.trail.athena_sql import add_row, query
from hygiene.collect.trail.scan_budget import FIRST_DAYS, GROWTH, ScanBudget
from hygiene.collect.trail.source import DaysRead
from hygiene.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hygiene.activity import Activity
    from hygiene.activity.period import Window
    from hygiene.collect.client import AwsClient
    from hygiene.collect.trail.scan_budget import Reservation
    from hygiene.config import CloudTrail

NAME = "athena"


class AthenaSource:
    """The table of the organization trail, asked with the hub's session. One for a run: the limit is the run's."""

    name = NAME

    def __init__(self, trail: CloudTrail, hub: AwsClient) -> None:
        self._athena = Athena(trail, hub, hub.pause)
        self._budget = ScanBudget(trail.max_scan_bytes)

    def read(self, account_id: str, client: AwsClient, window: Window, days: Sequence[date]) -> DaysRead:  # noqa: ARG002
        """Return the days the table has any event of, and what was refused of the others.

        Raises RefusedError when nothing could be read, or nothing was there.
        """
        reading = _Reading(self._athena, self._budget, account_id, window)
        for run in reversed(runs_of(days)):
            reading.read(run)
        read = reading.activities(days)
        if not read:
            raise reading.refusals[0] if reading.refusals else self._empty(days)
        return DaysRead(read, reading.refusals)

    def _empty(self, days: Sequence[date]) -> RefusedError:
        table = f"{self._athena.trail.database}.{self._athena.trail.table}"
        sentence = f"{table} has no event of this account for {in_words(days)}"
        return RefusedError(START, GapKind.FAILED, "", sentence)


@dataclass(slots=True)
class _Reading:
    """One account while it is read: the newest days first, for the limit may not allow them all."""

    athena: Athena
    budget: ScanBudget
    account_id: str
    window: Window
    refusals: list[RefusedError] = field(default_factory=list)
    _tallies: dict[date, Tally] = field(default_factory=dict)
    _regions: set[str] = field(default_factory=set)
    _days_asked: int = 0
    _bytes_per_day: int | None = None

    def read(self, run: Sequence[date]) -> None:
        """Read days that follow each other; what is refused of them is noted, and ends their reading."""
        left = list(run)
        try:
            while left:
                asked = self._ask(left)
                del left[-asked:]
        except RefusedError as error:
            self.refusals.append(error)

    def activities(self, days: Sequence[date]) -> list[Activity]:
        """Return the days that had any event; a day without one may be quiet, or not be in the table at all."""
        return [
            self._tallies[day].activity(NAME, *self.window.part_of(day), self._regions)
            for day in days
            if day in self._tallies
        ]

    def _ask(self, left: Sequence[date]) -> int:
        """Read the newest of these days, as many as is wise; returns how many. Raises RefusedError."""
        wanted = min(len(left), GROWTH * self._days_asked or FIRST_DAYS)
        reserved = self.budget.reserve(wanted, self._bytes_per_day)
        if reserved is None:
            unread = f"; {in_words(left)} of this account would go beyond it"
            raise beyond_limit(self.budget.scanned, self.budget.limit, unread)
        days = left[-reserved.days :]
        try:
            found = self._found(days, reserved)
        except TooMuchError as error:
            self._halve(days, error)
            return len(days)
        finally:
            per_day = reserved.settle()
            self._bytes_per_day = max(per_day, self._bytes_per_day or 0)
        self._tallies.update(found)
        self._days_asked += len(days)
        return len(days)

    def _found(self, days: Sequence[date], reserved: Reservation) -> dict[date, Tally]:
        """Return the tallies of a query that gave everything it was asked for."""
        tallies: dict[str, Tally] = defaultdict(lambda: Tally(self.account_id))
        for row in self.athena.rows(query(self.athena.trail, self.account_id, self.window, days), reserved):
            add_row(tallies, row)
            self._regions.update([row["awsregion"]] if row.get("awsregion") else [])
        return {day: tallies[day.isoformat()] for day in days if day.isoformat() in tallies}

    def _halve(self, days: Sequence[date], error: TooMuchError) -> None:
        """Read the two halves by themselves, so that one damaged file costs a day and not a quarter."""
        if len(days) == 1:
            sentence = f"{days[0]} is not read: {error.message}"
            self.refusals.append(RefusedError(error.operation, error.kind, error.code, sentence))
            return
        middle = len(days) // 2
        for half in (days[middle:], days[:middle]):
            left = list(half)
            while left:
                del left[-self._ask(left) :]
