"""Runs one command of ours at a time in a process of its own.

So a review's memory is given back at its end, a crash takes nothing else along, and stopping is always possible: a
run that does not end when told to is killed, and the next one goes on where it was.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

OURSELVES = (sys.executable, "-P", "-m", "hygiene")
"""-P: a folder named `hygiene` where the scheduler was started is not the program."""

STOPPED = 143
_KILLED_BY = 128


class Program:
    """Starts commands one after the other, until it is stopped."""

    def __init__(self, command: Sequence[str] = OURSELVES) -> None:
        self._command = tuple(command)
        self._lock = threading.Lock()
        self._stopped = False
        self._child: subprocess.Popen[bytes] | None = None

    def run(self, arguments: Sequence[str]) -> int:
        """Run to the end and return the exit code; 128 and the number of the signal for one that was killed."""
        with self._lock:
            if self._stopped:
                return STOPPED
            # In a session of its own: Ctrl-C reaches the scheduler alone, which then stops the run.
            child = subprocess.Popen([*self._command, *arguments], stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 (our own program)
            self._child = child
        code = child.wait()
        return code if code >= 0 else _KILLED_BY - code

    def stop(self, patience_seconds: float) -> None:
        """Start nothing more; end what runs, by force when it takes longer than that."""
        with self._lock:
            self._stopped = True
            child = self._child
        if child is None or child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            child.kill()
