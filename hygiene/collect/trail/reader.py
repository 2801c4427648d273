"""An account's events for a window: the days already kept, the others from the source; every new day is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hygiene.activity.period import joined
from hygiene.activity.reading import DAY, day_begins
from hygiene.collect.refusal import RefusedError
from hygiene.collect.trail.source import DaysRead

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hygiene.activity import Activity
    from hygiene.activity.period import Window
    from hygiene.collect.client import AwsClient
    from hygiene.collect.trail.daily import DailyEvents
    from hygiene.collect.trail.source import EventSource

SETTLES_AFTER = timedelta(hours=1)
"""AWS: events appear within about 15 minutes. A day read earlier than this after its end is read again.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
"""


@dataclass(frozen=True, slots=True)
class EventReader:
    """Reads one account at a time; safe to use from several threads. `daily` None: nothing is kept between runs."""

    source: EventSource
    window: Window
    daily: DailyEvents | None = None

    def read(self, account_id: str, client: AwsClient) -> tuple[Activity | None, list[RefusedError]]:
        """Return the account's activity, None when no day of it could be had, and what was refused."""
        kept = self._kept(account_id)
        # A day that an earlier run saw but a part of stays missing unless it is had now: its evening is unread.
        found = {
            day: activity if is_complete else replace(activity, missing_days=(day,))
            for day, (activity, is_complete) in kept.items()
        }
        wanted = [day for day in self.window.days() if day not in kept or not kept[day][1]]
        fresh = self._fresh(account_id, client, wanted)
        for activity in fresh.days:
            self._keep(activity)
        found.update({activity.begins.date(): activity for activity in fresh.days})
        return joined(account_id, self.source.name, self.window, found.values()), fresh.refusals

    def _kept(self, account_id: str) -> dict[date, tuple[Activity, bool]]:
        if self.daily is None:
            return {}
        there = ((day, self.daily.kept(account_id, day)) for day in self.window.days())
        return {day: held for day, held in there if held is not None}

    def _fresh(self, account_id: str, client: AwsClient, wanted: Sequence[date]) -> DaysRead:
        if not wanted:
            return DaysRead()
        try:
            return self.source.read(account_id, client, self.window, wanted)
        except RefusedError as error:
            return DaysRead(refusals=[error])

    def _keep(self, activity: Activity) -> None:
        if self.daily is None:
            return
        end = day_begins(activity.begins.date()) + DAY
        has_ended = activity.ends == end and self.window.ends >= end + SETTLES_AFTER
        is_whole = not activity.missing_days and not activity.problems
        self.daily.keep(activity, is_complete=has_ended and is_whole)
