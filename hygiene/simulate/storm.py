"""Faults by dice that a seed throws: which call they hit depends on the call alone, not on the order of threads."""

from __future__ import annotations

import random
from collections import Counter
from enum import StrEnum
from itertools import accumulate
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Fault(StrEnum):
    """What happens to a call. The last four happen to the answer: the call itself has had its effect."""

    THROTTLED = "throttled"
    SERVER_ERROR = "server-error"
    EXPIRED = "expired"
    RESET = "reset"
    CUT_OFF = "cut-off"
    EMPTY = "empty"
    SLOW = "slow"


ANSWER_FAULTS = frozenset({Fault.RESET, Fault.CUT_OFF, Fault.EMPTY, Fault.SLOW})


class Storm:
    """Hits calls with the chance of each fault; `struck` counts what happened."""

    def __init__(self, seed: int, chances: Mapping[Fault, float]) -> None:
        """`chances` add up to 1 at most."""
        self._seed = seed
        self._faults = tuple(chances)
        self._limits = tuple(accumulate(chances.values()))
        self._lock = Lock()
        self._calls: Counter[tuple[str, ...]] = Counter()
        self.struck: Counter[Fault] = Counter()

    def strike(self, *call: str, can_expire: bool) -> Fault | None:
        """What happens to this call (account, service, operation, Region); the next one like it has other luck."""
        with self._lock:
            self._calls[call] += 1
            dice = random.Random(f"{self._seed} {call} {self._calls[call]}").random()  # noqa: S311 (no secret)
            hit = next((fault for fault, limit in zip(self._faults, self._limits, strict=True) if dice < limit), None)
            if hit is Fault.EXPIRED and not can_expire:
                return None
            if hit is not None:
                self.struck[hit] += 1
            return hit
