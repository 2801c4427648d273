from __future__ import annotations

from datetime import date

import pytest

from hygiene.review.answers.dates import parse_date


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-31",
        "2026-12-31T00:00:00Z",
        "2026-12-31 00:00:00",
        "31.12.2026",
        "31/12/2026",
        "12/31/2026",
        "31. 12. 2026",
        "31-12-2026",
        "2026/12/31",
        "31-Dec-2026",
        "31 december 2026",
    ],
)
def test_every_form_that_can_mean_one_day_only_is_read(text: str) -> None:
    assert parse_date(text) == date(2026, 12, 31)


def test_the_same_number_twice_means_one_day() -> None:
    assert parse_date("05/05/2027") == date(2027, 5, 5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("05/06/2027", "two days"),
        ("01.02.2027", "two days"),
        ("46387", "inner number"),
        ("soon", "is no date"),
        ("31.12.26", "is no date"),
        ("31-Dec-26", "is no date"),
        ("31-Dez-2026", "is no date"),
        ("2026-02-30", "no day of the calendar"),
        ("31/31/2026", "no day of the calendar"),
    ],
)
def test_anything_else_is_refused_with_what_to_write(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        parse_date(text)
    assert "2026-12-31" in str(refused.value)
