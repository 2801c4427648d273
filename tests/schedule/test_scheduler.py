"""The scheduler with a clock of ours and a program that only writes down what it was asked for."""

from __future__ import annotations

import json
import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.config import Aws, Email, ScheduleSettings, Settings
from hygiene.errors import LockHeldError, LockLostError
from hygiene.schedule import scheduler
from hygiene.schedule.jobs import jobs_of
from hygiene.schedule.program import Program
from hygiene.schedule.record import RECORD, Record, status_of
from hygiene.schedule.scheduler import LOCK, Keeper, keep_schedule
from hygiene.store import Lock, open_store
from tests.faults.processes import until

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
DUE = datetime(2026, 10, 1, 6, tzinfo=UTC)
MAIL = Email(enabled=True, host="localhost", sender="a@example.com", to="b@example.com")
REVIEW = ("run", "--quarter", "2026-Q4", "--out")


class Asked(Program):
    """A program that does what a test says, and remembers what it was asked for."""

    def __init__(self, does: Callable[[Sequence[str]], int]) -> None:
        super().__init__()
        self._does = does
        self.commands: list[tuple[str, ...]] = []

    def run(self, arguments: Sequence[str]) -> int:
        self.commands.append(tuple(arguments))
        return self._does(arguments)


def seal(out: Path, quarter: str, finished: datetime) -> None:
    folder = out / quarter
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"finished_at": finished.isoformat()}))
    counts = {"accounts": {"total": 12, "failed": 1, "partial": 2}, "roles": {"total": 340}}
    (folder / "summary.json").write_text(json.dumps(counts))


def reviewing(out: Path, finished: datetime = NOW) -> Asked:
    def review(arguments: Sequence[str]) -> int:
        if arguments[0] == "run":
            seal(out, arguments[2], finished)
        return 3

    return Asked(review)


def attend_all(out: Path, program: Asked, settings: Settings | None = None, now: datetime = NOW) -> Keeper:
    """Do what a start does, without waiting for a thread."""
    store = open_store(str(out))
    keeper = Keeper(jobs_of(settings or Settings(), store), store, program, ["--quiet"], clock=lambda: now)
    for job in keeper._jobs:
        keeper.attend(job)
    keeper.beat()
    return keeper


def record(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / RECORD).read_text())
    return found


def test_a_missed_review_is_caught_up_at_the_start_and_only_once(tmp_path: Path) -> None:
    program = reviewing(tmp_path)
    attend_all(tmp_path, program)
    attend_all(tmp_path, program)
    assert program.commands == [(*REVIEW, str(tmp_path), "--quiet")]


def test_a_review_that_a_cron_job_beside_made_is_not_made_again(tmp_path: Path) -> None:
    seal(tmp_path, "2026-Q4", DUE + timedelta(hours=1))
    program = reviewing(tmp_path)
    attend_all(tmp_path, program)
    assert program.commands == []
    assert status_of(open_store(str(tmp_path)), NOW).is_healthy


def test_a_trial_run_before_the_due_moment_does_not_stand_for_the_review(tmp_path: Path) -> None:
    seal(tmp_path, "2026-Q4", datetime(2026, 10, 2, tzinfo=UTC))
    program = reviewing(tmp_path)
    settings = Settings(schedule=ScheduleSettings(cron="0 6 15 3,6,9,11 *"))
    attend_all(tmp_path, program, settings)
    assert [command[:3] for command in program.commands] == [REVIEW[:3]]


def test_a_review_made_up_for_in_the_next_quarter_belongs_to_its_own(tmp_path: Path) -> None:
    program = reviewing(tmp_path, finished=datetime(2027, 1, 5, tzinfo=UTC))
    settings = Settings(schedule=ScheduleSettings(cron="0 6 15 3,6,9,12 *"))
    attend_all(tmp_path, program, settings, now=datetime(2027, 1, 5, tzinfo=UTC))
    assert [command[2] for command in program.commands] == ["2026-Q4"]


