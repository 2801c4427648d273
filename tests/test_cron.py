from __future__ import annotations

import pytest

from hygiene.cron import parse_cron

NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


@pytest.mark.parametrize("number", range(7))
def test_a_weekday_is_the_same_by_number_and_by_name(number: int) -> None:
    assert parse_cron(f"0 6 * * {number}").weekdays == (number,)
    assert parse_cron(f"0 6 * * {NAMES[number]}").weekdays == (number,)
    assert parse_cron(f"0 6 * * {NAMES[number].upper()}").weekdays == (number,)


def test_seven_is_sunday_too() -> None:
    assert parse_cron("0 6 * * 7") == parse_cron("0 6 * * 0") == parse_cron("0 6 * * 0,7")


@pytest.mark.parametrize(
    ("field", "weekdays"),
    [
        ("1-5", (1, 2, 3, 4, 5)),
        ("mon-fri", (1, 2, 3, 4, 5)),
        ("5-7", (0, 5, 6)),
        ("fri-sun", (0, 5, 6)),
        ("0-7", (0, 1, 2, 3, 4, 5, 6)),
        ("*/2", (0, 2, 4, 6)),
        ("1-7/3", (0, 1, 4)),
        ("sun,3", (0, 3)),
    ],
)
def test_ranges_lists_and_steps_of_weekdays(field: str, weekdays: tuple[int, ...]) -> None:
    assert parse_cron(f"0 6 * * {field}").weekdays == weekdays


def test_every_field_takes_lists_ranges_and_steps() -> None:
    cron = parse_cron("*/20,5 8-18/5 1,15 jan,4,JUL-aug *")
    assert (cron.minutes, cron.hours) == ((0, 5, 20, 40), (8, 13, 18))
    assert (cron.days, cron.months) == ((1, 15), (1, 4, 7, 8))


@pytest.mark.parametrize(
    ("expression", "either"),
    [("0 6 1 * 1", True), ("0 6 * * 1", False), ("0 6 1 * *", False), ("0 6 */2 * 1", False), ("0 6 1-31 * 1", True)],
)
def test_day_or_weekday_counts_where_neither_begins_with_a_star(expression: str, either: bool) -> None:
    assert parse_cron(expression).either_day is either


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("", "five fields"),
        ("0 6 1 *", "five fields"),
        ("0 6 1 * * *", "five fields"),
        ("@monthly", "five fields"),
        ("0 " * 5000, "five fields"),
        ("60 6 1 * *", "no minute; write 0 to 59"),
        ("0 24 1 * *", "no hour"),
        ("0 6 0 * *", "no day of the month"),
        ("0 6 1 13 *", "no month"),
        ("0 6 * * 8", "no day of the week"),
        ("0 6 * * monday", "or sun, mon"),
        ("0 6 L * *", "no day of the month"),
        ("0 6 ? * *", "write a number, a list"),
        ("0 6 * * 2#1", "write a number, a list"),
        ("0 6 1,,3 * *", "write a number, a list"),
        ("-5 6 1 * *", "write a number, a list"),
        ("0 6 10-3 * *", "begins after its end"),
        ("0 6 * * fri-tue", "begins after its end"),
        ("*/0 6 * * *", "at least 1"),
        ("5/15 6 * * *", "a step needs a range"),
        ("٣ 6 * * *", "write a number, a list"),
        ("0 6 31 2,4 *", "no such day"),
    ],
)
def test_a_wrong_expression_is_a_sentence(expression: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_cron(expression)


def test_a_leap_day_and_the_last_day_of_some_months_exist() -> None:
    assert parse_cron("0 6 29 2 *").days == (29,)
    assert parse_cron("0 6 31 1,2 *").months == (1, 2)
    assert parse_cron("0 6 31 2 1").either_day
