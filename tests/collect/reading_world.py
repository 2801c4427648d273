"""What the processes of a test do: each is a reader as `ReadingProcesses` makes it there."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from hygiene.collect.account import AccountRead
from hygiene.errors import CollectionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hygiene.collect.account import ReadAccount
    from hygiene.collect.account_session import Credentials
    from hygiene.collect.context import Previous
    from hygiene.collect.progress import Progress

DEADLY, ONCE_DEADLY, BROKEN, SLOW = "000000000066", "000000000067", "000000000068", "000000000069"
TOO_MUCH, ONCE_STILL = "000000000070", "000000000077"
LINGERING = tuple(f"{number:012d}" for number in range(71, 77))
"""Accounts that are still being read when a deadly one ends the process."""


class UnsendableError(Exception):
    """An error that pickle cannot make again."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} {two}")


def make_reader(assume: Callable[[str], Credentials], progress: Progress) -> ReadAccount:
    def read(account_id: str, previous: Previous | None) -> AccountRead:
        progress.called()
        if account_id == BROKEN:
            raise UnsendableError("our", "bug")
        if account_id == SLOW:
            time.sleep(60)
        if account_id == TOO_MUCH:
            return AccountRead(account_id, was_entered=True, documents={"cannot be sent": lambda: None})
        if account_id in LINGERING:
            time.sleep(0.5)
        keys = assume(account_id)
        marker = Path(keys["SecretAccessKey"])
        if account_id == DEADLY or (account_id == ONCE_DEADLY and not marker.exists()):
            marker.touch()
            os._exit(9)
        if account_id == ONCE_STILL and not marker.exists():
            marker.touch()
            # To this thread: with the process's main thread as its first, this one would answer meanwhile.
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
        logging.getLogger("hygiene.collect").info("read %s", account_id)
        run_id = previous.run_id if previous else ""
        return AccountRead(account_id, was_entered=True, documents={"pid": os.getpid(), "previous": run_id})

    return read


def make_nothing(assume: Callable[[str], Credentials], progress: Progress) -> ReadAccount:  # noqa: ARG001
    raise CollectionError("no reader can be made")
