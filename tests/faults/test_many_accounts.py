"""Accounts that are read in several processes: told to end, killed, or one of them killed, as with one process."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hygiene.collect.workers import concurrency
from hygiene.simulate import Account, Hub, World
from tests.faults.processes import children_of, hygiene, is_there, until
from tests.worlds import HUB_ACCOUNT, a_simulated_role, point_at, simulated

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from hygiene.simulate import SimulatedAws

MEMBERS = tuple(f"{number:012d}" for number in range(1, 41))
EXTERNAL_ID = "canary-external-id-4711"

pytestmark = pytest.mark.skipif(
    concurrency(17, len(MEMBERS) + 1).processes == 1, reason="one processor: one process reads all accounts"
)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedAws]:
    hub = Account(HUB_ACCOUNT, "hub", roles=())
    members = tuple(Account(number, f"member-{number[-2:]}", roles=(a_simulated_role("app"),)) for number in MEMBERS)
    world = World((hub, *members), Hub(HUB_ACCOUNT), organization_id="o-many", management_account=HUB_ACCOUNT)
    monkeypatch.setenv("HYGIENE_AWS__LAST_ACCESSED", "off")
    # The least that takes two processes, so that accounts end one after the other.
    monkeypatch.setenv("HYGIENE_AWS__MAX_WORKERS", "17")
    with simulated(world, monkeypatch) as running:
        yield running


def collecting(folder: Path, *more: str) -> subprocess.Popen[str]:
    return hygiene("collect", "--snapshot", str(folder), *more)


def accounts_in(folder: Path) -> set[str]:
    """Return the accounts that are there whole; one that is being written has another name."""
    return {path.parent.name for path in folder.glob("accounts/[0-9]*/authorization-details.json")}


def readers_of(process: subprocess.Popen[str], folder: Path) -> list[int]:
    """Return the processes that read, once a few accounts are finished."""
    assert until(lambda: len(accounts_in(folder)) >= 4)
    readers = children_of(process.pid)
    assert len(readers) >= 2
    return readers


def went_on(aws: SimulatedAws, folder: Path) -> None:
    """Collect again, and make sure that no finished account is read again."""
    there = accounts_in(folder)
    assert there < {HUB_ACCOUNT, *MEMBERS}
    aws.faults.latency(0)
    aws.forget_calls()
    again = collecting(folder, "--quiet")
    again.communicate(timeout=120)
    assert again.returncode == 0
    assert accounts_in(folder) == {HUB_ACCOUNT, *MEMBERS}
    asked = {call.account_id for call in aws.calls if call.operation == "GetAccountAuthorizationDetails"}
    assert not asked & there


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_told_to_end_all_of_them_end_in_time_and_the_next_start_goes_on(
    aws: SimulatedAws, tmp_path: Path, number: int, code: int
) -> None:
    aws.faults.latency(0.1)
    process = collecting(tmp_path / "snap", "--quiet")
    readers = readers_of(process, tmp_path / "snap")
    aws.faults.latency(30)
    time.sleep(0.3)
    # As a terminal and a service manager do it: everybody is told.
    for pid in (*readers, process.pid):
        os.kill(pid, number)
    began = time.monotonic()
    _, said = process.communicate(timeout=30)
    assert time.monotonic() - began < 10
    assert process.returncode == code
    assert said.count("\n") == 1
    assert "What was collected is kept; the same command goes on with it." in said
    assert not (tmp_path / "snap" / "lock.json").exists()
    assert not any(is_there(pid) for pid in readers)
    went_on(aws, tmp_path / "snap")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_the_run_s_affair_also_while_the_processes_start(
    aws: SimulatedAws, tmp_path: Path, number: int
) -> None:
    aws.faults.latency(0.02)
    process = collecting(tmp_path / "snap")

    def has_told_them() -> bool:
        for pid in children_of(process.pid):
            os.kill(pid, number)
        return bool(accounts_in(tmp_path / "snap"))

    assert until(has_told_them)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert "process" not in said


def test_killed_it_takes_the_processes_along_and_the_next_start_goes_on(aws: SimulatedAws, tmp_path: Path) -> None:
    aws.faults.latency(0.1)
    process = collecting(tmp_path / "snap", "--quiet")
    readers = readers_of(process, tmp_path / "snap")
    aws.faults.latency(30)
    process.kill()
    process.communicate(timeout=30)
    assert until(lambda: not any(is_there(pid) for pid in readers), seconds=5)
    went_on(aws, tmp_path / "snap")


def test_one_process_that_is_killed_loses_no_account(aws: SimulatedAws, tmp_path: Path) -> None:
    aws.faults.latency(0.1)
    process = collecting(tmp_path / "snap")
    os.kill(readers_of(process, tmp_path / "snap")[0], signal.SIGKILL)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert "the process that read it has ended; it is read again" in said
    assert accounts_in(tmp_path / "snap") == {HUB_ACCOUNT, *MEMBERS}


def test_no_secret_is_in_what_the_processes_show_say_or_leave(
    aws: SimulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(aws.session_environment(), monkeypatch)
    monkeypatch.setenv("HYGIENE_AWS__EXTERNAL_ID", EXTERNAL_ID)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    aws.faults.fail(MEMBERS[3], "iam", "ListRoles", times=3)
    aws.faults.latency(0.1)
    process = collecting(tmp_path / "snap", "-vv", "--log-format", "json")
    readers = readers_of(process, tmp_path / "snap")
    shown = "".join(Path(f"/proc/{pid}/cmdline").read_text() for pid in readers)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    lines = [json.loads(line) for line in said.splitlines()]
    assert any("is tried again" in line["message"] for line in lines if line["level"] == "debug")
    secrets = {EXTERNAL_ID}
    for caller in aws._state.credentials._callers.values():
        secrets.update(secret for secret in (caller.secret, caller.token) if secret)
    assert len(secrets) > len(MEMBERS)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"AssumeRolePolicyDocument" in written
    for secret in secrets:
        assert secret not in said
        assert secret not in shown
        assert secret.encode() not in written
