"""Works on many accounts at the same time; ends within seconds when told to, whatever AWS does just then."""

from __future__ import annotations

import math
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from hygiene.collect.processors import processors

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

T = TypeVar("T")

_MOST_AT_ONCE = 32
"""Accounts, where nobody asks for more. AWS throttles each for itself; but one of 500 roles takes some 25 MB here."""
_PER_PROCESS = 16
"""Accounts that one process reads at once: AWS lets some 20 calls a second through in each, and Python makes 400."""


@dataclass(frozen=True, slots=True)
class Concurrency:
    """In how many processes accounts are read, and how many at once in all of them together."""

    processes: int
    accounts: int


def concurrency(wanted: int, accounts: int, most_processes: int | None = None) -> Concurrency:
    """Choose for so many accounts. `wanted`: how many at once; 0 where nobody asked for a number.

    `most_processes`: None: one for each processor.
    """
    together = min(wanted or _MOST_AT_ONCE, accounts)
    processes = max(1, min(most_processes or processors(), math.ceil(together / _PER_PROCESS)))
    return Concurrency(processes, max(1, together if wanted else min(together, processes * _PER_PROCESS)))


def at_once_here(wanted: int, accounts: int) -> int:
    """Return how many accounts this process alone works on at once; `wanted` as for `concurrency`."""
    return concurrency(wanted, accounts, most_processes=1).accounts


def for_each_account(
    work: Callable[[str], T], account_ids: Sequence[str], workers: int, stop: threading.Event
) -> list[T]:
    """Return what `work` makes of each account, in their order.

    On the first error, what has not begun does not begin, what runs is finished, and the error is raised. Told to end
    (Ctrl-C, SIGTERM), `stop` is set and nobody is waited for: a call to AWS can hang for a minute.
    """
    pool = ThreadPoolExecutor(max(1, min(workers, len(account_ids))), thread_name_prefix="account")
    try:
        futures = [pool.submit(work, account_id) for account_id in account_ids]
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
