"""Reads log files of one account into totals per day; runs in a process of its own where there is much to read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hygiene.activity.objects import DamagedObjectError, records_of
from hygiene.activity.reading import DAY, Reading
from hygiene.activity.tally import Tally

if TYPE_CHECKING:
    from datetime import date

    from hygiene.activity import Activity
    from hygiene.activity.period import Window

_FIRST_HOUR = re.compile(r"_\d{8}T00\d\dZ_")
"""In a file's name: it may hold events of the day before."""

_AHEAD = 8
"""Files fetched at the same time; so many are in memory at once."""

Fetch = Callable[[str], bytes]
"""Returns a file's bytes; raises DamagedObjectError when they cannot be had whole."""


@dataclass(frozen=True, slots=True)
class DayFiles:
    """The log files that one account got on one UTC day, of all Regions."""

    account_id: str
    day: date
    names: tuple[str, ...]
    regions: frozenset[str] = frozenset()


def read_files(fetch: Fetch, files: DayFiles, window: Window, source: str) -> list[Activity]:
    """Return what the files hold of their day, and of the day before: events are delivered minutes later.

    A day some file of which cannot be read says so itself, and names the file.
    """
    reading = Reading(files.account_id, days=frozenset({files.day, files.day - DAY}), ends=window.ends)
    damaged: list[str] = []
    for name, content in _fetched(fetch, files.names):
        try:
            records, number = records_of(content if isinstance(content, bytes) else _raised(content))
        except DamagedObjectError as error:
            damaged.append(f"{name.rsplit('/', 1)[-1]} {error}")
            continue
        reading.add_all(records)
        reading.records_read += number - len(records)
    return list(_days(reading, files, window, source, damaged))


def _raised(error: DamagedObjectError) -> bytes:
    raise error


def _fetched(fetch: Fetch, names: Sequence[str]) -> Iterator[tuple[str, bytes | DamagedObjectError]]:
    def attempt(name: str) -> bytes | DamagedObjectError:
        try:
            return fetch(name)
        except DamagedObjectError as error:
            return error

    with ThreadPoolExecutor(_AHEAD, thread_name_prefix="fetch") as pool:
        for start in range(0, len(names), _AHEAD):
            some = names[start : start + _AHEAD]
            yield from zip(some, pool.map(attempt, some), strict=True)


def _days(
    reading: Reading, files: DayFiles, window: Window, source: str, damaged: Sequence[str]
) -> Iterator[Activity]:
    own = reading.tallies.setdefault(files.day, Tally(files.account_id))
    own.records_read, own.records_damaged = reading.records_read, reading.records_damaged
    incomplete = {files.day} if damaged else set()
    if any(_FIRST_HOUR.search(sentence) for sentence in damaged):
        incomplete.add(files.day - DAY)
        reading.tallies.setdefault(files.day - DAY, Tally(files.account_id))
    for day, tally in sorted(reading.tallies.items()):
        activity = tally.activity(source, *window.part_of(day), files.regions)
        if day in incomplete:
            activity = replace(activity, missing_days=(day,), problems=_sentences(damaged))
        yield activity


def _sentences(damaged: Sequence[str]) -> tuple[str, ...]:
    more = f", and {len(damaged) - 1} more of that day" if len(damaged) > 1 else ""
    return (f"CloudTrail file {min(damaged)}{more}",)
