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


def joined(account_id: str, source: str, window: Window, days: Iterable[Activity]) -> Activity | None:
    """Return the days as one activity, beginning with the first that was read; None when none was.

    Every day of the window without an activity, or with one that names itself as missing, is in `missing_days`.
    """
    read = sorted(days, key=lambda activity: activity.begins)
    if not read:
        return None
    tally = Tally(account_id)
    for activity in read:
        tally.absorb(activity)
    whole = tally.activity(
        source,
        read[0].begins,
        max(activity.ends for activity in read),
        {region for activity in read for region in activity.regions},
        {problem for activity in read for problem in activity.problems},
    )
    there = {activity.begins.date() for activity in read}
    cut = {day for activity in read for day in activity.missing_days}
    return replace(whole, missing_days=tuple(day for day in window.days() if day not in there or day in cut))


def runs_of(days: Iterable[date]) -> list[tuple[date, ...]]:
    """Return the days in order, cut wherever one does not follow the one before."""
    runs = groupby(enumerate(sorted(days)), key=lambda item: item[1].toordinal() - item[0])
    return [tuple(day for _, day in run) for _, run in runs]


def in_words(days: Iterable[date]) -> str:
    """Return days as a person would say them: `2026-10-01 to 2026-10-03, 2026-10-07`."""
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs_of(days))
