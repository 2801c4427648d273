"""What a query may end with, where the simulated Athena would take an hour or a bad day to show it."""

from __future__ import annotations

from typing import Any

import pytest

from hygiene.collect.refusal import RefusedError
from hygiene.collect.trail.athena_query import Athena, TooMuchError
from hygiene.collect.trail.scan_budget import Reservation, ScanBudget
from hygiene.config import CloudTrail
from hygiene.model import GapKind

TRAIL = CloudTrail(database="main", table="trail")


class Hub:
    """Answers as Athena does: each query ends as the list says."""

    def __init__(self, *states: dict[str, Any], scanned: int = 0) -> None:
        self.states = list(states)
        self.scanned = scanned
        self.called: list[str] = []

    def call(self, _: str, operation: str, **__: Any) -> dict[str, Any]:
        self.called.append(operation)
        if operation == "StopQueryExecution":
            raise RefusedError("athena:StopQueryExecution", GapKind.DENIED, "AccessDeniedException", "no")
        if operation != "GetQueryExecution":
            return {"QueryExecutionId": "q-1"}
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return {"QueryExecution": {"Status": state, "Statistics": {"DataScannedInBytes": self.scanned}}}

    def pages(self, *_: Any, **__: Any) -> Any:
        rows: list[list[str | None]] = [["topic", "day"], ["rest", "2026-12-30"], ["rest", None]]
        cells = [[{} if text is None else {"VarCharValue": text} for text in row] for row in rows]
        yield {"ResultSet": {"Rows": [{"Data": row} for row in cells]}}


def failed(reason: str, *, is_retryable: bool = False) -> dict[str, Any]:
    return {"State": "FAILED", "StateChangeReason": reason, "AthenaError": {"Retryable": is_retryable}}


def rows(hub: Hub) -> list[dict[str, str]]:
    athena = Athena(TRAIL, hub, sleep=lambda _: None)  # type: ignore[arg-type]
    return list(athena.rows("SELECT 1", a_reservation()))


def a_reservation(limit: int = 100) -> Reservation:
    reserved = ScanBudget(limit).reserve(2, None)
    assert reserved is not None
    return reserved


def test_a_cell_without_a_value_is_left_out_of_its_row() -> None:
    assert rows(Hub({"State": "QUEUED"}, {"State": "SUCCEEDED"})) == [
        {"topic": "rest", "day": "2026-12-30"},
        {"topic": "rest"},
    ]


def test_a_failure_that_athena_calls_retryable_is_tried_again() -> None:
    hub = Hub(failed("internal error", is_retryable=True), {"State": "SUCCEEDED"})
    assert len(rows(hub)) == 2
    assert hub.called.count("StartQueryExecution") == 2


def test_a_failure_is_not_tried_for_ever() -> None:
    hub = Hub(failed("internal error", is_retryable=True))
    with pytest.raises(RefusedError, match="internal error"):
        rows(hub)
    assert hub.called.count("StartQueryExecution") == 3


def test_a_query_somebody_cancelled_is_a_refusal_that_says_so() -> None:
    with pytest.raises(RefusedError, match="Query was cancelled by user"):
        rows(Hub({"State": "CANCELLED", "StateChangeReason": "Query was cancelled by user"}))


def test_a_query_that_never_leaves_the_queue_is_given_up() -> None:
    hub = Hub({"State": "QUEUED"})
    with pytest.raises(RefusedError, match="still QUEUED after 60 minutes"):
        rows(hub)
    assert hub.called[-1] == "StopQueryExecution"  # Refused here, and the reason of the gap stays the queue.


@pytest.mark.parametrize(
    "reason",
    [
        "HIVE_BAD_DATA: Error parsing",
        "Query exhausted resources",
        "Bytes scanned limit was exceeded",
    ],
)
def test_what_fewer_days_may_not_have_is_told_apart(reason: str) -> None:
    with pytest.raises(TooMuchError):
        rows(Hub(failed(reason)))


def test_a_refused_file_is_a_denial_and_not_a_failure() -> None:
    with pytest.raises(RefusedError) as refused:
        rows(Hub(failed("Permission denied on S3 path: s3://logs/x")))
    assert refused.value.kind is GapKind.DENIED


def test_what_all_queries_scan_counts_against_one_limit() -> None:
    budget = ScanBudget(100)
    first = budget.reserve(2, None)
    assert first is not None
    first.count(30)
    first.count(60)
    assert (budget.scanned, first.settle()) == (60, 60)  # The second day may have been cut: rather too much.
    assert budget.reserve(1, None) is None  # Another account's day may take as much as the largest.
    smaller = budget.reserve(10, 10)
    assert smaller is not None
    assert smaller.days == 4
    assert budget.reserve(1, 10) is None
    smaller.settle()
    assert budget.reserve(1, 10) is not None


def test_tries_that_failed_are_billed_and_count() -> None:
    reserved = a_reservation(limit=1000)
    hub = Hub(failed("internal error", is_retryable=True), {"State": "SUCCEEDED"}, scanned=70)
    athena = Athena(TRAIL, hub, sleep=lambda _: None)  # type: ignore[arg-type]
    list(athena.rows("SELECT 1", reserved))
    assert reserved.budget.scanned == 140
