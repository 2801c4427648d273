"""SIGTERM and Ctrl-C: unwind, so that locks are given back and nothing half-written stays; within ten seconds.

What cannot be unwound in time (a call to AWS that hangs) is left behind: whatever the moment, the next start goes on
from what lies in OUT. A second Ctrl-C ends the program at once.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn, cast

from hygiene.cli import logs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INTERRUPTED, TERMINATED = 128 + signal.SIGINT, 128 + signal.SIGTERM
PATIENCE_SECONDS = 8.0
"""Container platforms give ten."""

_NUDGE, _NUDGE_EVERY_SECONDS = signal.SIGURG, 0.2
"""A signal that nobody sends us, and that means nothing: it ends a wait."""

_GOES_ON = "What was collected is kept; the same command goes on with it."
_WORDS = {signal.SIGINT: "Interrupted", signal.SIGTERM: "Told to end"}


class Ended(SystemExit):
    """Raised in the main thread by a signal; says which exit code is due, and what to tell."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.exit_code = 128 + number
        self.sentence = f"{_WORDS[signal.Signals(number)]}. {_GOES_ON}"


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Raise Ended where the main thread is when a signal comes; outside of the main thread, change nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with watched() as watch, handled(_ending(watch), *_WORDS):
        yield


@contextmanager
def stopped_by_signals(sentence: str) -> Iterator[threading.Event]:
    """Give an event that a signal sets: for what stays up until it is told to end, and ends with 0 then.

    `sentence` is said where that takes more than eight seconds.
    """
    stop = threading.Event()
    with watched() as watch:

        def end(*_: object) -> None:
            watch.begin(0, sentence)
            stop.set()

        with handled(end, *_WORDS):
            yield stop


@contextmanager
def handled(handler: Callable[[int, object], object], *numbers: int) -> Iterator[None]:
    """Let the handler have these signals, and give them back."""
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


def leave(ended: Ended) -> NoReturn:
    """Say it and end, without waiting for threads that still wait for AWS."""
    logs.complain(ended.sentence)
    sys.stdout.flush()
    sys.stderr.flush()
    others = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    if any(not thread.daemon for thread in others):
        os._exit(ended.exit_code)
    sys.exit(ended.exit_code)


def end_at_once(ended: SystemExit) -> NoReturn:
    """End the process with its exit code and let the kernel free its memory: a tenth of a small report's CPU.

    Python ends it as ever where a thread must still finish, or where nobody takes what it has to say.
    """
    others = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    if all(thread.daemon for thread in others) and (ended.code is None or isinstance(ended.code, int)):
        logging.shutdown()
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(ended.code or 0)
    raise ended


@contextmanager
def watched() -> Iterator[Watch]:
    """Give a watch over the signals of this program; for the main thread alone."""
    hears, tells = os.pipe()
    # The half of Python's handler that is C writes there, and must never wait.
    os.set_blocking(tells, False)
    before = signal.set_wakeup_fd(tells, warn_on_full_buffer=False)
    watch = Watch(hears)
    try:
        with handled(lambda *_: None, _NUDGE):
            yield watch
    finally:
        signal.set_wakeup_fd(before)
        os.close(tells)
        watch.join()
        os.close(hears)


class Watch:
    """Sees to it that a signal is heeded at once, and ends the program eight seconds later if nothing else has.

    Python runs its handlers in the main thread, between two steps. A signal that comes just before the thread begins
    to wait for another one is noticed when that wait is over, which may be never: so the thread is nudged until its
    handler has run. https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd

    The watch's own thread waits from the beginning: starting one in a signal handler can hang for ever, where the
    signal came while another thread was being started.
    """

    def __init__(self, hears: int) -> None:
        """`hears`: where the numbers of signals can be read as they come, a byte each."""
        self._hears = hears
        self._heeded = threading.Event()
        self._code, self._sentence = 0, ""
        self._thread = threading.Thread(target=self._wait, daemon=True, name="watch")
        self._thread.start()

    def begin(self, code: int, sentence: str) -> None:
        """Say that the signal was heeded, and how the program ends if it does not end by itself in time."""
        self._code, self._sentence = code, sentence
        self._heeded.set()

    def join(self) -> None:
        """Wait until nothing is watched any more; a watch that was told something watches until the end."""
        if not self._heeded.is_set():
            self._thread.join()

    def _wait(self) -> None:
        number = self._heard()
        if number is None:
            return
        end = time.monotonic() + PATIENCE_SECONDS
        self._code, self._sentence = 128 + number, f"{_WORDS[signal.Signals(number)]}. {_GOES_ON}"
        while not self._heeded.wait(_NUDGE_EVERY_SECONDS) and time.monotonic() < end:
            signal.pthread_kill(cast("int", threading.main_thread().ident), _NUDGE)
        time.sleep(max(0.0, end - time.monotonic()))
        try:
            logs.complain(self._sentence)
        finally:
            os._exit(self._code)

    def _heard(self) -> int | None:
        """Return the first signal that tells to end; None when the other side was closed."""
        while came := os.read(self._hears, 1):
            if came[0] in _WORDS:
                return came[0]
        return None


def _ending(watch: Watch) -> Callable[[int, object], None]:
    def end(number: int, _frame: object) -> None:
        # A second SIGTERM must not break the clearing up of the first.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
        ended = Ended(number)
        watch.begin(ended.exit_code, ended.sentence)
        raise ended

    return end
