"""Works on many accounts at the same time; ends within seconds when told to, whatever AWS does just then."""

from __future__ import annotations

import math
import os
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

T = TypeVar("T")

_MOST_AT_ONCE = 32
"""Accounts, where nobody asks for more. AWS throttles each for itself; but one of 500 roles takes some 25 MB here."""
_PER_PROCESS = 16
"""Accounts that one process reads at once: AWS lets some 20 calls a second through in each, and Python makes 400."""
_CGROUP_LIMIT = Path("/sys/fs/cgroup/cpu.max")


@dataclass(frozen=True, slots=True)
class Concurrency:
    """In how many processes accounts are read, and how many at once in all of them together."""

    processes: int
    accounts: int


def concurrency(wanted: int, accounts: int, processors: int | None = None) -> Concurrency:
    """Choose for so many accounts. `wanted`: how many at once; 0 where nobody asked for a number.

    `processors`: that may be used; None: those that this process may use.
    """
    together = min(wanted or _MOST_AT_ONCE, accounts)
    processes = max(1, min(processors or _processors(), math.ceil(together / _PER_PROCESS)))
    return Concurrency(processes, max(1, together if wanted else min(together, processes * _PER_PROCESS)))


def _processors() -> int:
    """Return the processors this process may use; in a container there are often fewer than the machine has.

    https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = _CGROUP_LIMIT.read_text(encoding="ascii").split()
        return allowed if quota == "max" else max(1, min(allowed, round(int(quota) / int(period))))
    except (OSError, ValueError):
        return allowed


def for_each_account(
    work: Callable[[str], T], account_ids: Sequence[str], workers: int, stop: threading.Event
) -> list[T]:
    """Return what `work` makes of each account, in their order.

    On the first error, what has not begun does not begin, what runs is finished, and the error is raised. Told to end
    (Ctrl-C, SIGTERM), `stop` is set and nobody is waited for: a call to AWS can hang for a minute.
    """
    pool = ThreadPoolExecutor(max(1, min(workers, len(account_ids))), thread_name_prefix="account")
    futures = [pool.submit(work, account_id) for account_id in account_ids]
    try:
        done, _ = wait(futures, return_when=FIRST_EXCEPTION)
    except BaseException:
        stop.set()
        raise
    finally:
        pool.shutdown(wait=not stop.is_set(), cancel_futures=True)
    for future in futures:
        if future in done and future.exception() is not None:
            future.result()
    return [future.result() for future in futures]
