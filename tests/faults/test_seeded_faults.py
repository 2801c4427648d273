"""Reviews through storms of faults that a seed throws: either all data came in the end, or the gaps are named.

Every storm throttles, fails, ends sessions, hangs up, cuts answers off, empties them and answers too late; it counts
what it hit. Files of a review that got everything have the bytes of the undisturbed one's.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from hygiene.collect import account_sessions
from hygiene.simulate import Account, Hub, SimulatedAws, World
from hygiene.simulate.storm import Fault
from tests.builders import AS_OF
from tests.faults.storms import CHANCES, ROLES, TOO_LATE_SECONDS, be_impatient, files, review, table, usage_of
from tests.worlds import HUB_ACCOUNT, point_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEEDS = (1, 2, 3)
ACCOUNTS = tuple(f"{number:012d}" for number in range(1, 5))
LOST_FOR_GOOD = (
    ("iam", "GetAccountAuthorizationDetails"),
    ("iam", "ListRoles"),
    ("iam", "GenerateServiceLastAccessedDetails"),
    ("iam", "GetServiceLastAccessedDetails"),
    ("iam", "GetAccountSummary"),
    ("iam", "ListSAMLProviders"),
    ("iam", "GetCredentialReport"),
)


def world() -> World:
    members = tuple(Account(number, f"member-{number[-1]}", roles=ROLES) for number in ACCOUNTS)
    hub = Account(HUB_ACCOUNT, "hub", roles=())
    return World((hub, *members), Hub(HUB_ACCOUNT), organization_id="o-storm", management_account=HUB_ACCOUNT)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    be_impatient(monkeypatch.setattr)


@pytest.fixture(scope="module")
def simulated() -> Iterator[SimulatedAws]:
    with SimulatedAws(world(), clock=lambda: AS_OF) as aws:
        yield aws


@pytest.fixture
def aws(simulated: SimulatedAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedAws]:
    point_at(simulated.environment(), monkeypatch)
    yield simulated
    simulated.faults.clear()
    simulated.forget_calls()


@pytest.fixture(scope="module")
def undisturbed(simulated: SimulatedAws, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("undisturbed")
    with pytest.MonkeyPatch.context() as monkeypatch:
        point_at(simulated.environment(), monkeypatch)
        # The reader roles are used by the first run: their last use is then the same in every run.
        review(out / "first")
        assert review(out / "second").exit_code == 0
    return out / "second"


def test_when_everything_came_in_the_end_no_byte_differs(
    aws: SimulatedAws, undisturbed: Path, tmp_path: Path
) -> None:
    expected, struck = files(undisturbed), set[Fault]()
    for seed in SEEDS:
        storm = aws.faults.storm(seed, CHANCES, slow_seconds=TOO_LATE_SECONDS)
        out = tmp_path / str(seed)
        assert review(out).exit_code == 0, table(out, "coverage")
        assert sum(storm.struck.values()) > 15
        struck |= set(storm.struck)
        there = files(out)
        assert set(there) == set(expected)
        assert [name for name, content in there.items() if content != expected[name]] == []
    assert struck == set(Fault)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_never_came_is_a_named_gap_and_makes_no_role_unused(
    aws: SimulatedAws, undisturbed: Path, tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 (which faults to have, no secret)
    aws.faults.storm(seed, {**CHANCES, Fault.SLOW: 0.0}, slow_seconds=TOO_LATE_SECONDS)
    lost: dict[str, tuple[str, str]] = {}
    for account_id in dice.sample(ACCOUNTS, 2):
        lost[account_id] = service, operation = dice.choice(LOST_FOR_GOOD)
        aws.faults.fail(account_id, service, operation, status=500, times=10**6)
    reported = review(tmp_path)
    assert reported.exit_code == 3
    coverage = {row["account_id"]: row for row in table(tmp_path, "coverage")}
    for account_id, row in coverage.items():
        if account_id in lost:
            assert row["status"] in {"partial", "failed"}, (account_id, lost, row)
            assert row["reason"], (account_id, lost)
        else:
            assert row["status"] == "read", row
    before, now = usage_of(undisturbed), usage_of(tmp_path)
    assert set(now) <= set(before)
    assert not {arn: (before[arn], status) for arn, status in now.items() if status not in {before[arn], "unknown"}}


def test_a_region_that_is_down_is_a_gap_of_activity_alone(
    aws: SimulatedAws, undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_sessions, "CALLS_PER_SECOND", 100)
    aws.faults.throttle("cloudtrail", "LookupEvents", rate=1000, burst=1000)
    aws.faults.take_down("eu-west-1")
    assert review(tmp_path, cloudtrail="lookup", last_accessed="off").exit_code == 3
    for row in table(tmp_path, "coverage"):
        assert (row["status"], "LookupEvents" in row["reason"]) == ("partial", True), row
    before, now = table(undisturbed, "roles"), table(tmp_path, "roles")
    assert [row["usage_status"] for row in before] == [row["usage_status"] for row in now]
