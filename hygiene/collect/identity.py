"""Who calls AWS: one session after the other, because a session ends after an hour and an account may take longer."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    import boto3
    from botocore.config import Config

    from hygiene.collect.account_session import AccountSession

    Session: TypeAlias = boto3.Session | AccountSession


@dataclass(slots=True)
class _Term:
    """One session: its number, until when it lasts, its clients, and whether it was good for anything."""

    number: int
    session: Session
    ends_at: float
    clients: dict[tuple[str, str | None], Any] = field(default_factory=dict)
    has_answered: bool = False


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
        self._term = self._begun(1)

    @property
    def number(self) -> int:
        """Which session it is by now: what AWS keeps for one session is gone with the next number."""
        return self._term.number

    def client(self, service: str, region: str | None = None) -> tuple[int, Any]:
        """Return the session's number, and its boto3 client of a service.

        One that is there is given at once, though another one is being made: for that an API model is read.
        """
        term, place = self._term, (service, region)
        found = term.clients.get(place)
        if found is None or self._monotonic() >= term.ends_at:
            with self._lock:
                term = self._lasting()
                found = term.clients.get(place)
                if found is None:
                    make: Any = term.session.client
                    found = term.clients[place] = make(service, region_name=region, config=self._config)
        return term.number, found

    def answered(self, number: int) -> None:
        """Note that the session of this number was good for something."""
        term = self._term
        if number == term.number:
            term.has_answered = True

    def expired(self, number: int) -> bool:
        """Replace the session of this number, if another thread has not; return whether it was good for nothing."""
        with self._lock:
            term = self._term
            if number != term.number:
                return False
            self._term = self._begun(number + 1)
            return not term.has_answered

    def session(self) -> Session:
        """Return the session, for what it knows of Regions."""
        return self._term.session

    def _lasting(self) -> _Term:
        if self._monotonic() >= self._term.ends_at:
            self._term = self._begun(self._term.number + 1)
        return self._term

    def _begun(self, number: int) -> _Term:
        return _Term(number, self._begin(), self._monotonic() + self._lasts_seconds)
