"""The log of every HTTP call that arrived, refused and throttled ones too."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True)
class Call:
    """One call: whose account, what was asked, how it was answered, how many list items the answer held."""

    account_id: str
    service: str
    operation: str
    status: int
    error_code: str | None = None
    items: int = 0


class CallLog:
    """Calls in the order they were answered."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._lock = Lock()

    def add(self, call: Call) -> None:
        """Remember a call."""
        with self._lock:
            self._calls.append(call)

    def forget(self) -> None:
        """Start counting anew."""
        with self._lock:
            self._calls.clear()

    def all(self) -> list[Call]:
        """A copy of the log so far."""
        with self._lock:
            return list(self._calls)
