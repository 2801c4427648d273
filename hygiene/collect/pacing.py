"""A pace per API: calls of one account to one operation are spread so that AWS need not throttle them.

AWS publishes no rates for IAM, and others use the same ones. So a throttle sets the pace to a little less than what
AWS let through, and every call it lets through raises the pace a little again.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SLOWER, _FASTER = 0.85, 1.007
"""One throttle in some forty calls: few enough to be no nuisance, enough to notice that AWS lets more through."""

_STEADY, _BACK = 60, 1.05
"""After so many answers in a row AWS allows far more than it did: somebody else was calling, and has stopped."""

_SLOWEST = 0.5
"""Calls a second; what is throttled even at that pace is left to the pauses between attempts."""

_REMEMBERED = 20
_SHORTEST = 0.25
"""Seconds a rate must be measured over to mean something."""


class Pace:
    """The pace of one operation, in calls a second.

    After a rest it goes twice as fast, until it has made up for one second at most: AWS's bucket is full by then. All
    at once would be no sooner done, and many accounts begin together: calls would wait here, for the processor.
    """

    def __init__(
        self,
        per_second: float = math.inf,
        at_most: float = math.inf,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with `per_second`; without it every call may go at once until the first throttle."""
        self._rate, self._fastest = per_second, at_most
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._let_through: deque[float] = deque(maxlen=_REMEMBERED)
        self._since, self._excused_until = monotonic(), -math.inf
        self._most_saved = self._saved = max(per_second, 1.0) if math.isfinite(per_second) else 0.0
        """Calls that may be made up for."""
        self._next = -math.inf
        self._in_a_row = 0

    @property
    def per_second(self) -> float:
        """The pace of this moment."""
        return self._rate

    @property
    def is_known(self) -> bool:
        """Whether there is a pace at all: before the first throttle, calls that began without one go at once."""
        return math.isfinite(self._rate)

    def reserve(self) -> float:
        """Take the next place and return how many seconds it is until then."""
        with self._lock:
            if not self.is_known:
                return 0.0
            now, interval = self._monotonic(), 1 / self._rate
            if self._next < now:
                self._saved = min(self._most_saved, self._saved + (now - self._next) / interval)
                self._next = now
            place = self._next
            made_up = min(self._saved, 0.5)
            self._saved -= made_up
            self._next = place + (1 - made_up) * interval
            return place - now

    def let_through(self) -> None:
        """Note that AWS answered."""
        with self._lock:
            self._let_through.append(self._monotonic())
            self._in_a_row += 1
            self._rate = min(self._rate * (_FASTER if self._in_a_row < _STEADY else _BACK), self._fastest)

    def throttled(self) -> None:
        """Go slower. Calls that were on their way together, or had their places by then, are one reason, not many."""
        with self._lock:
            now, self._in_a_row = self._monotonic(), 0
            if self.is_known and now < self._excused_until:
                return
            self._rate = max(min(self._measured(now), self._rate) * _SLOWER, _SLOWEST)
            # Who calls again comes after those who have their places already.
            self._next, self._most_saved, self._saved = max(now, self._next), 0.0, 0.0
            self._excused_until = self._next + 1 / self._rate

    def _measured(self, now: float) -> float:
        """Return what AWS let through a second lately."""
        first = self._let_through[0] if len(self._let_through) == _REMEMBERED else self._since
        return len(self._let_through) / max(now - first, _SHORTEST)
