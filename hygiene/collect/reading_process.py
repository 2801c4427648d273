"""What a process does that reads accounts for another one: it is told which, and sends what each gives.

It calls AWS as the reader roles alone, with credentials that it asks for when it needs them. They go through the pipe
between the two, and nowhere else.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hygiene.collect.account import ReadAccount
from hygiene.collect.account_session import Credentials
from hygiene.collect.garbage import collect_garbage_rarely
from hygiene.collect.progress import Progress
from hygiene.errors import CollectionError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from hygiene.collect.context import Previous

logger = logging.getLogger(__name__)

MakeReader = Callable[[Callable[[str], Credentials], Progress], ReadAccount]
"""From who assumes reader roles, and who counts calls, to who reads an account."""

_MOST_AT_ONCE = 64
"""Accounts; how many it is told at once is the other's affair."""
_TELLS_EVERY_SECONDS = 0.5
"""How many calls were made, for the progress bar."""


@dataclass(frozen=True, slots=True)
class Asked:
    """To the process: it is to read an account."""

    account_id: str
    previous: Previous | None


@dataclass(frozen=True, slots=True)
class Assumed:
    """To the process: the credentials it wanted, or why there are none."""

    account_id: str
    given: Credentials | Exception


@dataclass(frozen=True, slots=True)
class Ready:
    """From the process: it has come up."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """From the process: it wants credentials of the reader role in an account."""

    account_id: str


@dataclass(frozen=True, slots=True)
class Called:
    """From the process: so many calls were made since it said so last."""

    times: int


@dataclass(frozen=True, slots=True)
class Logged:
    """From the process: a line of the log."""

    record: logging.LogRecord


@dataclass(frozen=True, slots=True)
class Failed:
    """From the process: an error that is no refusal."""

    account_id: str
    error: Exception


def serve(connection: Connection, make_reader: MakeReader, log_level: int) -> None:
    """Read the accounts that come through the connection, until it is closed: then the other process is gone."""
    # Ctrl-C and SIGTERM go to the whole group of processes; what is to happen then, the other one decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    collect_garbage_rarely()
    served = _Served(connection, make_reader)
    package = logging.getLogger("hygiene")
    package.handlers, package.propagate = [_Sent(served)], False
    package.setLevel(log_level)
    try:
        served.listen()
    except (EOFError, OSError):
        # Threads that wait for AWS are not waited for: nobody wants to know any more.
        os._exit(0)


def portable(error: Exception) -> Exception:
    """Return the error, or what it says where it cannot be sent as it is."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 (our own)
    except Exception:  # noqa: BLE001 (whatever an error's own methods raise)
        return CollectionError(f"{type(error).__name__}: {error}")
    return error


class _Served:
    """The connection as the reader of accounts sees it. Its main thread listens, all others may speak."""

    def __init__(self, connection: Connection, make_reader: MakeReader) -> None:
        self._connection = connection
        self._make_reader = make_reader
        self._making, self._sending, self._counting = threading.Lock(), threading.Lock(), threading.Lock()
        self._calls = 0
        self._wanted: dict[str, Future[Credentials]] = {}
        self._reader: ReadAccount | None = None

    def listen(self) -> None:
        """Do what is told. Raises EOFError or OSError when nobody is there any more."""
        self.send(Ready())
        pool = ThreadPoolExecutor(_MOST_AT_ONCE, thread_name_prefix="account")
        while True:
            if self._connection.poll(_TELLS_EVERY_SECONDS):
                message = self._connection.recv()
                if isinstance(message, Asked):
                    pool.submit(self._do, message)
                else:
                    self._take(message)
            self._tell_calls()

    def send(self, message: object) -> None:
        """Say something to the other process."""
        with self._sending:
            self._connection.send(message)

    def accounts_found(self, number: int) -> None:
        """Say nothing: the other process knows."""

    def account_done(self, account_id: str, roles: int, gaps: int) -> None:
        """Say nothing: the other process tells."""

    def called(self) -> None:
        """Count a call."""
        with self._counting:
            self._calls += 1

    def _tell_calls(self) -> None:
        with self._counting:
            calls, self._calls = self._calls, 0
        if calls:
            self.send(Called(calls))

    def _do(self, asked: Asked) -> None:
        try:
            found: object = self._made_reader()(asked.account_id, asked.previous)
        except Exception as error:  # noqa: BLE001 (it is raised in the other process)
            error.add_note(traceback.format_exc())
            found = Failed(asked.account_id, portable(error))
        try:
            self._tell_calls()
            self.send(found)
        except OSError:
            os._exit(0)
        except Exception as error:  # noqa: BLE001 (too large for this memory, or our bug)
            # Nobody would ever hear of the account: it is read again by another process, which may have the room.
            logger.warning("account %s: what was read cannot be handed over: %s", asked.account_id, error)
            os._exit(1)

    def _made_reader(self) -> ReadAccount:
        with self._making:
            if self._reader is None:
                self._reader = self._make_reader(self._assume, self)
            return self._reader

    def _assume(self, account_id: str) -> Credentials:
        future = self._wanted[account_id] = Future()
        self.send(Wanted(account_id))
        return future.result()

    def _take(self, answer: Assumed) -> None:
        future = self._wanted.pop(answer.account_id)
        if isinstance(answer.given, Exception):
            future.set_exception(answer.given)
        else:
            future.set_result(answer.given)


class _Sent(logging.Handler):
    """Sends the log to the other process, which writes it."""

    def __init__(self, served: _Served) -> None:
        super().__init__()
        self._served = served

    def emit(self, record: logging.LogRecord) -> None:
        """Send a line as text: its arguments may be of any kind."""
        record.msg, record.args = record.getMessage(), None
        if record.exc_info:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
            record.exc_info = None
        with suppress(OSError):
            self._served.send(Logged(record))
