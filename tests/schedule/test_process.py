"""`hygiene schedule` as a container runs it: a real process, a real review against the simulated organization."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.faults.processes import until
from tests.worlds import simulated, twelve_accounts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest


def hygiene(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "hygiene", *arguments]


@contextmanager
def started(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """Give the process; it is gone afterwards, also where a test fails: `with` alone would wait for it for ever."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def status(out: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        hygiene("schedule", "--status", "--out", str(out)), capture_output=True, text=True, check=False
    )


def test_it_reviews_gives_signs_of_life_and_ends_within_ten_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, heartbeat = tmp_path / "out", tmp_path / "out" / "ledger" / "scheduler.json"
    monkeypatch.setenv("HYGIENE_AWS__LAST_ACCESSED", "off")
    assert status(out).returncode == 3
    with simulated(twelve_accounts(), monkeypatch):
        command = hygiene("schedule", "--out", str(out), "--log-format", "json")
        with started(command) as scheduler:
            assert until(lambda: bool(list(out.glob("*/manifest.json"))), 60)
            assert until(lambda: '"is_done": true' in heartbeat.read_text(), 10)
            well = status(out)
            second = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
            began = time.monotonic()
            scheduler.send_signal(signal.SIGTERM)
            _, err = scheduler.communicate(timeout=10)
    assert time.monotonic() - began < 10
    assert scheduler.returncode == 0, err
    assert (well.returncode, "Next due: review" in well.stdout) == (0, True), well.stderr
    assert (second.returncode, "Another scheduler" in second.stderr) == (0, True)
    lines = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    (metric,) = [line for line in lines if line.get("job") == "review"]
    assert (metric["accounts"], metric["exit_code"], metric["gaps"] >= 1) == (12, 3, True)
    ended = status(out)
    assert (ended.returncode, "stopped" in ended.stderr) == (3, True)


def test_told_to_end_in_the_middle_of_a_review_it_ends_within_ten_seconds_and_goes_on_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    monkeypatch.setenv("HYGIENE_AWS__LAST_ACCESSED", "off")
    monkeypatch.setenv("HYGIENE_AWS__MAX_WORKERS", "3")
    with simulated(twelve_accounts(), monkeypatch) as aws:
        # So slow that accounts end one after the other.
        aws.faults.latency(0.05)
        command = hygiene("schedule", "--out", str(out))
        with started(command) as scheduler:
            assert until(lambda: finished_accounts(out), 60)
            # From here on, waiting for AWS takes longer than a container gives.
            aws.faults.latency(30)
            there = finished_accounts(out)
            began = time.monotonic()
            scheduler.send_signal(signal.SIGTERM)
            _, err = scheduler.communicate(timeout=12)
        assert time.monotonic() - began < 10
        assert scheduler.returncode == 0, err
        assert not list(out.glob("*-Q*/manifest.json"))
        aws.faults.latency(0)
        aws.forget_calls()
        with started(command) as scheduler:
            assert until(lambda: bool(list(out.glob("*-Q*/manifest.json"))), 60)
            scheduler.send_signal(signal.SIGTERM)
            scheduler.communicate(timeout=12)
        read_again = {call.account_id for call in aws.calls if call.operation == "GetAccountAuthorizationDetails"}
    assert len(list(out.glob("snapshots/*"))) == 1
    assert read_again
    assert not read_again & there


def finished_accounts(out: Path) -> set[str]:
    return {path.parent.name for path in out.glob("snapshots/*/accounts/[0-9]*/authorization-details.json")}
