from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hygiene.review.period import quarter_of


@pytest.mark.parametrize(
    ("moment", "starts", "expected"),
    [
        ((2026, 1, 1), 1, "2026-Q1"),
        ((2026, 12, 31), 1, "2026-Q4"),
        ((2026, 8, 15), 7, "2027-Q1"),
        ((2027, 6, 30), 7, "2027-Q4"),
        ((2026, 9, 30), 10, "2026-Q4"),
        ((2026, 10, 1), 10, "2027-Q1"),
        ((2026, 3, 31), 4, "2026-Q4"),
    ],
)
def test_the_quarter_follows_the_fiscal_year(moment: tuple[int, int, int], starts: int, expected: str) -> None:
    assert quarter_of(datetime(*moment, tzinfo=UTC), starts) == expected