def test_the_quarter_is_that_of_the_time_zone(tmp_path: Path) -> None:
    now = datetime(2026, 12, 31, 22, tzinfo=UTC)
    program = reviewing(tmp_path, finished=now)
    attend_all(tmp_path, program, Settings(schedule=ScheduleSettings(timezone="Asia/Tokyo")), now)
    assert [command[2] for command in program.commands] == ["2027-Q1"]


def test_a_damaged_manifest_is_no_finished_review(tmp_path: Path) -> None:
    seal(tmp_path, "2026-Q4", NOW)
    (tmp_path / "2026-Q4" / "manifest.json").write_text("[")
    program = reviewing(tmp_path)
    attend_all(tmp_path, program)
    assert len(program.commands) == 1


@pytest.mark.parametrize("exit_code", [0, 1, 2])
def test_a_run_that_sealed_nothing_is_tried_again_and_the_log_and_the_status_say_so(
    tmp_path: Path, exit_code: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("hygiene"), "propagate", True)
    keeper = attend_all(tmp_path, Asked(lambda _: exit_code))
    (again,) = keeper._scheduler.get_jobs()
    assert (again.id, again.trigger.run_date - NOW) == ("review again", timedelta(hours=1))
    assert "not done, tried again in an hour" in caplog.text
    status = status_of(open_store(str(tmp_path)), NOW)
    assert not status.is_healthy
    assert f"review (exit code {exit_code})" in status.text


def test_an_unforeseen_error_is_no_silent_end_of_reviews(tmp_path: Path) -> None:
    def breaks(_: Sequence[str]) -> int:
        raise RuntimeError("no more processes")

    keeper = attend_all(tmp_path, Asked(breaks))
    assert [job.id for job in keeper._scheduler.get_jobs()] == ["review again"]
    assert not status_of(open_store(str(tmp_path)), NOW).is_healthy


def test_a_clock_that_was_ahead_puts_nothing_off(tmp_path: Path) -> None:
    store, clock = open_store(str(tmp_path)), [NOW.replace(year=2031)]
    keeper = Keeper(jobs_of(Settings(), store), store, Asked(lambda _: 1), (), clock=lambda: clock[0])
    keeper.start()
    try:
        assert until(lambda: keeper._scheduler.get_job("review again") is not None, 10)
        keeper._scheduler.get_job("review").modify(next_run_time=datetime(2032, 1, 1, 6, tzinfo=UTC))
        clock[0] = NOW
        keeper._scheduler.pause()
        keeper.beat()
        waiting = {job.id: job.next_run_time for job in keeper._scheduler.get_jobs()}
    finally:
        keeper.stop()
    assert waiting == {
        "review": datetime(2027, 1, 1, 6, tzinfo=UTC),
        "review again": NOW + timedelta(hours=1),
    }


def test_the_light_run_and_the_reminders_come_where_they_are_configured(tmp_path: Path) -> None:
    program = reviewing(tmp_path)
    settings = Settings(aws=Aws(cloudtrail="lookup"), email=MAIL)
    attend_all(tmp_path, program, settings)
    attend_all(tmp_path, program, settings)
    assert program.commands == [
        (*REVIEW, str(tmp_path), "--quiet"),
        ("collect", "--events-only", "--out", str(tmp_path), "--quiet"),
        ("deliver", str(tmp_path / "2026-Q4"), "--quiet"),
    ]
    attend_all(tmp_path, program, settings, now=NOW + timedelta(days=7))
    assert [command[0] for command in program.commands[3:]] == ["collect", "deliver"]


