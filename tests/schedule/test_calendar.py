"""What is due when: our reading of cron, carried out by APScheduler's triggers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from hygiene.config import ScheduleSettings, load_settings
from hygiene.errors import ConfigError
from hygiene.schedule.calendar import Calendar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)  # a Thursday
NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def due(expression: str, timezone: str = "UTC", since: datetime = NEW_YEAR, days: float = 366) -> Iterator[datetime]:
    calendar = Calendar(expression, timezone)
    moment = calendar.next_due(since - timedelta(seconds=1))
    while moment is not None and moment < since + timedelta(days=days):
        yield moment
        moment = calendar.next_due(moment)


def cron_weekday(moment: datetime) -> int:
    return moment.isoweekday() % 7


@pytest.mark.parametrize("number", range(8))
def test_every_weekday_number_is_due_on_that_day_of_people(number: int) -> None:
    moments = list(due(f"0 6 * * {number}", days=28))
    assert [moment.strftime("%a").lower() for moment in moments] == [NAMES[number % 7]] * 4


@pytest.mark.parametrize("name", NAMES)
def test_every_weekday_name_is_due_on_that_day(name: str) -> None:
    assert {moment.strftime("%a").lower() for moment in due(f"0 6 * * {name}", days=28)} == {name}


@pytest.mark.parametrize(
    ("field", "weekdays"), [("1-5", {1, 2, 3, 4, 5}), ("5-7", {5, 6, 0}), ("0,3", {0, 3}), ("*/2", {0, 2, 4, 6})]
)
def test_ranges_lists_and_steps_of_weekdays_are_due_on_these_days(field: str, weekdays: set[int]) -> None:
    moments = list(due(f"30 6 * * {field}", days=28))
    assert {cron_weekday(moment) for moment in moments} == weekdays
    assert len(moments) == 4 * len(weekdays)


def test_the_default_is_the_first_day_of_each_quarter() -> None:
    settings = ScheduleSettings()
    moments = [f"{moment:%m-%d %H:%M %Z}" for moment in due(settings.cron, settings.timezone, days=365)]
    assert moments == ["01-01 06:00 UTC", "04-01 06:00 UTC", "07-01 06:00 UTC", "10-01 06:00 UTC"]


def test_a_day_that_fits_either_day_or_weekday_counts_once() -> None:
    moments = list(due("0 6 1,5 * 1", days=31))
    assert [moment.day for moment in moments] == [1, 5, 12, 19, 26]


def test_a_day_must_fit_both_where_one_begins_with_a_star() -> None:
    assert [moment.day for moment in due("0 6 */2 * 1", days=31)] == [5, 19]


def test_hours_are_those_of_the_time_zone_in_summer_and_in_winter() -> None:
    moments = list(due("0 6 1 1,7 *", "Europe/Berlin"))
    assert [moment.astimezone(UTC).hour for moment in moments[:2]] == [5, 4]


@pytest.mark.parametrize(
    ("expression", "timezone"),
    [("30 2 * * *", "Europe/Berlin"), ("0 0 * * *", "America/Santiago"), ("59 23 * * *", "America/Santiago")],
)
def test_every_day_is_due_once_also_when_its_hour_is_skipped_or_repeated(expression: str, timezone: str) -> None:
    days = [moment.date() for moment in due(expression, timezone)]
    assert len(days) >= 365
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))


@pytest.mark.parametrize(
    ("expression", "timezone", "moment"),
    [
        # Clocks go from 2:00 to 3:00, from 0:00 to 1:00 (a day without midnight), and from 3:00 back to 2:00.
        ("30 2 29 3 *", "Europe/Berlin", "2026-03-29T01:30:00"),
        ("0 0 6 9 *", "America/Santiago", "2026-09-06T04:00:00"),
        ("30 2 25 10 *", "Europe/Berlin", "2026-10-25T00:30:00"),
    ],
)
@pytest.mark.parametrize("seconds", [-1, -1200, -6000])
def test_a_moment_that_clocks_skip_or_repeat_is_found_from_wherever_one_looks(
    expression: str, timezone: str, moment: str, seconds: int
) -> None:
    calendar, expected = Calendar(expression, timezone), datetime.fromisoformat(moment).replace(tzinfo=UTC)
    found = [calendar.next_due(expected + timedelta(seconds=seconds))]
    found.append(calendar.trigger.get_next_fire_time(None, expected))
    found.extend(calendar.last_due(expected + timedelta(seconds=later)) for later in (0, 1, 1800, 3600, 7200))
    # Python holds a time that clocks show twice for unequal to any of another zone.
    assert {one.astimezone(UTC) for one in found if one is not None} == {expected}
    assert None not in found
    following = calendar.next_due(expected)
    assert following is not None
    assert following.year == 2027


@pytest.mark.parametrize(
    ("expression", "now", "last"),
    [
        ("0 6 1 1,4,7,10 *", "2026-11-24T02:00:00", "2026-10-01T06:00:00"),
        ("0 6 1 1,4,7,10 *", "2026-10-01T06:00:00", "2026-10-01T06:00:00"),
        ("0 6 1 1,4,7,10 *", "2026-10-01T05:59:59", "2026-07-01T06:00:00"),
        ("* * * * *", "2026-10-01T05:59:59", "2026-10-01T05:59:00"),
        ("0 0 29 2 *", "2103-12-31T00:00:00", "2096-02-29T00:00:00"),
    ],
)
def test_the_last_due_moment_is_found_however_far_back(expression: str, now: str, last: str) -> None:
    found = Calendar(expression, "UTC").last_due(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(last).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("cron", "0 6 1 1,4,7,10", "five fields"),
        ("cron", "", "five fields"),
        ("events_cron", "0 5 * * 9", "no day of the week"),
        ("timezone", "Berlin", "Europe/Berlin"),
        ("timezone", "../../etc/passwd", "Europe/Berlin"),
        ("timezone", "Europe", "Europe/Berlin"),
    ],
)
def test_a_wrong_schedule_is_a_configuration_error_of_any_command(
    tmp_path: Path, key: str, value: str, says: str
) -> None:
    file = tmp_path / "hygiene.toml"
    file.write_text(f'[schedule]\n{key} = "{value}"\n')
    with pytest.raises(ConfigError, match=says) as raised:
        load_settings(file)
    assert f"schedule.{key}" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_light_run_and_the_reminders_can_be_switched_off(tmp_path: Path) -> None:
    file = tmp_path / "hygiene.toml"
    file.write_text('[schedule]\nevents_cron = ""\nfollow_up_cron = ""\n')
    assert load_settings(file).schedule.events_cron == ""
