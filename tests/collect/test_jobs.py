"""The job loop with a clock of its own: no test waits."""

from __future__ import annotations

from typing import Any

from hygiene.collect.context import AccountContext
from hygiene.collect.jobs import Jobs
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
    jobs = Jobs(context, "SERVICE_LEVEL", clock.monotonic)
    return jobs.run([f"arn:{number}" for number in range(roles)]), context


def test_one_poll_does_when_the_first_one_waits() -> None:
    clock = Clock()
    client = ScriptedClient(clock)
    answers, _ = run(clock, client, 40)
    assert len(answers) == 40
    assert client.calls.count("GetServiceLastAccessedDetails") == 40


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