def test_every_run_is_one_line_for_machines(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("hygiene"), "propagate", True)
    caplog.set_level(logging.INFO, "hygiene.schedule")
    attend_all(tmp_path, reviewing(tmp_path))
    # Another test may have left a handler that hears the same record once more.
    (line,) = {id(record): record for record in caplog.records}.values()
    said = vars(line)
    assert {name: said[name] for name in ("job", "accounts", "roles", "gaps", "exit_code")} == {
        "job": "review",
        "accounts": 12,
        "roles": 340,
        "gaps": 3,
        "exit_code": 3,
    }
    assert said["duration_seconds"] >= 0


def test_the_status_tells_what_is_at_work_but_not_what_a_dead_scheduler_was_at(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    told: list[str] = []

    def asks(_: Sequence[str]) -> int:
        told.append(status_of(store, NOW).text)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        attend_all(tmp_path, Asked(asks))
    assert "At work since 2026-11-24T02:00:00Z: review." in told[0]
    assert "At work" in status_of(store, NOW).text
    seal(tmp_path, "2026-Q4", NOW)
    attend_all(tmp_path, reviewing(tmp_path))
    well = status_of(store, NOW)
    assert well.is_healthy
    assert "At work" not in well.text


def test_the_status_knows_stale_stopped_gone_and_never_there(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    assert "No scheduler" in status_of(store, NOW).text
    keeper = attend_all(tmp_path, reviewing(tmp_path))
    healthy = status_of(store, NOW + timedelta(minutes=2))
    assert healthy.is_healthy
    assert "review 2027-01-01T06:00:00Z" in healthy.text
    assert "Stale" in status_of(store, NOW + timedelta(minutes=4)).text
    (tmp_path / RECORD).write_text(json.dumps({**record(tmp_path), "started": "1"}))
    assert "without a word" in status_of(store, NOW).text
    keeper.stop()
    assert "stopped" in status_of(store, NOW).text
    (tmp_path / RECORD).write_text("{")
    assert not status_of(store, NOW).is_healthy


def test_a_second_scheduler_leaves_politely(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    with Lock(store, LOCK, "the first"), pytest.raises(LockHeldError, match="Another scheduler") as raised:
        keep_schedule(str(tmp_path), lambda _: (), Program(), (), threading.Event())
    assert raised.value.exit_code == 0


def test_one_that_was_taken_over_ends_and_leaves_the_other_s_sign_of_life_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "HEARTBEAT_SECONDS", 0.1)

    def take_over() -> None:
        assert until((tmp_path / RECORD).exists)
        Record(open_store(str(tmp_path)), NOW).beat(NOW, {})
        held = json.loads((tmp_path / LOCK).read_text())
        (tmp_path / LOCK).write_text(json.dumps({**held, "nonce": "of another machine"}))

    other = threading.Thread(target=take_over)
    other.start()
    with pytest.raises(LockLostError, match=r"^Another scheduler took over .* this one ends\.$"):
        keep_schedule(str(tmp_path), lambda _: (), Program(), (), threading.Event())
    other.join()
    assert record(tmp_path)["stopped"] is False
    assert json.loads((tmp_path / LOCK).read_text())["nonce"] == "of another machine"


def test_started_for_real_it_catches_up_and_ends_when_told(tmp_path: Path) -> None:
    program, stop = reviewing(tmp_path, finished=datetime.now(UTC) + timedelta(minutes=1)), threading.Event()
    threading.Timer(2, stop.set).start()
    keep_schedule(str(tmp_path), lambda store: jobs_of(Settings(), store), program, (), stop)
    assert [command[0] for command in program.commands] == ["run"]
    assert record(tmp_path)["stopped"] is True
    assert not (tmp_path / LOCK).exists()


def test_a_program_that_ignores_sigterm_is_killed() -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    )
    import sys

    program = Program([sys.executable, "-c", stubborn])
    codes: list[int] = []
    worker = threading.Thread(target=lambda: codes.append(program.run(())))
    worker.start()
    time.sleep(1)
    began = time.monotonic()
    program.stop(0.5)
    worker.join(5)
    assert codes[0] in (137, 143)
    assert time.monotonic() - began < 5
    assert program.run(()) == 143
