"""A review that is killed again and again, on disk and on S3: what was finished stays, what is visible is whole.

Real processes get SIGKILL at seeded moments: after so many calls, while the report is written, while it is published.
"""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from hygiene.pipeline.evidence import verify
from hygiene.simulate import Account, Hub, SimulatedAws, World
from hygiene.snapshot import layout
from hygiene.store import open_store
from tests.builders import AS_OF
from tests.faults.processes import hygiene, until
from tests.worlds import HUB_ACCOUNT, a_simulated_role, point_at

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

QUARTER = "2026-Q4"
BUCKET = "reviews"
TABLES = ("findings.csv", "coverage.csv", "decisions.csv")
"""Those that hang on the snapshot and the settings alone; a run also asks AWS about its proposals."""


def world() -> World:
    roles = tuple(a_simulated_role(f"app-{number}") for number in range(3))
    members = tuple(Account(f"{number:012d}", f"member-{number}", roles=roles) for number in range(1, 6))
    hub = Account(HUB_ACCOUNT, "hub", roles=())
    return World((hub, *members), Hub(HUB_ACCOUNT), organization_id="o-killed", management_account=HUB_ACCOUNT)


@pytest.fixture(scope="module")
def simulated() -> Iterator[SimulatedAws]:
    with SimulatedAws(world(), clock=lambda: AS_OF) as aws, pytest.MonkeyPatch.context() as monkeypatch:
        point_at(aws.environment(), monkeypatch)
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        yield aws


@pytest.fixture
def aws(simulated: SimulatedAws, monkeypatch: pytest.MonkeyPatch) -> SimulatedAws:
    point_at(simulated.environment(), monkeypatch)
    monkeypatch.setenv("HYGIENE_AWS__LAST_ACCESSED_FIRST_POLL_SECONDS", "0")
    monkeypatch.setenv("HYGIENE_AWS__MAX_WORKERS", "2")
    simulated.forget_calls()
    return simulated


def review(out: str) -> subprocess.Popen[str]:
    return hygiene("run", "--out", out, "--as-of", AS_OF.isoformat(), "--quarter", QUARTER, "--quiet")


def finish(out: str) -> None:
    process = review(out)
    _, said = process.communicate(timeout=240)
    assert process.returncode == 0, said


def killed(process: subprocess.Popen[str], is_time: Callable[[], object]) -> bool:
    """Kill the process when it is time; says whether it had not ended by itself before."""
    assert until(lambda: is_time() or process.poll() is not None, 240)
    process.kill()
    _, said = process.communicate(timeout=30)
    assert process.returncode in (-9, 0), said
    return process.returncode == -9


def has_called(aws: SimulatedAws, number: float) -> bool:
    return len(aws.calls) >= number


def content(out: str) -> dict[str, bytes]:
    """Return every file of the report as readers see it, all but the manifest."""
    report = open_store(out).child(QUARTER)
    return {name: report.read(name) or b"" for name in report.names() if name != "manifest.json"}


def finished_accounts(out: str) -> set[str]:
    """Return the accounts held whole by a snapshot that is unfinished, or that no report was made of yet."""
    store = open_store(out)
    is_reported = store.exists(f"{QUARTER}/manifest.json")
    found: set[str] = set()
    for name in store.folders("snapshots"):
        snapshot = store.child(f"snapshots/{name}")
        if snapshot.exists(layout.MANIFEST) and is_reported:
            continue
        accounts = snapshot.folders(layout.ACCOUNTS)
        found |= {one for one in accounts if snapshot.exists(f"{layout.account_folder(one)}/{layout.GAPS}.json")}
    return found


def read_since(aws: SimulatedAws) -> set[str]:
    return {call.account_id for call in aws.calls if call.operation == "GetAccountAuthorizationDetails"}


def is_whole_or_not_there(out: str) -> bool:
    if not open_store(out).exists(f"{QUARTER}/manifest.json"):
        return not open_store(out).names(QUARTER)
    return verify(f"{out}/{QUARTER}").problems == ()


@pytest.fixture(params=["disk", "s3"])
def places(request: Any, tmp_path: Path) -> tuple[str, str]:
    """An OUT that is left alone, and one for the run that is killed."""
    if request.param == "disk":
        return str(tmp_path / "calm"), str(tmp_path / "out")
    prefix = request.function.__name__[:24]
    return f"s3://{BUCKET}/{prefix}/calm", f"s3://{BUCKET}/{prefix}/out"


def test_killed_at_any_moment_it_goes_on_and_the_report_is_the_same(
    aws: SimulatedAws, places: tuple[str, str]
) -> None:
    calm, out = places
    dice = random.Random(20261231)  # noqa: S311 (moments to kill at, no secret)
    finish(calm)
    calls, kills, kept = len(aws.calls), 0, set[str]()
    # Each start does less than the one before: the share is of what an undisturbed run needs in all.
    for share in (dice.uniform(0.3, 0.5), dice.uniform(0.1, 0.3), dice.uniform(0.1, 0.3), dice.uniform(0.05, 0.2)):
        there = finished_accounts(out)
        aws.forget_calls()
        enough = share * calls
        kills += killed(review(out), partial(has_called, aws, enough))
        assert not read_since(aws) & there, "an account that was finished was read again"
        assert is_whole_or_not_there(out)
        kept |= there
    there = finished_accounts(out)
    aws.forget_calls()
    finish(out)
    assert not read_since(aws) & there
    assert kills >= 2
    assert kept | there, "no account was finished before a kill, so nothing was proven"
    assert content(out) == content(calm)


def test_killed_while_a_report_is_made_again_the_earlier_one_stands_until_the_new_one_does(
    aws: SimulatedAws, places: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm, out = places
    dice = random.Random(7)  # noqa: S311
    finish(out)
    aws.forget_calls()
    before = content(out)
    # With other settings the new report differs from the earlier one: a mixture would show.
    monkeypatch.setenv("HYGIENE_REVIEW__UNUSED_AFTER_DAYS", "2")
    again = ("run", "--out", out, "--as-of", AS_OF.isoformat(), "--quarter", QUARTER, "--quiet", "--reuse-snapshot")
    is_local = not out.startswith("s3://")
    kills = 0
    for number in range(4):
        aws.forget_calls()
        wanted, writes = dice.randint(1, 12), dice.randint(1, 25)

        def is_time(wanted: int = wanted, writes: int = writes) -> bool:
            if is_local:
                return sum(1 for path in tmp_path.glob("out/.writing-*/*") if path.is_file()) >= wanted
            # Not counting the lock, taken at the start.
            changes = [call.operation for call in aws.calls if call.operation.startswith(("PUT", "POST", "DELETE"))]
            return sum(f"/{QUARTER}/" in operation for operation in changes) >= writes

        kills += killed(hygiene(*again), is_time)
        there = content(out)
        assert verify(f"{out}/{QUARTER}").problems == (), number
        if there != before:
            break
    assert kills >= 1
    process = hygiene(*again)
    process.communicate(timeout=240)
    assert process.returncode == 0
    after = content(out)
    assert after["roles.csv"] != before["roles.csv"]
    # The same snapshot and settings, in a place where nothing ever happened.
    (snapshot,) = open_store(out).folders("snapshots")
    source = f"{out}/snapshots/{snapshot}"
    moment = ("--as-of", AS_OF.isoformat(), "--quarter", QUARTER)
    process = hygiene("report", "--snapshot", source, "--out", calm, "--quiet", *moment)
    process.communicate(timeout=240)
    assert process.returncode == 0
    assert {name: after[name] for name in TABLES} == {name: content(calm)[name] for name in TABLES}
