"""Runs last-accessed jobs for many roles in one session: makes them at AWS's pace, fetches each when it is ready.

Making and fetching have budgets of their own at AWS, so each has threads of its own: one that waits for the budget of
one is not missed at the other. While later jobs are being made, the earlier ones get ready, and one fetch per job
usually does. How fast they go is the client's affair.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

from hygiene.collect.readiness import Readiness
from hygiene.collect.refusal import RefusedError
from hygiene.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hygiene.collect.context import AccountContext
    from hygiene.model import JsonObject

NAME = "last-accessed"
_TRIES = 2
_LATER_POLL_FACTOR = 1.6
_FRUITLESS_SESSIONS = 5
"""So many sessions one after the other ended before they had one answer: none will live long enough."""
_GIVE_UP_AFTER = 2
"""So many roles refused and none answered: the permission is missing or the API is down; asking on is vain."""
_AT_A_TIME = 4
"""Calls of one API on their way together. An answer takes a tenth of a second or three: one after the other they
would not use what AWS allows, and more than this find the same bucket empty."""
_SHORTEST_REST, _LONGEST_REST = 0.01, 0.5
"""Seconds between two looks for a job that is ready."""

_Step = Callable[[], None]


@dataclass(order=True, slots=True)
class _Job:
    ready_at: float
    arn: str
    job_id: str = field(compare=False)
    attempt: int = field(compare=False)
    session: int = field(compare=False)
    wait: float = field(compare=False)
    give_up_at: float = field(compare=False)
    is_probe: bool = field(compare=False)


class Jobs:
    """The jobs of one account."""

    def __init__(
        self,
        context: AccountContext,
        granularity: str,
        monotonic: Callable[[], float] = time.monotonic,
        at_a_time: int = _AT_A_TIME,
    ) -> None:
        self._context = context
        self._granularity = granularity
        self._monotonic = monotonic
        self._to_make: deque[tuple[str, int]] = deque()
        self._made: list[_Job] = []
        self._answers: dict[str, JsonObject] = {}
        self._refused: list[tuple[str, RefusedError]] = []
        self._gone: list[tuple[str, RefusedError]] = []
        self._fruitless: set[int] = set()
        self._readiness = context.readiness or Readiness(context.settings.last_accessed_first_poll_seconds)
        self._at_a_time = at_a_time
        self._lock = threading.Lock()
        """Held for every look at what is above, never during a call."""
        self._makers = 0
        self._is_failed = self._has_probed = False

    def run(self, role_arns: Sequence[str]) -> dict[str, JsonObject]:
        """Return role ARN → answer. A role whose job fails twice, or is refused, becomes a gap."""
        self._to_make.extend((arn, 1) for arn in role_arns)
        # Alone until the first job is made, so that a missing permission costs two calls and not two per thread.
        self._work(self._next_of_all, until_made=self._at_a_time > 1)
        if self._made and self._at_a_time > 1:
            self._makers = self._at_a_time
            with ThreadPoolExecutor(2 * self._at_a_time, thread_name_prefix="jobs") as pool:
                workers = [
                    pool.submit(self._work, next_step)
                    for next_step in (self._next_to_make, self._next_to_fetch)
                    for _ in range(self._at_a_time)
                ]
            for worker in workers:
                worker.result()
        self._tell_refusals()
        return dict(sorted(self._answers.items()))

    def _work(self, next_step: Callable[[], _Step | None], *, until_made: bool = False) -> None:
        """Do one step after the other until there is none to begin. The first error that is no refusal ends all."""
        try:
            while not (until_made and self._made):
                with self._lock:
                    step = None if self._is_failed or self._is_hopeless() else next_step()
                if step is None:
                    return
                step()
        except BaseException:
            self._is_failed = True
            raise

    def _next_of_all(self) -> _Step | None:
        """Take the job that is ready, else a role without one, else the job that will be ready first."""
        if self._made and (not self._to_make or self._is_ready()):
            return self._first_fetch()
        return partial(self._make, *self._to_make.popleft()) if self._to_make else None

    def _next_to_make(self) -> _Step | None:
        """Take a role without a job. Whoever finds none leaves: what a lost session takes away is for the others."""
        if self._to_make:
            return partial(self._make, *self._to_make.popleft())
        self._makers -= 1
        return None

    def _next_to_fetch(self) -> _Step | None:
        """Take a job that is ready; what is left when nobody makes jobs any more is done as by one alone."""
        if not self._makers:
            return self._next_of_all()
        return self._first_fetch() if self._made and self._is_ready() else self._rest

    def _is_ready(self) -> bool:
        return self._made[0].ready_at <= self._monotonic()

    def _first_fetch(self) -> _Step:
        return partial(self._fetch, heapq.heappop(self._made))

    def _rest(self) -> None:
        """Wait for the job that is ready first; one that is made only now will not be ready before its own wait."""
        with self._lock:
            soonest = self._made[0].ready_at - self._monotonic() if self._made else _LONGEST_REST
        self._context.client.pause(max(min(soonest, self._readiness.seconds, _LONGEST_REST), _SHORTEST_REST))

    def _is_hopeless(self) -> bool:
        return not self._answers and len(self._refused) >= _GIVE_UP_AFTER

    def _tell_refusals(self) -> None:
        """Say once that the account gives no answers, or which roles gave none, in order of their names."""
        for arn, error in sorted(self._gone, key=itemgetter(0)):
            # The role was deleted meanwhile: that says nothing about the other roles.
            self._context.gap(NAME, error, subject=arn)
        if self._is_hopeless():
            self._context.gap(NAME, self._refused[0][1])
            return
        for arn, error in sorted(self._refused, key=itemgetter(0)):
            self._context.gap(NAME, error, subject=arn)

    def _make(self, arn: str, attempt: int) -> None:
        try:
            answer = self._context.client.call(
                "iam", "GenerateServiceLastAccessedDetails", Arn=arn, Granularity=self._granularity
            )
        except RefusedError as error:
            with self._lock:
                self._refuse(arn, error)
            return
        now = self._monotonic()
        give_up_at = now + self._context.settings.last_accessed_give_up_seconds
        session = self._context.client.session_number
        with self._lock:
            is_probe, self._has_probed = not self._has_probed, True
            wait = self._readiness.probe_seconds if is_probe else self._readiness.seconds
            heapq.heappush(
                self._made, _Job(now + wait, arn, answer["JobId"], attempt, session, wait, give_up_at, is_probe)
            )

    def _fetch(self, job: _Job) -> None:
        pause = job.ready_at - self._monotonic()
        if pause > 0:
            self._context.client.pause(pause)
        try:
            answer = None if self._is_lost(job) else self._all_pages(job.job_id)
        except RefusedError as error:
            with self._lock:
                self._again_or_gap(job, error)
            return
        with self._lock:
            if answer is None:
                self._make_in_new_session(job)
            else:
                self._sort_in(job, answer)

    def _sort_in(self, job: _Job, answer: JsonObject) -> None:
        status = answer.get("JobStatus")
        if status == "COMPLETED":
            self._answers[job.arn] = answer
            self._fruitless.clear()
            self._readiness.finished(answer)
            if job.is_probe:
                self._hurry()
        elif status == "IN_PROGRESS":
            if not job.is_probe:
                self._readiness.was_too_early()
            self._wait_longer(job)
        else:
            reason = (answer.get("Error") or {}).get("Message") or f"the job ended as {status}"
            self._again_or_gap(job, self._failure(reason))

    def _hurry(self) -> None:
        """Let those that were made before anything was known wait no longer than those that are made now."""
        wait = self._readiness.seconds
        self._made = [
            replace(job, ready_at=job.ready_at - max(job.wait - wait, 0.0), wait=min(job.wait, wait))
            for job in self._made
        ]
        heapq.heapify(self._made)

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
            self._gone.append((arn, error))
        else:
            self._refused.append((arn, error))

    @staticmethod
    def _failure(reason: str) -> RefusedError:
        return RefusedError("iam:GetServiceLastAccessedDetails", GapKind.FAILED, "", reason)
