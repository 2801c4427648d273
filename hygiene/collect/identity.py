"""Who calls AWS: one session after the other, because a session ends after an hour and an account may take longer."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    import boto3
    from botocore.config import Config

    from hygiene.collect.account_session import AccountSession

    Session: TypeAlias = boto3.Session | AccountSession


class Identity:
    """A principal and its boto3 clients. Safe to use from several threads, which boto3's sessions are not."""

    def __init__(
        self,
        begin: Callable[[], Session],
        config: Config,
        lasts_seconds: float = math.inf,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin the first session; `begin` is called again for each further one, and may raise RefusedError.

        A session is replaced when it has lasted so long by a clock that nobody can set, or when AWS calls it expired.
        """
        self._begin = begin
        self._config = config
        self._lasts_seconds = lasts_seconds
        self._monotonic = monotonic
        self._lock = threading.RLock()
        self._number = 0
        self._renew()

    @property
    def number(self) -> int:
        """Which session it is by now: what AWS keeps for one session is gone with the next number."""
        return self._number

    def client(self, service: str, region: str | None = None) -> tuple[int, Any]:
        """Return the session's number, and its boto3 client of a service."""
        with self._lock:
            if self._monotonic() >= self._ends_at:
                self._renew()
            place = service, region
            if place not in self._clients:
                self._clients[place] = self._session.client(service, region_name=region, config=self._config)  # type: ignore[call-overload]
            return self._number, self._clients[place]

    def answered(self, number: int) -> None:
        """Note that the session of this number was good for something."""
        if number == self._number:
            self._has_answered = True

    def expired(self, number: int) -> bool:
        """Replace the session of this number, if another thread has not; return whether it was good for nothing."""
        with self._lock:
            if number != self._number:
                return False
            was_fruitless = not self._has_answered
            self._renew()
            return was_fruitless

    def session(self) -> Session:
        """Return the session, for what it knows of Regions."""
        return self._session

    def _renew(self) -> None:
        self._session = self._begin()
        self._clients: dict[tuple[str, str | None], Any] = {}
        self._ends_at = self._monotonic() + self._lasts_seconds
        self._number += 1
        self._has_answered = False
