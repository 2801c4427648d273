"""Settings → what is started when: the review, the weekly light run, the reminders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hygiene.model import Channel
from hygiene.pipeline.finished import finished_at, newest_report
from hygiene.review.period import quarter_of
from hygiene.schedule.calendar import Calendar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from hygiene.config import Settings
    from hygiene.store import Store

REVIEW, EVENTS, FOLLOW_UP = "review", "events", "follow-up"


@dataclass(frozen=True, slots=True)
class Job:
    """A command and when it is due.

    `arguments` gives those of `hygiene` for a due moment, or None when there is nothing to do. `finished` says
    whether what was due at that moment is done, as OUT tells; None where only the scheduler's own record does.
    `quarter` names the report a due moment belongs to.
    """

    name: str
    calendar: Calendar
    arguments: Callable[[datetime], Sequence[str] | None]
    finished: Callable[[datetime], bool] | None = None
    quarter: Callable[[datetime], str] | None = None


def jobs_of(settings: Settings, out: Store) -> tuple[Job, ...]:
    """Return the jobs that the settings ask for, the review first."""
    schedule = settings.schedule
    jobs = [_review(settings, out)]
    if settings.aws.cloudtrail != "off" and schedule.events_cron:
        calendar = Calendar(schedule.events_cron, schedule.timezone)
        jobs.append(Job(EVENTS, calendar, lambda _: ("collect", "--events-only", "--out", out.location)))
    channels = settings.channels()
    if channels and schedule.follow_up_cron:
        calendar = Calendar(schedule.follow_up_cron, schedule.timezone)
        jobs.append(Job(FOLLOW_UP, calendar, lambda _: _delivery(out, channels)))
    return tuple(jobs)


def _review(settings: Settings, out: Store) -> Job:
    """Return the review. It belongs to the quarter of its due moment, even when it is made up for in the next one.

    It is done once that quarter's report was sealed at that moment or later: a trial run weeks before is no review.
    """

    def quarter(due: datetime) -> str:
        return quarter_of(due, settings.review.fiscal_year_start)

    def is_finished(due: datetime) -> bool:
        sealed = finished_at(out, quarter(due))
        return sealed is not None and sealed >= due

    calendar = Calendar(settings.schedule.cron, settings.schedule.timezone)
    return Job(
        REVIEW, calendar, lambda due: ("run", "--quarter", quarter(due), "--out", out.location), is_finished, quarter
    )


def _delivery(out: Store, channels: frozenset[Channel]) -> Sequence[str] | None:
    report = newest_report(out)
    # Without it, a configured mail server would be used though `[email] enabled` is false.
    only = () if Channel.MAIL in channels else ("--only", ",".join(sorted(channels)))
    return ("deliver", report, *only) if report else None
