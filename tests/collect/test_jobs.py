"""The job loop with a clock of its own: no test waits."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hygiene.collect.context import AccountContext
from hygiene.collect.jobs import Jobs
from hygiene.collect.readiness import Readiness
from hygiene.collect.refusal import RefusedError
from hygiene.config import Aws
from hygiene.model import GapKind
from tests.builders import ACCOUNT


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class ScriptedClient:
    """Answers jobs after `seconds`; `lost` jobs are refused once, as those of a session that is gone."""

    def __init__(self, clock: Clock, seconds: float = 2, lost: int = 0) -> None:
        self._clock, self._seconds, self._lost = clock, seconds, lost
        self._made: dict[str, tuple[str, float]] = {}
        self.calls: list[str] = []
        self.session_number = 1

    def pause(self, seconds: float) -> None:
        self._clock.sleep(seconds)

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        self.calls.append(operation)
        assert service == "iam"
        job_id = f"job-{len(self._made)}"
        self._made[job_id] = (parameters["Arn"], self._clock.now)
        self._clock.now += 0.1
        return {"JobId": job_id}

    def pages(self, service: str, operation: str, **parameters: Any) -> Any:
        self.calls.append(operation)
        assert service == "iam"
        _, made_at = self._made[parameters["JobId"]]
        if self._lost:
            self._lost -= 1
            raise RefusedError("iam:GetServiceLastAccessedDetails", GapKind.DENIED, "AccessDenied", "not your job")
        if self._clock.now - made_at < self._seconds:
            yield {"JobStatus": "IN_PROGRESS"}
            return
        yield {"JobStatus": "COMPLETED", "ServicesLastAccessed": [{"ServiceNamespace": "a"}], "IsTruncated": True}
        yield {"JobStatus": "COMPLETED", "ServicesLastAccessed": [{"ServiceNamespace": "b"}], "IsTruncated": False}


def run(clock: Clock, client: ScriptedClient, roles: int, **settings: Any) -> tuple[dict[str, Any], AccountContext]:
    aws = Aws(last_accessed_first_poll_seconds=3, **settings)
    context = AccountContext(ACCOUNT, client, aws)  # type: ignore[arg-type]
    jobs = Jobs(context, "SERVICE_LEVEL", clock.monotonic, at_a_time=1)
    return jobs.run([f"arn:{number}" for number in range(roles)]), context


def test_one_poll_does_but_for_the_first_job_which_finds_out_how_long_they_take() -> None:
    clock = Clock()
    client = ScriptedClient(clock)
    answers, _ = run(clock, client, 40)
    assert len(answers) == 40
    assert client.calls.count("GetServiceLastAccessedDetails") == 2 + 40


def test_fetching_overlaps_making_so_that_only_the_end_is_waited_for() -> None:
    clock = Clock()
    run(clock, ScriptedClient(clock), 100)
    assert sum(clock.slept) <= 3


def test_all_pages_of_an_answer_are_put_together() -> None:
    clock = Clock()
    answers, _ = run(clock, ScriptedClient(clock), 1)
    assert [entry["ServiceNamespace"] for entry in answers["arn:0"]["ServicesLastAccessed"]] == ["a", "b"]
    assert "IsTruncated" not in answers["arn:0"]


def test_a_job_of_a_lost_session_is_made_again_once() -> None:
    clock = Clock()
    answers, context = run(clock, ScriptedClient(clock, lost=1), 1)
    assert len(answers) == 1
    assert not context.gaps


def test_a_job_that_does_not_end_is_given_up_and_told() -> None:
    clock = Clock()
    answers, context = run(clock, ScriptedClient(clock, seconds=10_000), 1, last_accessed_give_up_seconds=60)
    assert not answers
    assert "did not finish in time" in context.gaps[0].message
    assert clock.now < 200


class BusyClient:
    """Takes a moment for each call, counts those of one API on their way together, and fails as told."""

    session_number = 1

    def __init__(self, makes: BaseException | None = None, fetches: BaseException | None = None) -> None:
        self._makes, self._fetches = makes, fetches
        self._lock = threading.Lock()
        self._together = Counter[str]()
        self.most = Counter[str]()
        self.made, self.fetched = 0, 0

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)

    def _answer(self, operation: str, seconds: float = 0.01) -> None:
        with self._lock:
            self._together[operation] += 1
            self.most[operation] = max(self.most[operation], self._together[operation])
        time.sleep(seconds)
        with self._lock:
            self._together[operation] -= 1

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        assert (service, operation) == ("iam", "GenerateServiceLastAccessedDetails")
        self._answer(operation)
        self.made += 1
        if self._makes:
            raise self._makes
        return {"JobId": parameters["Arn"]}

    def pages(self, service: str, operation: str, **parameters: Any) -> Any:
        assert (service, operation) == ("iam", "GetServiceLastAccessedDetails")
        self._answer(operation)
        self.fetched += 1
        if self._fetches and self.fetched > 5:
            raise self._fetches
        yield {"JobStatus": "COMPLETED", "ServicesLastAccessed": [{"ServiceNamespace": parameters["JobId"]}]}


def busily(client: BusyClient, roles: int = 40) -> tuple[dict[str, Any], AccountContext]:
    context = AccountContext(ACCOUNT, client, Aws(last_accessed_first_poll_seconds=0))  # type: ignore[arg-type]
    return Jobs(context, "SERVICE_LEVEL").run([f"arn:{number:02}" for number in range(roles)]), context


def test_a_few_calls_are_on_their_way_together_and_the_answers_are_in_order() -> None:
    client = BusyClient()
    answers, _ = busily(client)
    assert list(answers) == [f"arn:{number:02}" for number in range(40)]
    assert all(answer["ServicesLastAccessed"] == [{"ServiceNamespace": arn}] for arn, answer in answers.items())
    assert (client.made, client.fetched) == (40, 40)
    assert len(client.most) == 2
    assert all(2 <= most <= 4 for most in client.most.values())


class HaltingClient(BusyClient):
    """Answers no fetch before all jobs are made, as while the budget for fetching is used up."""

    def __init__(self, roles: int) -> None:
        super().__init__()
        self._roles = roles
        self._all_made = threading.Event()
        self.was_in_vain = False

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        made = super().call(service, operation, **parameters)
        if self.made == self._roles:
            self._all_made.set()
        return made

    def pages(self, service: str, operation: str, **parameters: Any) -> Any:
        if not self._all_made.wait(timeout=2):
            self.was_in_vain = True
        yield from super().pages(service, operation, **parameters)


def test_jobs_are_made_while_every_fetch_waits_even_the_first() -> None:
    client = HaltingClient(roles=20)
    busily(client, roles=20)
    assert client.made == client.fetched == 20
    assert not client.was_in_vain


def test_jobs_made_before_the_first_answer_wait_no_longer_than_later_ones() -> None:
    clock = Clock()

    class Telling(ScriptedClient):
        def pages(self, service: str, operation: str, **parameters: Any) -> Any:
            for page in super().pages(service, operation, **parameters):
                yield {**page, **_job(0.5)} if page["JobStatus"] == "COMPLETED" else page

    run(clock, Telling(clock, seconds=0.5), 5)
    assert clock.now < 2.0


def test_a_missing_permission_costs_two_calls_however_many_threads_there_are() -> None:
    denied = RefusedError("iam:GenerateServiceLastAccessedDetails", GapKind.DENIED, "AccessDenied", "no")
    client = BusyClient(makes=denied)
    answers, context = busily(client)
    assert (answers, client.made, len(context.gaps)) == ({}, 2, 1)


def test_roles_refused_by_several_threads_are_told_in_order() -> None:
    failed = RefusedError("iam:GetServiceLastAccessedDetails", GapKind.THROTTLED, "Throttling", "slow down")
    _, context = busily(BusyClient(fetches=failed))
    subjects = [gap.subject for gap in context.gaps]
    assert len(subjects) == 35
    assert subjects == sorted(subjects)


def test_an_error_in_one_thread_ends_all_and_is_raised() -> None:
    client = BusyClient(fetches=ZeroDivisionError("our bug"))
    with pytest.raises(ZeroDivisionError, match="our bug"):
        busily(client, roles=400)
    assert client.made < 30


def _job(seconds: float) -> dict[str, Any]:
    began = datetime(2026, 1, 2, tzinfo=UTC)
    return {"JobCreationDate": began, "JobCompletionDate": (began + timedelta(seconds=seconds)).isoformat()}


def test_the_wait_is_learnt_from_the_longest_job_and_never_longer_than_configured() -> None:
    readiness = Readiness(3.0)
    assert readiness.seconds == 3.0
    for seconds, wait in [(0.2, 0.4), (1.0, 1.4), (0.4, 1.4), (60.0, 3.0)]:
        readiness.finished(_job(seconds))
        assert readiness.seconds == pytest.approx(wait)


def test_a_wait_that_was_too_short_is_forgotten_for_good() -> None:
    readiness = Readiness(3.0)
    readiness.finished(_job(0.2))
    readiness.was_too_early()
    readiness.finished(_job(0.2))
    assert readiness.seconds == 3.0


def test_an_answer_without_dates_teaches_nothing() -> None:
    readiness = Readiness(3.0)
    readiness.finished({"JobCreationDate": None})
    assert readiness.seconds == 3.0
