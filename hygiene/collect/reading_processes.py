"""Lets other processes read accounts, as one makes its calls on one processor, and some 300 of them a second.

They read and nothing else: this process alone knows the hub's credentials, assumes the reader roles, keeps what was
read and decides. A process that is lost loses no account: another one reads it.
"""

from __future__ import annotations

import logging
import signal
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from multiprocessing import get_context, resource_tracker
from typing import TYPE_CHECKING, Any, Self

from hygiene.collect.account import AccountRead
from hygiene.collect.deadline import StoppedError
from hygiene.collect.reading_process import Asked, Assumed, Called, Failed, Logged, Ready, Wanted, portable, serve
from hygiene.model import Gap, GapKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from types import TracebackType

    from hygiene.collect.account_session import Credentials
    from hygiene.collect.context import Previous
    from hygiene.collect.progress import Progress
    from hygiene.collect.reading_process import MakeReader

logger = logging.getLogger(__name__)

_LOST = "the process that read it has ended, again and again: this machine may have too little memory"
_ROLES_AT_ONCE = 8
"""Reader roles that are being assumed at the same time, for all processes together."""


class NoProcessError(Exception):
    """A process did not even come up: this system allows none, or our caller's program cannot be imported."""


class _LostError(Exception):
    """The process that read the account is no more."""


class _NeverThereError(_LostError):
    """The process ended before it had come up, so that it has not even begun with the account."""


