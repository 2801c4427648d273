"""Lets other processes read accounts, as one makes its calls on one processor, and some 300 of them a second.

They read and nothing else: this process alone knows the hub's credentials, assumes the reader roles, keeps what was
read and decides. A process that is lost loses no account: another one reads it.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, Self

from hygiene.collect.account import AccountRead
from hygiene.collect.deadline import StoppedError
from hygiene.collect.reading_process import Asked, Assumed, Called, Failed, Logged, Wanted, portable, serve
from hygiene.model import Gap, GapKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from types import TracebackType

    from hygiene.collect.account_session import Credentials
    from hygiene.collect.context import Previous
    from hygiene.collect.progress import Progress
    from hygiene.collect.reading_process import MakeReader

logger = logging.getLogger(__name__)

_TRIES = 3
_LOST = "the process that read it has ended, again and again: this machine may have too little memory"
_ROLES_AT_ONCE = 8
"""Reader roles that are being assumed at the same time, for all processes together."""


class _LostError(Exception):
    """The process that read the account is no more."""


class ReadingProcesses:
    """So many processes, from entering this context until leaving it. They end with this one, however it ends."""

    def __init__(
        self,
        number: int,
        make_reader: MakeReader,
        assume: Callable[[str], Credentials],
        progress: Progress,
        stop: threading.Event,
    ) -> None:
        """`make_reader` is called in each process, so it must be picklable.

        `assume`: account id → credentials of the reader role there; they go through the process's own pipe.
        """
        self._make_reader = make_reader
        self._assume = assume
        self._progress = progress
        self._stop = stop
        self._lock = threading.Lock()
        self._assuming = ThreadPoolExecutor(_ROLES_AT_ONCE, thread_name_prefix="assume")
        self._processes = [self._started() for _ in range(number)]

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes at once: they keep nothing that could be half-written."""
        self._assuming.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.end()

    def read(self, account_id: str, previous: Previous | None = None) -> AccountRead:
        """Return what an account gives; one that ends every process that reads it gives a gap."""
        for _ in range(_TRIES):
            try:
                return self._least_busy().read(Asked(account_id, previous)).result()
            except _LostError:
                if self._stop.is_set():
                    raise StoppedError from None
                logger.warning(
                    "account %s: the process that read it has ended; it is read again",
                    account_id,
                    extra={"account_id": account_id},
                )
        gap = Gap(account_id, "process", GapKind.FAILED, "", "", _LOST)
        return AccountRead(account_id, was_entered=False, gaps=[gap])

    def _least_busy(self) -> _Process:
        with self._lock:
            for place, process in enumerate(self._processes):
                if process.is_lost:
                    self._processes[place] = self._started()
            return min(self._processes, key=lambda process: process.at_work)

    def _started(self) -> _Process:
        return _Process(self._make_reader, self._assuming, self._assume, self._progress)


class _Process:
    """One process, and a thread that heeds what it says."""

    def __init__(
        self,
        make_reader: MakeReader,
        assuming: ThreadPoolExecutor,
        assume: Callable[[str], Credentials],
        progress: Progress,
    ) -> None:
        # Other threads hold locks that a fork would copy in the middle of their use.
        context = get_context("spawn")
        self._connection: Connection
        self._connection, its_own = context.Pipe()
        level = logging.getLogger("hygiene").getEffectiveLevel()
        self._process = context.Process(target=serve, args=(its_own, make_reader, level), daemon=True)
        self._process.start()
        its_own.close()
        self._assuming, self._assume, self._progress = assuming, assume, progress
        self._sending, self._lock = threading.Lock(), threading.Lock()
        self._awaited: dict[str, Future[AccountRead]] = {}
        self.is_lost = False
        threading.Thread(target=self._listen, daemon=True, name="process").start()

    @property
    def at_work(self) -> int:
        """How many accounts it reads."""
        return len(self._awaited)

    def read(self, asked: Asked) -> Future[AccountRead]:
        """Let it read an account."""
        future: Future[AccountRead] = Future()
        with self._lock:
            self._awaited[asked.account_id] = future
        self._send(asked)
        if self.is_lost:
            self._give_up()
        return future

    def end(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.join()
        self._connection.close()

    def _send(self, message: Asked | Assumed) -> None:
        # What a lost process is told no more, whoever listens to it finds out.
        with self._sending, suppress(OSError):
            self._connection.send(message)

    def _listen(self) -> None:
        try:
            with suppress(EOFError, OSError):
                while True:
                    self._heed(self._connection.recv())
        finally:
            self.is_lost = True
            self._give_up()

    def _heed(self, message: Any) -> None:
        match message:
            case Called(times):
                for _ in range(times):
                    self._progress.called()
            case Logged(record):
                logging.getLogger(record.name).handle(record)
            case Wanted(account_id):
                # Not here: the others must be heard meanwhile.
                with suppress(RuntimeError):
                    self._assuming.submit(self._answer, account_id)
            case AccountRead():
                self._taken(message.account_id).set_result(message)
            case Failed(account_id, error):
                self._taken(account_id).set_exception(error)

    def _answer(self, account_id: str) -> None:
        try:
            given: Credentials | Exception = self._assume(account_id)
        except Exception as error:  # noqa: BLE001 (it is raised where the role was wanted)
            given = portable(error)
        self._send(Assumed(account_id, given))

    def _taken(self, account_id: str) -> Future[AccountRead]:
        with self._lock:
            return self._awaited.pop(account_id)

    def _give_up(self) -> None:
        with self._lock:
            lost, self._awaited = list(self._awaited.values()), {}
        for future in lost:
            future.set_exception(_LostError())
