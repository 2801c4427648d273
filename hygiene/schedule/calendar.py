"""A cron expression and a time zone → when something is due next, and when it was due last.

APScheduler counts weekdays from Monday and wants day and weekday to fit both, where cron takes either; so it is given
names of weekdays, and two triggers where cron means either. It is asked in the time that clocks on the wall show, as
it knows no day whose midnight they skip; what they skip is due when they have been set, what they repeat is due once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

from hygiene.cron import Cron, parse_cron

_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_AN_INSTANT = timedelta(microseconds=1)
_LOOK_BACK = tuple(timedelta(hours=hours) for hours in (1, 24, 8 * 24, 32 * 24, 400 * 24, 9 * 366 * 24))
"""How far back to look for the last due moment, step by step: a cron of every minute must not be walked for years.

Nine years: from 2096 to 2104 there is no 29 February.
"""


_LONGEST_SHIFT = timedelta(hours=3)
"""Clocks are set by an hour, in Troll by two."""


class Calendar:
    """When a cron expression is due, in its time zone. Raises ValueError for an expression that is wrong."""

    def __init__(self, expression: str, timezone: str) -> None:
        self._on_the_wall = _trigger(parse_cron(expression))
        self._timezone = ZoneInfo(timezone)
        self.trigger = _DueTrigger(self)

    def next_due(self, now: datetime) -> datetime | None:
        """Return the first due moment after `now`, in the calendar's time zone."""
        now = now.astimezone(UTC)
        shown, before = now.astimezone(self._timezone), (now - _LONGEST_SHIFT).astimezone(self._timezone)
        # Clocks that were set lately show a later time than that of a moment they skipped, which is still to come.
        wall: datetime | None = (before if before.utcoffset() != shown.utcoffset() else shown).replace(tzinfo=UTC)
        while wall is not None:
            wall = self._on_the_wall.get_next_fire_time(None, wall + _AN_INSTANT)
            due = wall.replace(tzinfo=self._timezone).astimezone(UTC) if wall else None
            if due is not None and due > now:
                return due.astimezone(self._timezone)
        return None

    def last_due(self, now: datetime) -> datetime | None:
        """Return the newest due moment up to and including `now`; None where there was none for nine years."""
        now = now.astimezone(UTC)
        for window in _LOOK_BACK:
            last, due = None, self.next_due(now - window)
            while due is not None and due <= now:
                last, due = due, self.next_due(due)
            if last is not None:
                return last
        return None


class _DueTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """A calendar as APScheduler asks for it."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return the first due moment after the previous one, or from now on."""
        return self._calendar.next_due(previous_fire_time or now.astimezone(UTC) - _AN_INSTANT)


def _trigger(cron: Cron) -> BaseTrigger:
    common = {
        "minute": _listed(cron.minutes),
        "hour": _listed(cron.hours),
        "month": _listed(cron.months),
        "second": 0,
        "timezone": UTC,
    }
    days, weekdays = _listed(cron.days), ",".join(_WEEKDAYS[number] for number in cron.weekdays)
    if cron.either_day:
        return OrTrigger([CronTrigger(day=days, **common), CronTrigger(day_of_week=weekdays, **common)])
    return CronTrigger(day=days, day_of_week=weekdays, **common)


def _listed(numbers: tuple[int, ...]) -> str:
    return ",".join(map(str, numbers))
