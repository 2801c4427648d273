"""SIGTERM and Ctrl-C: unwind, so that locks are given back and nothing half-written stays; within ten seconds.

What cannot be unwound in time (a call to AWS that hangs) is left behind: whatever the moment, the next start goes on
from what lies in OUT. A second Ctrl-C ends the program at once.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from hygiene.cli import logs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INTERRUPTED, TERMINATED = 128 + signal.SIGINT, 128 + signal.SIGTERM
PATIENCE_SECONDS = 8.0
"""Container platforms give ten."""

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
    end = _ending(Watch())
    before = {number: signal.getsignal(number) for number in _WORDS}
    for number in _WORDS:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave(ended: Ended) -> NoReturn:
    """Say it and end, without waiting for threads that still wait for AWS."""
    logs.complain(ended.sentence)
    sys.stdout.flush()
    sys.stderr.flush()
    others = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    if any(not thread.daemon for thread in others):
        os._exit(ended.exit_code)
    sys.exit(ended.exit_code)


class Watch:
    """Ends the program eight seconds after it was told to, if nothing else has by then.

    Its thread waits from the beginning: starting one in a signal handler can hang for ever, where the signal came
    while another thread was being started.
    """

    def __init__(self) -> None:
        self._told = threading.Event()
        self._code, self._sentence = 0, ""
        threading.Thread(target=self._wait, daemon=True, name="watch").start()

    def begin(self, code: int, sentence: str) -> None:
        """Let the time run; it ends with this code and sentence."""
        self._code, self._sentence = code, sentence
        self._told.set()

    def _wait(self) -> None:
        self._told.wait()
        time.sleep(PATIENCE_SECONDS)
        logs.complain(self._sentence)
        os._exit(self._code)


def _ending(watch: Watch) -> Callable[[int, object], None]:
    def end(number: int, _frame: object) -> None:
        # A second SIGTERM must not break the clearing up of the first.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
        ended = Ended(number)
        watch.begin(ended.exit_code, ended.sentence)
        raise ended

    return end
