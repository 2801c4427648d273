"""The review's period: which quarter a moment belongs to, and the review's stable name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_MONTHS = 12
_MONTHS_PER_QUARTER = 3


def quarter_of(as_of: datetime, fiscal_year_start: int = 1) -> str:
    """Return the quarter, such as `2026-Q4`.

    `fiscal_year_start` is the month (1 to 12) in which the fiscal year begins; the year is named after the one in
    which it ends, as finance departments and pandas do: with 7, August 2026 lies in 2027-Q1.
    """
    months_into_year = (as_of.month - fiscal_year_start) % _MONTHS
    starts_in = as_of.year if as_of.month >= fiscal_year_start else as_of.year - 1
    year = starts_in if fiscal_year_start == 1 else starts_in + 1
    return f"{year}-Q{months_into_year // _MONTHS_PER_QUARTER + 1}"


def review_id(population: str, quarter: str) -> str:
    """Return the review's name: the organization's id, or the account's, and the quarter. The same for every run."""
    return f"{population}-{quarter}"
