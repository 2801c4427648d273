"""A pace per API: the calls of one account to one operation are spread so that AWS need not throttle them."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Pace:
    """At most `per_second` calls a second, evenly spread after a first burst of one second's worth."""

    def __init__(
        self,
        per_second: float,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval = 1 / per_second
        self._burst = max(per_second, 1.0)
        self._monotonic = monotonic
        self._sleep = sleep
        self._next = monotonic() - self._burst * self._interval
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when the next call may be made."""
        with self._lock:
            now = self._monotonic()
            self._next = max(self._next, now - self._burst * self._interval) + self._interval
            pause = self._next - now
        if pause > 0:
            self._sleep(pause)
