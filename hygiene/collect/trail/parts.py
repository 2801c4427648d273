"""Reads log files of one account into totals per day; runs in a process of its own where there is much to read."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING

from hygiene.activity.objects import DamagedObjectError, records_of
from hygiene.activity.reading import DAY, Reading
from hygiene.activity.tally import Tally
from hygiene.collect.garbage import collect_garbage_rarely
from hygiene.collect.processors import processors

if TYPE_CHECKING:
    from datetime import date

    from hygiene.activity import Activity
    from hygiene.activity.period import Window

_FIRST_HOUR = re.compile(r"_\d{8}T00\d\dZ_")
"""In a file's name: it may hold the last events of the day before."""

_AHEAD = 8
"""Files fetched at the same time, while one is read; so many are in memory at once."""

Fetch = Callable[[str], bytes]
"""Returns a file's bytes; raises DamagedObjectError when they cannot be had whole."""


@dataclass(frozen=True, slots=True)
class DayFiles:
    """The log files that one account got on one UTC day, of all Regions."""

    account_id: str
    day: date
    names: tuple[str, ...]
    late_names: tuple[str, ...] = ()
    """Files of the first hour of the next day, which bring the last events of this one."""
    regions: frozenset[str] = frozenset()


def is_of_first_hour(name: str) -> bool:
    """Whether a file was delivered in the first hour of its day."""
    return _FIRST_HOUR.search(name) is not None


def read_files(fetch: Fetch, files: DayFiles, window: Window, source: str) -> list[Activity]:
    """Return what the files hold of their day, and of the day before where it came hours late.

    The last events of a day are read with it, though they lie in the next day's folder: where two trails deliver to
    one bucket, an event may be in both days' files, and only who reads both sees that it is one.
    A day some file of which cannot be read says so itself, and names the file.
    """
    reading = Reading(files.account_id, ends=window.ends)
    damaged: list[str] = []
    for name, content in _fetched(fetch, (*files.names, *files.late_names)):
        try:
            records, number = records_of(content if isinstance(content, bytes) else _raised(content))
        except DamagedObjectError as error:
            damaged.append(f"{name.rsplit('/', 1)[-1]} {error}")
            continue
        _add(reading, files, name, records, number)
    return list(_days(reading, files, window, source, damaged))


def readers() -> ProcessPoolExecutor:
    """Return processes to read in, one for each processor; they end with this one."""
    # Other threads hold locks that a fork would copy in the middle of their use.
    return ProcessPoolExecutor(processors(), mp_context=get_context("spawn"), initializer=_prepare_to_read)


def _prepare_to_read() -> None:
    """Let a process that reads end when the run does, killed or not; Ctrl-C is the run's affair."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_wait_for_the_end, daemon=True, name="parent").start()
    collect_garbage_rarely()


def _wait_for_the_end() -> None:
    run = parent_process()
    if run is not None:
        run.join()
        os._exit(1)


def _add(reading: Reading, files: DayFiles, name: str, records: Sequence[object], number: int) -> None:
    """Add a file's records; those of the day before or after that another reading counts are left to it."""
    day, before, after = files.day, files.day - DAY, files.day + DAY
    if name in files.late_names:
        counted = reading.records_read, reading.records_damaged
        reading.days, reading.days_of_others = {day}, {after}
        reading.add_all(records)
        reading.records_read, reading.records_damaged = counted
        return
    is_shared = is_of_first_hour(name)
    reading.days, reading.days_of_others = ({day}, {before}) if is_shared else ({day, before}, set())
    reading.add_all(records)
    reading.records_read += number - len(records)


def _raised(error: DamagedObjectError) -> bytes:
    raise error


def _fetched(fetch: Fetch, names: Sequence[str]) -> Iterator[tuple[str, bytes | DamagedObjectError]]:
    def attempt(name: str) -> bytes | DamagedObjectError:
        try:
            return fetch(name)
        except DamagedObjectError as error:
            return error

    with ThreadPoolExecutor(_AHEAD, thread_name_prefix="fetch") as pool:
        coming = deque((name, pool.submit(attempt, name)) for name in names[:_AHEAD])
        for following in (*names[_AHEAD:], *[None] * len(coming)):
            name, content = coming.popleft()
            whole = content.result()
            if following is not None:
                coming.append((following, pool.submit(attempt, following)))
            yield name, whole


def _days(
    reading: Reading, files: DayFiles, window: Window, source: str, damaged: Sequence[str]
) -> Iterator[Activity]:
    own = reading.tallies.setdefault(files.day, Tally(files.account_id))
    own.records_read, own.records_damaged = reading.records_read, reading.records_damaged
    for day, tally in sorted(reading.tallies.items()):
        activity = tally.activity(source, *window.part_of(day), files.regions)
        if day == files.day and damaged:
            activity = replace(activity, missing_days=(day,), problems=_sentences(damaged))
        yield activity


def _sentences(damaged: Sequence[str]) -> tuple[str, ...]:
    more = f", and {len(damaged) - 1} more of that day" if len(damaged) > 1 else ""
    return (f"CloudTrail file {min(damaged)}{more}",)
