"""Five-field cron expressions as everybody writes them: text → the numbers of each field. Pure, knows no clock.

The rules are those of crontab(5), https://man7.org/linux/man-pages/man5/crontab.5.html: 0 and 7 are Sunday, and where
both day of month and day of week are restricted, a day that fits either of them counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PART = re.compile(r"(?P<first>\*|\w+)(-(?P<last>\w+))?(/(?P<step>\d{1,4}))?", re.ASCII)
_EXAMPLE = '"0 6 1 1,4,7,10 *"'
_LONGEST = 200
_LONGEST_MONTH = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
_SUNDAY = 7
"""The second number of Sunday, which a range such as 5-7 ends with."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    lowest: int
    highest: int
    names: Sequence[str] = ()

    def number(self, text: str) -> int:
        """Return the number that a text such as `7` or `JUL` stands for; raises ValueError."""
        if text.lower() in self.names:
            return self.names.index(text.lower()) + self.lowest
        if not re.fullmatch(r"\d{1,4}", text, re.ASCII) or not self.lowest <= int(text) <= self.highest:
            known = f"{self.lowest} to {self.highest}" + (f" or {', '.join(self.names)}" if self.names else "")
            raise ValueError(f"{text!r} is no {self.name}; write {known}")
        return int(text)


_MINUTE, _HOUR, _DAY = _Field("minute", 0, 59), _Field("hour", 0, 23), _Field("day of the month", 1, 31)
_MONTH = _Field("month", 1, 12, ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"))
_WEEKDAY = _Field("day of the week", 0, _SUNDAY, ("sun", "mon", "tue", "wed", "thu", "fri", "sat"))
_FIELDS = (_MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY)


@dataclass(frozen=True, slots=True)
class Cron:
    """When something is due: every number that fits, sorted. Weekdays count from 0, Sunday, to 6, Saturday."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    either_day: bool
    """Whether a day counts that fits `days` or `weekdays`, rather than both."""


def parse_cron(text: str) -> Cron:
    """Return what the expression means. Raises ValueError with a sentence for a wrong one, and for one never due."""
    fields = text.split() if len(text) <= _LONGEST else []
    if len(fields) != len(_FIELDS):
        raise ValueError(f"write five fields: minute hour day month weekday, such as {_EXAMPLE}")
    minutes, hours, days, months, weekdays = (
        _numbers(part, field) for part, field in zip(fields, _FIELDS, strict=True)
    )
    # As crontab(5) has it, a field that begins with * restricts nothing, */2 included.
    either_day = not fields[2].startswith("*") and not fields[4].startswith("*")
    if not either_day and not any(days[0] <= _LONGEST_MONTH.get(month, _DAY.highest) for month in months):
        raise ValueError(f"there is no such day in any of these months; write one such as {_EXAMPLE}")
    return Cron(minutes, hours, days, months, tuple(sorted({day % _SUNDAY for day in weekdays})), either_day)


def _numbers(text: str, field: _Field) -> tuple[int, ...]:
    return tuple(sorted({number for part in text.split(",") for number in _part(part, field)}))


def _part(text: str, field: _Field) -> Iterator[int]:
    found = _PART.fullmatch(text)
    if found is None or (found["first"] == "*" and found["last"]):
        raise ValueError(f"{text!r} is no {field.name}; write a number, a list 1,4, a range 1-5 or a step */15")
    if found["step"] and not (found["first"] == "*" or found["last"]):
        raise ValueError(f"{text!r}: a step needs a range before it, such as */{found['step']}")
    first, last = _bounds(found["first"], found["last"], field)
    if first > last:
        raise ValueError(f"{text!r} begins after its end")
    step = int(found["step"] or 1)
    if step < 1:
        raise ValueError(f"{text!r}: a step is at least 1")
    yield from range(first, last + 1, step)


def _bounds(first: str, last: str | None, field: _Field) -> tuple[int, int]:
    if first == "*":
        # Sunday has two numbers; a step over the week must count it once.
        return field.lowest, _SUNDAY - 1 if field is _WEEKDAY else field.highest
    begin = field.number(first)
    end = field.number(last) if last else begin
    # The week of people ends on Sunday: fri-sun.
    return begin, _SUNDAY if field is _WEEKDAY and end == 0 < begin else end
