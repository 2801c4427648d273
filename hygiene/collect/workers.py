"""Works on many accounts at the same time; ends within seconds when told to, whatever AWS does just then."""

from __future__ import annotations

from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

T = TypeVar("T")


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
