"""SIGTERM and Ctrl-C while AWS does not answer: ten seconds, a sentence, no lock left, and the next start goes on."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import boto3
import pytest

from hygiene.pipeline.places import LOCK
from tests.faults.processes import hygiene, until
from tests.worlds import simulated, twelve_accounts

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from hygiene.simulate import SimulatedAws

GOES_ON = "What was collected is kept; the same command goes on with it.\n"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedAws]:
    monkeypatch.setenv("HYGIENE_AWS__LAST_ACCESSED", "off")
    monkeypatch.setenv("HYGIENE_AWS__MAX_WORKERS", "3")
    with simulated(twelve_accounts(), monkeypatch) as running:
        yield running


def ended(process: subprocess.Popen[str], *signals: int) -> tuple[float, str]:
    """Send the signals, half a second apart; return how long it took from the last one, and what was said."""
    for number in signals[:-1]:
        process.send_signal(number)
        time.sleep(0.5)
    process.send_signal(signals[-1])
    began = time.monotonic()
    _, said = process.communicate(timeout=30)
    assert "Traceback" not in said
    return time.monotonic() - began, said


def reads_accounts(aws: SimulatedAws, snapshots: Path) -> None:
    """Wait until an account is finished, then let every further answer take half a minute."""
    assert until(lambda: list(snapshots.glob("*/accounts/*/authorization-details.json")))
    aws.faults.latency(30)
    time.sleep(0.3)


@pytest.mark.parametrize(
    ("number", "code", "word"), [(signal.SIGTERM, 143, "Told to end"), (signal.SIGINT, 130, "Interrupted")]
)
def test_a_run_that_waits_for_aws_ends_in_time_and_goes_on(
    aws: SimulatedAws, tmp_path: Path, number: int, code: int, word: str
) -> None:
    out = tmp_path / "out"
    aws.faults.latency(0.05)
    process = hygiene("run", "--out", str(out), "--format", "csv", "--quiet")
    reads_accounts(aws, out / "snapshots")
    seconds, said = ended(process, number)
    assert seconds < 10
    assert (process.returncode, said) == (code, f"hygiene: {word}. {GOES_ON}")
    assert not (out / LOCK).exists()
    there = {path.parent.name for path in out.glob("snapshots/*/accounts/*/authorization-details.json")}
    aws.faults.latency(0)
    aws.forget_calls()
    again = hygiene("run", "--out", str(out), "--format", "csv", "--quiet")
    again.communicate(timeout=120)
    assert again.returncode == 3
    asked = {call.account_id for call in aws.calls if call.operation == "GetAccountAuthorizationDetails"}
    assert there
    assert not asked & there


@pytest.mark.parametrize("arguments", [("--snapshot", "{out}/snap"), ("--events-only", "--out", "{out}")])
def test_collecting_ends_in_time(
    aws: SimulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("HYGIENE_AWS__CLOUDTRAIL", "lookup")
    process = hygiene("collect", *(argument.format(out=tmp_path) for argument in arguments))
    assert until(lambda: any(call.operation == "LookupEvents" for call in aws.calls))
    aws.faults.latency(30)
    seconds, said = ended(process, signal.SIGTERM)
    assert seconds < 10
    assert process.returncode == 143
    assert said.endswith(f"hygiene: Told to end. {GOES_ON}")
    assert not list(tmp_path.rglob("lock.json"))


def test_where_even_the_lock_cannot_be_given_back_it_ends_in_time(aws: SimulatedAws) -> None:
    boto3.client("s3").create_bucket(Bucket="reviews")
    process = hygiene("run", "--out", "s3://reviews/out", "--quiet")
    assert until(lambda: any(call.operation == "AssumeRole" for call in aws.calls))
    aws.faults.latency(30)
    seconds, said = ended(process, signal.SIGTERM)
    assert seconds < 10
    assert (process.returncode, said) == (143, f"hygiene: Told to end. {GOES_ON}")


def test_a_second_ctrl_c_ends_it_at_once(aws: SimulatedAws) -> None:
    boto3.client("s3").create_bucket(Bucket="reviews")
    process = hygiene("run", "--out", "s3://reviews/out", "--quiet")
    assert until(lambda: any(call.operation == "AssumeRole" for call in aws.calls))
    aws.faults.latency(30)
    seconds, _ = ended(process, signal.SIGINT, signal.SIGINT)
    assert seconds < 3
    assert process.returncode == 130


def test_the_light_run_leaves_out_to_a_review_at_work_there(aws: SimulatedAws, tmp_path: Path) -> None:
    aws.faults.latency(0.3)
    review = hygiene("run", "--out", str(tmp_path), "--quiet")
    assert until((tmp_path / LOCK).exists)
    light = hygiene("collect", "--events-only", "--out", str(tmp_path))
    _, said = light.communicate(timeout=60)
    assert light.returncode == 0
    assert "Another review is at work" in said
    ended(review, signal.SIGTERM)
