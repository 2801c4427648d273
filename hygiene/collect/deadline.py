"""How long one account may take, and whether the run was told to stop: asked before every call and in every pause."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING

from hygiene.collect.refusal import RefusedError
from hygiene.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Callable

_MINUTE = 60


class StoppedError(Exception):
    """The run was told to stop. What was not finished is not written; the next start does it again."""


class Deadline:
    """The time of one account. Used from the threads that work on it; safe in all of them."""

    def __init__(
        self,
        stop: threading.Event | None = None,
        minutes: float = math.inf,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin now. `stop` is the run's: once it is set, nothing goes on."""
        self._stop = stop or threading.Event()
        self._minutes = minutes
        self._monotonic = monotonic
        self._ends_at = monotonic() + minutes * _MINUTE

    def check(self, operation: str) -> None:
        """Raise RefusedError when the time is over, StoppedError when the run was told to stop."""
        if self._stop.is_set():
            raise StoppedError
        if self.seconds_left() <= 0:
            message = f"the account took longer than its {self._minutes:g} minutes ([aws] account_minutes)"
            raise RefusedError(operation, GapKind.FAILED, "", message)

    def seconds_left(self) -> float:
        """Return how much time is left; infinity where nobody set a limit."""
        return self._ends_at - self._monotonic()

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the end. Raises StoppedError as soon as the run is told to stop."""
        if self._stop.wait(max(0.0, min(seconds, self.seconds_left()))):
            raise StoppedError
