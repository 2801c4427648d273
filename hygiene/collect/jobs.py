"""Runs last-accessed jobs for many roles in one session: makes them at AWS's pace, fetches each when it is ready.

Making and fetching have budgets of their own at AWS, so both go on by turns: while later jobs are being made, the
earlier ones get ready, and one fetch per job usually does.
"""

from __future__ import annotations

import heapq
import time
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hygiene.collect.refusal import RefusedError
from hygiene.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hygiene.collect.context import AccountContext
    from hygiene.model import JsonObject

NAME = "last-accessed"
_TRIES = 2
_LATER_POLL_FACTOR = 1.6
_FRUITLESS_SESSIONS = 5
"""So many sessions one after the other ended before they had one answer: none will live long enough."""
_GIVE_UP_AFTER = 2
"""So many roles refused and none answered: the permission is missing or the API is down; asking on is vain."""


@dataclass(order=True, slots=True)
class _Job:
    ready_at: float
    arn: str
    job_id: str = field(compare=False)
    attempt: int = field(compare=False)
    session: int = field(compare=False)
    wait: float = field(compare=False)
    give_up_at: float = field(compare=False)


class Jobs:
    """The jobs of one account."""

    def __init__(
        self,
        context: AccountContext,
        granularity: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._context = context
        self._granularity = granularity
        self._monotonic = monotonic
        self._to_make: deque[tuple[str, int]] = deque()
        self._made: list[_Job] = []
        self._answers: dict[str, JsonObject] = {}
        self._refused: list[tuple[str, RefusedError]] = []
        self._fruitless: set[int] = set()

    def run(self, role_arns: Sequence[str]) -> dict[str, JsonObject]:
        """Return role ARN → answer. A role whose job fails twice, or is refused, becomes a gap."""
        self._to_make.extend((arn, 1) for arn in role_arns)
        while self._to_make or self._made:
            if self._is_hopeless():
                break
            if self._made and (not self._to_make or self._made[0].ready_at <= self._monotonic()):
                self._fetch(heapq.heappop(self._made))
            else:
                self._make(*self._to_make.popleft())
        self._tell_refusals()
        return self._answers

    def _is_hopeless(self) -> bool:
        return not self._answers and len(self._refused) >= _GIVE_UP_AFTER

    def _tell_refusals(self) -> None:
        """Say once that the account gives no answers, or which roles of it gave none."""
        if self._is_hopeless():
            self._context.gap(NAME, self._refused[0][1])
            return
        for arn, error in self._refused:
            self._context.gap(NAME, error, subject=arn)

    def _make(self, arn: str, attempt: int) -> None:
        try:
            answer = self._context.client.call(
                "iam", "GenerateServiceLastAccessedDetails", Arn=arn, Granularity=self._granularity
            )
        except RefusedError as error:
            self._refuse(arn, error)
            return
        now = self._monotonic()
        wait = self._context.settings.last_accessed_first_poll_seconds
        give_up_at = now + self._context.settings.last_accessed_give_up_seconds
        session = self._context.client.session_number
        heapq.heappush(self._made, _Job(now + wait, arn, answer["JobId"], attempt, session, wait, give_up_at))

    def _fetch(self, job: _Job) -> None:
        pause = job.ready_at - self._monotonic()
        if pause > 0:
            self._context.client.pause(pause)
        try:
            answer = None if self._is_lost(job) else self._all_pages(job.job_id)
        except RefusedError as error:
            self._again_or_gap(job, error)
            return
        if answer is None:
            self._make_in_new_session(job)
            return
        status = answer.get("JobStatus")
        if status == "COMPLETED":
            self._answers[job.arn] = answer
            self._fruitless.clear()
        elif status == "IN_PROGRESS":
            self._wait_longer(job)
        else:
            reason = (answer.get("Error") or {}).get("Message") or f"the job ended as {status}"
            self._again_or_gap(job, self._failure(reason))

    def _all_pages(self, job_id: str) -> JsonObject:
        """Return the answer with the services of all pages; a job in progress has one page and no services."""
        whole: JsonObject = {}
        for page in self._context.client.pages("iam", "GetServiceLastAccessedDetails", JobId=job_id, MaxItems=1000):
            services = whole.get("ServicesLastAccessed", []) + page.get("ServicesLastAccessed", [])
            whole = {**page, "ServicesLastAccessed": services}
        whole.pop("IsTruncated", None)
        whole.pop("Marker", None)
        return whole

    def _wait_longer(self, job: _Job) -> None:
        now = self._monotonic()
        if now >= job.give_up_at:
            self._refuse(job.arn, self._failure("the job did not finish in time"))
            return
        wait = max(job.wait, 0.5) * _LATER_POLL_FACTOR
        heapq.heappush(self._made, replace(job, ready_at=now + wait, wait=wait))

    def _is_lost(self, job: _Job) -> bool:
        """Whether the session that made the job is over: AWS tells a job's answer to that session alone."""
        return job.session != self._context.client.session_number

    def _make_in_new_session(self, job: _Job) -> None:
        """Make a lost job again. That costs it no attempt, unless no session lives long enough to fetch anything."""
        self._fruitless.add(job.session)
        if len(self._fruitless) > _FRUITLESS_SESSIONS:
            self._refuse(job.arn, self._failure("the session ended before the job could be fetched, again and again"))
        else:
            self._to_make.append((job.arn, job.attempt))

    def _again_or_gap(self, job: _Job, error: RefusedError) -> None:
        if self._is_lost(job):
            self._make_in_new_session(job)
        elif job.attempt < _TRIES and error.kind is not GapKind.THROTTLED:
            self._to_make.append((job.arn, job.attempt + 1))
        else:
            self._refuse(job.arn, error)

    def _refuse(self, arn: str, error: RefusedError) -> None:
        if error.kind is GapKind.GONE:
            # The role was deleted meanwhile: that says nothing about the other roles.
            self._context.gap(NAME, error, subject=arn)
        else:
            self._refused.append((arn, error))

    @staticmethod
    def _failure(reason: str) -> RefusedError:
        return RefusedError("iam:GetServiceLastAccessedDetails", GapKind.FAILED, "", reason)
