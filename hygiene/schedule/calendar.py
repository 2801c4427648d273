"""A cron expression and a time zone → when something is due next, and when it was due last.

APScheduler counts weekdays from Monday and wants day and weekday to fit both, where cron takes either; so it is given
names of weekdays, and two triggers where cron means either.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

from hygiene.cron import Cron, parse_cron

if TYPE_CHECKING:
    from apscheduler.triggers.base import BaseTrigger

_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_AN_INSTANT = timedelta(microseconds=1)
_LOOK_BACK = tuple(timedelta(hours=hours) for hours in (1, 24, 8 * 24, 32 * 24, 400 * 24, 9 * 366 * 24))
"""How far back to look for the last due moment, step by step: a cron of every minute must not be walked for years.

Nine years: from 2096 to 2104 there is no 29 February.
"""


class Calendar:
    """When a cron expression is due, in its time zone. Raises ValueError for an expression that is wrong."""

    def __init__(self, expression: str, timezone: str) -> None:
        self.trigger = _trigger(parse_cron(expression), ZoneInfo(timezone))

    def next_due(self, now: datetime) -> datetime | None:
        """Return the first due moment after `now`, in the calendar's time zone."""
        # In UTC: adding to a local time forgets which of the two hours it is when clocks go back.
        due = self.trigger.get_next_fire_time(None, now.astimezone(UTC) + _AN_INSTANT)
        return due if isinstance(due, datetime) else None

    def last_due(self, now: datetime) -> datetime | None:
        """Return the newest due moment up to and including `now`; None where there was none for nine years."""
        for window in _LOOK_BACK:
            last, due = None, self.next_due(now - window)
            while due is not None and due <= now:
                last, due = due, self.next_due(due)
            if last is not None:
                return last
        return None


def _trigger(cron: Cron, timezone: ZoneInfo) -> BaseTrigger:
    common = {
        "minute": _listed(cron.minutes),
        "hour": _listed(cron.hours),
        "month": _listed(cron.months),
        "second": 0,
        "timezone": timezone,
    }
    days, weekdays = _listed(cron.days), ",".join(_WEEKDAYS[number] for number in cron.weekdays)
    if cron.either_day:
        return OrTrigger([CronTrigger(day=days, **common), CronTrigger(day_of_week=weekdays, **common)])
    return CronTrigger(day=days, day_of_week=weekdays, **common)


def _listed(numbers: tuple[int, ...]) -> str:
    return ",".join(map(str, numbers))
