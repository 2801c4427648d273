"""A scheduler whose OUT is a bucket: reports, heartbeat and lock over HTTP, with an unmodified boto3."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
import pytest

from hygiene import pipeline
from hygiene.collect.progress import Silent
from hygiene.config import Settings
from hygiene.errors import LockHeldError
from hygiene.pipeline.finished import finished_at, metrics_of, newest_report
from hygiene.schedule.jobs import jobs_of
from hygiene.schedule.program import Program
from hygiene.schedule.record import status_of
from hygiene.schedule.scheduler import LOCK, keep_schedule
from hygiene.store import Lock, open_store
from tests.builders import AS_OF
from tests.worlds import quick_settings, simulated, twelve_accounts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OUT = "s3://reviews/team/out"


@pytest.fixture
def _bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with simulated(twelve_accounts(), monkeypatch):
        boto3.client("s3").create_bucket(Bucket="reviews")
        yield


@pytest.mark.usefixtures("_bucket")
def test_a_review_on_s3_is_found_finished_with_its_numbers() -> None:
    began = datetime.now(UTC) - timedelta(seconds=1)
    wanted = pipeline.ReportRequest(out=OUT, as_of=AS_OF, formats=("csv",))
    pipeline.run(quick_settings(aws={"last_accessed": "off"}), pipeline.RunRequest(wanted), Silent())
    store = open_store(OUT)
    sealed = finished_at(store, "2026-Q4")
    assert sealed is not None
    assert sealed >= began
    assert finished_at(store, "2026-Q3") is None
    assert newest_report(store) == f"{OUT}/2026-Q4"
    assert metrics_of(store, "2026-Q4")["accounts"] == 12


@pytest.mark.usefixtures("_bucket")
def test_on_s3_it_catches_up_gives_signs_of_life_and_keeps_a_second_one_away() -> None:
    asked: list[Sequence[str]] = []
    stop = threading.Event()

    class Refusing(Program):
        def run(self, arguments: Sequence[str]) -> int:
            asked.append(arguments)
            stop.set()
            return 1

    store = open_store(OUT)
    with Lock(store, LOCK, "the first"), pytest.raises(LockHeldError, match="Another scheduler"):
        keep_schedule(OUT, lambda _: (), Program(), (), threading.Event())
    keep_schedule(OUT, lambda there: jobs_of(Settings(), there), Refusing(), (), stop)
    assert [command[-2:] for command in asked] == [["--out", OUT]]
    assert "stopped" in status_of(store, datetime.now(UTC)).text
    assert not store.exists(LOCK)
