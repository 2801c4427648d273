"""Days → the activity of a review's window: joined, with every day named that was not read. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from hygiene.activity.reading import DAY, day_begins
from hygiene.activity.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from hygiene.activity.model import Activity

DEFAULT_DAYS = 90
"""Without an earlier review; also how far LookupEvents reaches.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""


@dataclass(frozen=True, slots=True)
class Window:
    """From an instant to another; read in whole UTC days, so that a day's totals need no cutting."""

    begins: datetime
    ends: datetime

    def days(self) -> tuple[date, ...]:
        """Return the days that have a part in the window, the first and last ones too."""
        first, number = self.begins.date(), (self.ends.date() - self.begins.date()).days
        found = [first + DAY * index for index in range(number + 1)]
        return tuple(day for day in found if day_begins(day) < self.ends)

    def part_of(self, day: date) -> tuple[datetime, datetime]:
        """Return when the day begins, and when it ends or the window does."""
        return day_begins(day), min(day_begins(day) + DAY, self.ends)


def review_window(as_of: datetime, previous_as_of: datetime | None) -> Window:
    """Return the window of a review: since the previous one, else 90 days."""
    begins = previous_as_of if previous_as_of is not None and previous_as_of < as_of else as_of - DAY * DEFAULT_DAYS
    return Window(begins, as_of)


class Joining:
    """The days of a window → one activity; each is added up and let go, so that a quarter is never in memory."""

    def __init__(self, account_id: str, source: str, window: Window) -> None:
        self._source = source
        self._window = window
        self._tally = Tally(account_id)
        self._spans: set[tuple[datetime, datetime]] = set()
        self._cut: set[date] = set()
        self._regions: set[str] = set()
        self._problems: set[str] = set()

    def add(self, day: Activity) -> None:
        """Add a day, or a part of one; in whatever order."""
        self._tally.absorb(day)
        self._spans.add((day.begins, day.ends))
        self._cut.update(day.missing_days)
        self._regions.update(day.regions)
        self._problems.update(day.problems)

    def whole(self) -> Activity | None:
        """Return everything, beginning with the first day that was added; None when none was.

        Every day of the window that was not added, or that named itself as missing, is in `missing_days`.
        """
        if not self._spans:
            return None
        begins, ends = min(first for first, _ in self._spans), max(last for _, last in self._spans)
        there = {first.date() for first, _ in self._spans} - self._cut
        whole = self._tally.activity(self._source, begins, ends, self._regions, self._problems)
        return replace(whole, missing_days=tuple(day for day in self._window.days() if day not in there))


def joined(account_id: str, source: str, window: Window, days: Iterable[Activity]) -> Activity | None:
    """Return the days as one activity, as `Joining.whole` says."""
    joining = Joining(account_id, source, window)
    for day in days:
        joining.add(day)
    return joining.whole()


def runs_of(days: Iterable[date]) -> list[tuple[date, ...]]:
    """Return the days in order, cut wherever one does not follow the one before."""
    runs = groupby(enumerate(sorted(days)), key=lambda item: item[1].toordinal() - item[0])
    return [tuple(day for _, day in run) for _, run in runs]


def in_words(days: Iterable[date]) -> str:
    """Return days as a person would say them: `2026-10-01 to 2026-10-03, 2026-10-07`."""
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs_of(days))
