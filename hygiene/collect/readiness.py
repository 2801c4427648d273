"""How long to let a last-accessed job be before its first poll: what AWS says jobs take, or what is configured.

An account's first job is asked for early, and again and again, until it tells: a few polls, and all others wait no
longer than they must.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.documents import parse_time

if TYPE_CHECKING:
    from hygiene.model import JsonObject

_FACTOR, _MARGIN_SECONDS = 1.25, 0.15
"""Over the longest job seen: asking too early costs a call, asking a little late costs nothing."""

_PROBE_SECONDS = 0.1


class Readiness:
    """The wait before a job's first poll. Begins with what is configured, and never exceeds it.

    Told by several threads without a lock: a job that was overlooked makes one poll too early at worst.
    """

    def __init__(self, configured_seconds: float) -> None:
        self._configured = configured_seconds
        self._longest: float | None = None
        self._is_reliable = True

    @property
    def seconds(self) -> float:
        """The wait for a job that is made now."""
        if self._longest is None or not self._is_reliable:
            return self._configured
        return min(self._longest * _FACTOR + _MARGIN_SECONDS, self._configured)

    @property
    def probe_seconds(self) -> float:
        """The wait for an account's first job, which is to find out how long jobs take, where nobody knows yet."""
        return min(_PROBE_SECONDS, self.seconds) if self._longest is None else self.seconds

    def finished(self, answer: JsonObject) -> None:
        """Learn from a finished job: AWS tells when it began and when it ended, to the millisecond.

        https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetails.html
        """
        began, ended = (parse_time(answer.get(name)) for name in ("JobCreationDate", "JobCompletionDate"))
        if began is not None and ended is not None:
            self._longest = max(self._longest or 0.0, (ended - began).total_seconds())

    def was_too_early(self) -> None:
        """Trust the dates no more: a job took longer than they let expect."""
        self._is_reliable = False
