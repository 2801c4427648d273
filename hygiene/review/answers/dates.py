"""Dates as reviewers and their spreadsheets write them: ISO 8601, or a form that can mean one day only."""

from __future__ import annotations

import re
from datetime import date

_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?")
_LOCAL = re.compile(r"(\d{1,2})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{4})")
_NAMED = re.compile(r"(\d{1,2})[-. /]([a-z]{3})[a-z]*[-. /](\d{4})", re.IGNORECASE)
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
_MONTHS = 12


def parse_date(text: str) -> date:
    """Return the day. Raises ValueError with a sentence for anything that could be another day, or none."""
    if found := _ISO.fullmatch(text):
        return _day(int(found[1]), int(found[3]), int(found[4]), text)
    if found := _LOCAL.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        return _local_day(first, second, year, text)
    if (found := _NAMED.fullmatch(text)) and found[2].lower() in _NAMES:
        return _day(int(found[3]), _NAMES.index(found[2].lower()) + 1, int(found[1]), text)
    if _SERIAL.fullmatch(text):
        raise ValueError(f"{text} is a spreadsheet's inner number of a day; format the cell as a date, or {_HINT}")
    raise ValueError(f"{text!r} is no date; {_HINT}")


_HINT = "write it as 2026-12-31"


def _local_day(first: int, second: int, year: int, text: str) -> date:
    if first <= _MONTHS and second <= _MONTHS and first != second:
        raise ValueError(f"{text} can mean two days (which number is the month?); {_HINT}")
    day, month = (first, second) if second <= _MONTHS else (second, first)
    return _day(year, month, day, text)


def _day(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"{text} is no day of the calendar; {_HINT}") from None
