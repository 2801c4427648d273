"""Storms over accounts that several processes read: as with one, also when a process is killed on the way."""

from __future__ import annotations

import logging
import os
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from hygiene.collect import workers
from hygiene.pipeline import reading_elsewhere
from hygiene.simulate import Account, Hub, SimulatedAws, World
from hygiene.simulate.storm import Fault
from tests.builders import AS_OF
from tests.faults.processes import children_of, until
from tests.faults.storms import (
    CHANCES,
    DEADLY,
    ROLES,
    TOO_LATE_SECONDS,
    ImpatientErrand,
    be_impatient,
    files,
    review,
    table,
    usage_of,
)
from tests.worlds import HUB_ACCOUNT, point_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MEMBERS = tuple(f"{number:012d}" for number in range(1, 10))
PROCESSES = 3


@pytest.fixture(scope="module")
def simulated() -> Iterator[SimulatedAws]:
    hub = Account(HUB_ACCOUNT, "hub", roles=())
    members = tuple(Account(number, f"member-{number[-2:]}", roles=ROLES) for number in MEMBERS)
    world = World((hub, *members), Hub(HUB_ACCOUNT), organization_id="o-storms", management_account=HUB_ACCOUNT)
    with SimulatedAws(world, clock=lambda: AS_OF) as aws:
        yield aws


@pytest.fixture(scope="module")
def undisturbed(simulated: SimulatedAws, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return OUT of a review whose accounts one process has read."""
    out = tmp_path_factory.mktemp("undisturbed")
    with pytest.MonkeyPatch.context() as monkeypatch:
        point_at(simulated.environment(), monkeypatch)
        # The reader roles are used by the first run: their last use is then the same in every run.
        review(out / "first", last_accessed="off")
        assert review(out / "second").exit_code == 0
    return out / "second"


@pytest.fixture
def aws(
    undisturbed: Path,  # noqa: ARG001 (comes first: it is read in one process)
    simulated: SimulatedAws,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[SimulatedAws]:
    point_at(simulated.environment(), monkeypatch)
    be_impatient(monkeypatch.setattr)
    monkeypatch.setattr(reading_elsewhere, "_Errand", ImpatientErrand)
    monkeypatch.setattr(workers, "_PER_PROCESS", len(MEMBERS) // PROCESSES)
    monkeypatch.setattr(workers, "processors", lambda: PROCESSES)
    simulated.forget_calls()
    yield simulated
    simulated.faults.clear()


class Killer:
    """Kills one of the processes that read, once a few accounts are finished."""

    def __init__(self, out: Path) -> None:
        self.killed: list[int] = []
        self._snapshots = out / "snapshots"
        self._thread = threading.Thread(target=self._kill, daemon=True)
        self._thread.start()

    def _kill(self) -> None:
        if until(lambda: len(list(self._snapshots.glob("*/accounts/[0-9]*"))) >= 3):
            readers = children_of(os.getpid())
            assert len(readers) == PROCESSES
            os.kill(readers[1], signal.SIGKILL)
            self.killed.append(readers[1])


def test_when_everything_came_in_the_end_no_byte_differs_though_a_process_was_killed(
    aws: SimulatedAws, undisturbed: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "hygiene.collect")
    storm = aws.faults.storm(12, CHANCES, slow_seconds=TOO_LATE_SECONDS)
    killer = Killer(tmp_path)
    assert review(tmp_path).exit_code == 0, table(tmp_path, "coverage")
    assert set(storm.struck) == set(Fault)
    assert sum(storm.struck.values()) > 40
    assert killer.killed
    assert any("the process that read it has ended" in line for line in caplog.messages)
    expected, there = files(undisturbed), files(tmp_path)
    assert set(there) == set(expected)
    assert [name for name, content in there.items() if content != expected[name]] == []


def test_what_never_came_is_a_named_gap_and_makes_no_role_unused(
    aws: SimulatedAws, undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent, failing, deadly = MEMBERS[2], MEMBERS[4], MEMBERS[7]
    aws.faults.storm(13, {**CHANCES, Fault.SLOW: 0.0})
    aws.faults.silence(silent, "iam", "GetServiceLastAccessedDetails", TOO_LATE_SECONDS)
    aws.faults.fail(failing, "iam", "GetAccountAuthorizationDetails", status=500, times=10**6)
    monkeypatch.setenv(DEADLY, deadly)
    assert review(tmp_path).exit_code == 3
    coverage = {row["account_id"]: (row["status"], row["reason"]) for row in table(tmp_path, "coverage")}
    lost = {account_id: coverage.pop(account_id) for account_id in (silent, failing, deadly)}
    assert {status for status, _ in coverage.values()} == {"read"}
    assert {account_id: status for account_id, (status, _) in lost.items()} == {
        silent: "partial",
        failing: "failed",
        deadly: "failed",
    }
    assert "GetServiceLastAccessedDetails" in lost[silent][1]
    assert "GetAccountAuthorizationDetails" in lost[failing][1]
    assert "the process that read it has ended, again and again" in lost[deadly][1]
    before, now = usage_of(undisturbed), usage_of(tmp_path)
    assert {arn.split(":")[4] for arn in set(before) - set(now)} == {failing, deadly}
    assert not {arn: (before[arn], status) for arn, status in now.items() if status not in {before[arn], "unknown"}}
