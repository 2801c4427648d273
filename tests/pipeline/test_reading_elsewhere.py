"""Accounts read by several processes: the same bytes as by one, whatever the source of events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hygiene import pipeline
from hygiene.activity.period import review_window
from hygiene.collect import workers
from hygiene.collect.collectors.last_accessed import TAKEN_OVER
from hygiene.collect.progress import Silent
from hygiene.collect.reading_processes import ReadingProcesses
from hygiene.pipeline import reading_elsewhere
from hygiene.pipeline.events import EventsAsked
from hygiene.pipeline.reading import Reading
from hygiene.pipeline.reading_elsewhere import can_read_elsewhere
from hygiene.simulate.cloudtrail import actors, events
from hygiene.store import open_store
from tests.activity.events import an_assumption
from tests.builders import AS_OF
from tests.collect import trail_world
from tests.worlds import HUB_ACCOUNT, quick_settings, simulated, twelve_accounts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hygiene.config import Settings
    from hygiene.simulate import SimulatedAws

ONE = trail_world.ONE


class Counting(Silent):
    def __init__(self) -> None:
        self.calls, self.done = 0, list[str]()

    def called(self) -> None:
        self.calls += 1

    def account_done(self, account_id: str, roles: int, gaps: int) -> None:  # noqa: ARG002 (the protocol's)
        self.done.append(account_id)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedAws]:
    with simulated(twelve_accounts(), monkeypatch) as running:
        yield running


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many processes each collection started, at two processors."""
    numbers: list[int] = []

    def noted(number: int, *more: Any) -> Any:
        numbers.append(number)
        return ReadingProcesses(number, *more)

    monkeypatch.setattr(reading_elsewhere, "ReadingProcesses", noted)
    monkeypatch.setattr(workers, "processors", lambda: 2)
    return numbers


def collect(
    folder: Path, settings: Settings, previous: Path | None = None, out: Path | None = None, **progress: Any
) -> pipeline.Collected:
    before = str(previous) if previous else None
    watching = progress.get("progress", Silent())
    days = str(out) if out else None
    return pipeline.collect(settings, str(folder), before, watching, lambda: AS_OF, out=days)


def files(folder: Path) -> dict[str, bytes]:
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name not in ("manifest.json", "started.json")}


def test_several_processes_give_the_bytes_of_one(
    aws: SimulatedAws, started: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The reader roles are used by the first run: their last use is then the same in every run.
    collect(tmp_path / "first", quick_settings())
    alone = collect(tmp_path / "alone", quick_settings())
    monkeypatch.setattr(workers, "_PER_PROCESS", 4)
    aws.forget_calls()
    counting = Counting()
    together = collect(tmp_path / "together", quick_settings(), progress=counting)
    assert started == [2]
    assert (together.accounts, together.failed, together.gaps, together.exit_code) == (
        alone.accounts,
        alone.failed,
        alone.gaps,
        3,
    )
    assert files(tmp_path / "together") == files(tmp_path / "alone")
    assert sorted(counting.done) == sorted(path.name for path in (tmp_path / "alone" / "accounts").iterdir())
    assert counting.calls == len(aws.calls)


def test_what_cannot_have_changed_is_taken_over_in_other_processes_too(
    aws: SimulatedAws, started: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collect(tmp_path / "first", quick_settings())
    monkeypatch.setattr(workers, "_PER_PROCESS", 4)
    aws.forget_calls()
    collect(tmp_path / "second", quick_settings(), previous=tmp_path / "first")
    assert started == [2]
    answers = json.loads((tmp_path / "second" / "accounts" / "000000000004" / "last-accessed.json").read_text())
    assert [arn for arn, answer in answers.items() if TAKEN_OVER in answer]


@pytest.mark.parametrize("source", ["lookup", "s3"])
def test_events_are_the_same_whoever_reads_them(
    started: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    role = f"arn:aws:iam::{ONE}:role/app"
    by = actors.session_of(f"arn:aws:iam::{ONE}:role/deployer", "session")
    happened = events.assumed(role, by, 2, region="us-east-1")
    with simulated(trail_world.world(happened), monkeypatch) as running:
        running.faults.throttle("cloudtrail", "LookupEvents", rate=1000, burst=1000)
        trail_world.put_records([an_assumption(role, days_ago=2, account=ONE)])
        trail_world.put_records([an_assumption(days_ago=1, account=HUB_ACCOUNT)], HUB_ACCOUNT)
        chosen = trail_world.settings(source)
        collect(tmp_path / "first", quick_settings())
        collect(tmp_path / "alone", chosen, out=tmp_path / "out-alone")
        monkeypatch.setattr(workers, "_PER_PROCESS", 1)
        collect(tmp_path / "together", chosen, out=tmp_path / "out-together")
    assert started == [2]
    assert files(tmp_path / "together") == files(tmp_path / "alone")
    assert "accounts/000000000001/activity.json" in files(tmp_path / "together")
    assert files(tmp_path / "out-together") == files(tmp_path / "out-alone")


@pytest.mark.parametrize(
    ("source", "location", "can"),
    [("lookup", "s3://bucket/out", False), ("lookup", "out", True), ("s3", "s3://bucket/out", True)],
)
def test_no_process_is_to_write_days_into_s3_where_it_had_to_have_the_hub_s_credentials(
    source: str, location: str, can: bool
) -> None:
    asked = EventsAsked(review_window(AS_OF, None), open_store(location))
    sessions: Any = None
    reading = Reading(sessions, trail_world.settings(source), Silent(), None, lambda: AS_OF, asked)
    assert can_read_elsewhere(reading) is can


def test_sessions_that_end_are_renewed_there_with_the_hub_s_credentials_here(
    started: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with simulated(twelve_accounts(), monkeypatch) as running:
        monkeypatch.setattr(workers, "_PER_PROCESS", 4)
        running.shorten_sessions(calls=4)
        collected = collect(tmp_path / "snapshot", quick_settings(aws={"last_accessed": "off"}))
        entered = sum(call.operation == "AssumeRole" and call.status == 200 for call in running.calls)
        ended = {call.account_id for call in running.calls if call.error_code == "ExpiredToken"}
    assert started == [2]
    assert collected.failed == 1
    assert entered > 11
    assert ended
    assert list((tmp_path / "snapshot").glob("accounts/*/credential-report.json"))