class ReadingProcesses:
    """So many processes, from entering this context until leaving it. They end with this one, however it ends."""

    def __init__(
        self,
        number: int,
        make_reader: MakeReader,
        assume: Callable[[str], Credentials],
        progress: Progress,
        stop: threading.Event,
        patience: float | None = None,
    ) -> None:
        """`make_reader` is called in each process, so it must be picklable.

        `assume`: account id → credentials of the reader role there; they go through the process's own pipe.
        `patience`: seconds after which a process that owes an account is taken for one that stands still.
        """
        self._patience = patience
        self._make_reader = make_reader
        self._assume = assume
        self._progress = progress
        self._stop = stop
        self._lock = threading.Lock()
        self._one_alone = threading.Lock()
        self._apart: _Process | None = None
        self._is_in_vain = self._came_up = False
        self._assuming = ThreadPoolExecutor(_ROLES_AT_ONCE, thread_name_prefix="assume")
        self._processes = [self._started() for _ in range(number)]

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes at once: they keep nothing that could be half-written."""
        if kind is not None:
            # Before they end: who waits for one of them is not to ask another.
            self._stop.set()
        self._assuming.shutdown(wait=False, cancel_futures=True)
        for process in (*self._processes, self._apart):
            if process is not None:
                process.end()

    def read(self, account_id: str, previous: Previous | None = None) -> AccountRead:
        """Return what an account gives; one that ends every process that reads it gives a gap.

        The last time it is alone in a process: it may be another account that ends every one it is in.
        Raises NoProcessError where it has to be read here.
        """
        ends_processes = False
        for read in (self._read_among_others, self._read_among_others, self._read_alone):
            if ends_processes:
                logger.warning(
                    "account %s: the process that read it has ended; it is read again",
                    account_id,
                    extra={"account_id": account_id},
                )
            try:
                return read(account_id, previous)
            except _NeverThereError:
                continue
            except _LostError:
                ends_processes = True
        if not ends_processes:
            raise NoProcessError
        gap = Gap(account_id, "process", GapKind.FAILED, "", "", _LOST)
        return AccountRead(account_id, was_entered=False, gaps=[gap])

    def _read_by(
        self, process: _Process, future: Future[AccountRead], account_id: str, previous: Previous | None
    ) -> AccountRead:
        """Return what comes of asking the process. Raises _LostError when it has ended before it told."""
        process.send(Asked(account_id, previous))
        wait([future], self._patience)
        if not future.done():
            # It stands still: an account that takes too long becomes a gap by itself, in the process that reads it.
            logger.warning(
                "a process that reads accounts has not answered for %.0f s, so it is ended", self._patience
            )
            process.end()
        try:
            return future.result()
        except _LostError:
            if self._stop.is_set():
                raise StoppedError from None
            if process.was_ready:
                raise
            if self._have_come_up():
                raise _NeverThereError from None
            raise self._in_vain() from None

    def _read_among_others(self, account_id: str, previous: Previous | None) -> AccountRead:
        return self._read_by(*self._least_busy(account_id), account_id, previous)

    def _read_alone(self, account_id: str, previous: Previous | None) -> AccountRead:
        """Read it in a process of its own, which takes nobody along; one account at a time is read so."""
        with self._one_alone:
            if self._stop.is_set():
                raise StoppedError
            process = self._apart = self._started()
            try:
                return self._read_by(process, process.expect(account_id), account_id, previous)
            finally:
                process.end()

    def _least_busy(self, account_id: str) -> tuple[_Process, Future[AccountRead]]:
        """Return the process that is to read the account, and what comes of it."""
        with self._lock:
            if self._is_in_vain:
                raise NoProcessError
            for place, process in enumerate(self._processes):
                if process.is_lost and self._have_come_up():
                    process.end()
                    self._processes[place] = self._started()
            least_busy = min(self._processes, key=lambda process: process.at_work)
            return least_busy, least_busy.expect(account_id)

    def _have_come_up(self) -> bool:
        """Whether processes can be started at all: one that was killed before it came up proves nothing then."""
        self._came_up |= any(process.was_ready for process in self._processes)
        return self._came_up

    def _in_vain(self) -> NoProcessError:
        with self._lock:
            if not self._is_in_vain:
                logger.warning(
                    "no process can be started to read accounts in: they are read in this one, one processor"
                )
            self._is_in_vain = True
        return NoProcessError()

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
        self._assuming, self._assume, self._progress = assuming, assume, progress
        self._sending, self._lock = threading.Lock(), threading.Lock()
        self._awaited: dict[str, Future[AccountRead]] = {}
        self.is_lost = self.was_ready = False
        try:
            with _signals_held():
                self._process.start()
        except OSError:
            self.is_lost = True
            return
        its_own.close()
        threading.Thread(target=self._listen, daemon=True, name="process").start()

    @property
    def at_work(self) -> int:
        """How many accounts it reads."""
        return len(self._awaited)

    def expect(self, account_id: str) -> Future[AccountRead]:
        """Return what will come of an account that it is going to be asked for."""
        future: Future[AccountRead] = Future()
        with self._lock:
            self._awaited[account_id] = future
        return future

    def send(self, message: Asked | Assumed) -> None:
        """Tell it something. What a lost process was asked for ends with an error."""
        with self._sending, suppress(OSError):
            self._connection.send(message)
        if self.is_lost:
            self._give_up()

    def end(self) -> None:
        """End it, whatever it does."""
        if self._process.pid is not None:
            self._process.kill()
            self._process.join()

    def _listen(self) -> None:
        try:
            with suppress(EOFError, OSError):
                while True:
                    self._heed(self._connection.recv())
        finally:
            self.is_lost = True
            self._give_up()
            # Not while somebody writes: the number of a closed pipe may be another file's a moment later.
            with self._sending:
                self._connection.close()

    def _heed(self, message: Any) -> None:
        match message:
            case Ready():
                self.was_ready = True
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
        self.send(Assumed(account_id, given))

    def _taken(self, account_id: str) -> Future[AccountRead]:
        with self._lock:
            return self._awaited.pop(account_id)

    def _give_up(self) -> None:
        with self._lock:
            lost, self._awaited = list(self._awaited.values()), {}
        for future in lost:
            future.set_exception(_LostError())


@contextmanager
def _signals_held() -> Iterator[None]:
    """Keep Ctrl-C and SIGTERM from a process that starts meanwhile, for good: at first it has no handlers."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # It helps to start processes, and gives signals free when it begins: so it has to run by now.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
