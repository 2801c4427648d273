"""An account's events for a window: the days already kept, the others from the source; every new day is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hygiene.activity.period import Joining
from hygiene.activity.reading import DAY, day_begins
from hygiene.collect.refusal import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
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
        joining = Joining(account_id, self.source.name, self.window)
        in_part: dict[date, Activity] = {}
        wanted: list[date] = []
        for day in self.window.days():
            activity, is_complete = self._kept(account_id, day)
            if activity is not None and is_complete:
                joining.add(activity)
                continue
            wanted.append(day)
            if activity is not None:
                # Its evening is unread: it stays missing unless it is had now.
                in_part[day] = replace(activity, missing_days=(day,))
        refusals: list[RefusedError] = []
        for activity in self._fresh(account_id, client, wanted, refusals):
            self._keep(activity)
            joining.add(activity)
            in_part.pop(activity.begins.date(), None)
        for activity in in_part.values():
            joining.add(activity)
        return joining.whole(), refusals

    def _kept(self, account_id: str, day: date) -> tuple[Activity | None, bool]:
        held = self.daily.kept(account_id, day) if self.daily is not None else None
        return held or (None, False)

    def _fresh(
        self, account_id: str, client: AwsClient, wanted: Sequence[date], refusals: list[RefusedError]
    ) -> Iterator[Activity]:
        if not wanted:
            return
        try:
            read = self.source.read(account_id, client, self.window, wanted)
            refusals += read.refusals
            yield from read.days
        except RefusedError as error:
            refusals.append(error)

    def _keep(self, activity: Activity) -> None:
        if self.daily is None:
            return
        end = day_begins(activity.begins.date()) + DAY
        has_ended = activity.ends == end and self.window.ends >= end + SETTLES_AFTER
        is_whole = not activity.missing_days and not activity.problems
        self.daily.keep(activity, is_complete=has_ended and is_whole)
