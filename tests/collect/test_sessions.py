"""Sessions that end before the work does, and deadlines, against an AWS that is strict about both."""

from __future__ import annotations

import json
import pickle
import threading
import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from hygiene import pipeline
from hygiene.collect.deadline import Deadline, StoppedError
from hygiene.collect.identity import Identity
from hygiene.collect.progress import Silent
from hygiene.collect.refusal import RefusedError
from hygiene.errors import CredentialsError
from hygiene.model import GapKind
from hygiene.simulate import Account, Hub, SimulatedAws, World
from tests.faults.processes import until
from tests.worlds import HUB_ACCOUNT, a_simulated_role, point_at, quick_settings, simulated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ONE = "000000000001"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedAws]:
    hub = Account(id=HUB_ACCOUNT, name="hub", roles=())
    one = Account(id=ONE, name="one", roles=tuple(a_simulated_role(f"app-{n}") for n in range(6)))
    world = World((hub, one), Hub(HUB_ACCOUNT), organization_id="o-1", management_account=HUB_ACCOUNT)
    with simulated(world, monkeypatch) as running:
        yield running


def collect(out: Path, **aws: Any) -> pipeline.Collected:
    return pipeline.collect(quick_settings(aws=aws), str(out), None, Silent())


def answers(out: Path) -> set[str]:
    content = (out / "accounts" / ONE / "last-accessed.json").read_text()
    return {arn.rsplit("/", 1)[-1] for arn in json.loads(content)}


def sessions_of(aws: SimulatedAws, account_id: str = ONE) -> int:
    """How often a session of the account ended in the middle."""
    return sum(call.account_id in ("", account_id) and call.error_code == "ExpiredToken" for call in aws.calls)


def test_sessions_that_end_every_few_calls_lose_nothing(aws: SimulatedAws, tmp_path: Path) -> None:
    # Two calls for each of 7 roles and 9 for everything else at least: a session ends among the last fetches.
    aws.shorten_sessions(calls=20)
    aws.faults.slow_jobs(0.1)
    collected = collect(tmp_path / "out")
    assert collected.exit_code == 0, (tmp_path / "out" / "accounts" / ONE / "gaps.json").read_text()
    assert len(answers(tmp_path / "out")) == 7
    assert sessions_of(aws) >= 1


def test_jobs_that_a_session_takes_with_it_are_made_again(aws: SimulatedAws, tmp_path: Path) -> None:
    # No job is ready for half a second, and the first session ends long before that.
    aws.shorten_sessions(calls=12)
    aws.faults.slow_jobs(0.5)

    def let_others_live() -> None:
        assert until(lambda: sessions_of(aws) >= 1)
        aws.shorten_sessions()

    watcher = threading.Thread(target=let_others_live)
    watcher.start()
    collected = collect(tmp_path / "out")
    watcher.join()
    assert collected.exit_code == 0, (tmp_path / "out" / "accounts" / ONE / "gaps.json").read_text()
    assert len(answers(tmp_path / "out")) == 7
    made = [call for call in aws.calls if call.operation == "GenerateServiceLastAccessedDetails"]
    assert len([call for call in made if call.status == 200 and call.account_id == ONE]) > 7


def test_sessions_that_end_after_half_a_second_lose_nothing(aws: SimulatedAws, tmp_path: Path) -> None:
    aws.shorten_sessions(seconds=0.5)
    aws.faults.latency(0.1)
    assert collect(tmp_path / "out").exit_code == 0
    assert len(answers(tmp_path / "out")) == 7
    assert sessions_of(aws) >= 1


def test_sessions_too_short_for_any_answer_end_in_gaps_not_in_a_circle(aws: SimulatedAws, tmp_path: Path) -> None:
    aws.shorten_sessions(calls=1)
    collected = collect(tmp_path / "out")
    assert collected.exit_code == 3
    gaps = json.loads((tmp_path / "out" / "accounts" / ONE / "gaps.json").read_text())["gaps"]
    # Which call a session is there for depends on the machine, and so does which sentence comes first.
    told = {gap["message"] for gap in gaps}
    assert told
    assert all("again and again" in message or "expired" in message for message in told)


def test_a_session_is_renewed_before_its_hour_is_over() -> None:
    now, begun = [0.0], list[float]()

    def begin() -> boto3.Session:
        begun.append(now[0])
        return boto3.Session("AKIAEXAMPLE", "secret", region_name="us-east-1")

    identity = Identity(begin, None, 3300, lambda: now[0])  # type: ignore[arg-type]
    first, _ = identity.client("iam")
    now[0] = 3299
    assert identity.client("iam")[0] == first
    now[0] = 3300
    assert identity.client("iam")[0] == first + 1
    assert begun == [0, 3300]


def test_two_threads_that_meet_the_same_end_begin_one_new_session() -> None:
    identity = Identity(lambda: boto3.Session("AKIAEXAMPLE", "secret", region_name="us-east-1"), None)  # type: ignore[arg-type]
    seen, _ = identity.client("iam")
    identity.expired(seen)
    identity.expired(seen)
    assert identity.number == seen + 1


class WhenAccountsAreFound(Silent):
    """Does something when the account list is known and no account is entered yet."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act

    def accounts_found(self, number: int) -> None:
        assert number
        self._act()


def test_own_credentials_that_end_stop_the_run_with_what_to_do_and_it_goes_on_afterwards(
    aws: SimulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(aws.session_environment(), monkeypatch)
    ending = WhenAccountsAreFound(aws.expire_sessions)
    with pytest.raises(CredentialsError, match=r"expired; log in again\. What was collected is kept"):
        pipeline.collect(quick_settings(), str(tmp_path / "out"), None, ending)
    assert not (tmp_path / "out" / "manifest.json").exists()
    assert not (tmp_path / "out" / "lock.json").exists()
    point_at(aws.session_environment(), monkeypatch)
    assert collect(tmp_path / "out").exit_code == 0


def test_own_credentials_that_somebody_renewed_meanwhile_are_found(
    aws: SimulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(aws.environment(), monkeypatch)
    file = tmp_path / "credentials"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)

    def sign_in() -> None:
        session = aws.session_environment()
        keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        file.write_text("[default]\n" + "".join(f"{key.lower()} = {session[key]}\n" for key in keys))

    def sign_in_again() -> None:
        aws.expire_sessions()
        sign_in()

    sign_in()
    again = WhenAccountsAreFound(sign_in_again)
    assert pipeline.collect(quick_settings(), str(tmp_path / "out"), None, again).exit_code == 0
    assert sessions_of(aws, HUB_ACCOUNT) >= 1


def test_a_deadline_makes_a_gap_of_what_is_missing(aws: SimulatedAws, tmp_path: Path) -> None:
    aws.faults.slow_jobs(3600)
    began = time.monotonic()
    collected = collect(tmp_path / "out", account_minutes=0.05)
    assert time.monotonic() - began < 30
    assert collected.exit_code == 3
    gaps = json.loads((tmp_path / "out" / "accounts" / ONE / "gaps.json").read_text())["gaps"]
    assert "took longer than its 0.05 minutes ([aws] account_minutes)" in gaps[0]["message"]


def test_a_pause_ends_with_the_time_and_with_the_run() -> None:
    Deadline(minutes=0).pause(60)
    stop = threading.Event()
    deadline = Deadline(stop)
    threading.Timer(0.05, stop.set).start()
    with pytest.raises(StoppedError):
        deadline.pause(60)
    with pytest.raises(StoppedError):
        deadline.check("iam:ListRoles")


def test_a_refusal_comes_whole_from_another_process() -> None:
    error = RefusedError("s3:GetObject", GapKind.DENIED, "AccessDenied", "no", may_pass=True)
    there: RefusedError = pickle.loads(pickle.dumps(error))  # noqa: S301 (our own)
    assert (there.operation, there.kind, there.code, there.message, there.may_pass, str(there)) == (
        "s3:GetObject",
        GapKind.DENIED,
        "AccessDenied",
        "no",
        True,
        str(error),
    )


@pytest.mark.parametrize(
    "says",
    [
        "Signature expired: 20261130T120000Z is now earlier than 20261130T124500Z (20261130T130000Z - 15 min.)",
        "Signature not yet current: 20261130T130000Z is still later than 20261130T121500Z (12:00 + 15 min.)",
    ],
)
def test_a_clock_that_is_wrong_is_said_and_not_taken_for_wrong_credentials(
    aws: SimulatedAws, tmp_path: Path, says: str
) -> None:
    aws.faults.fail(
        HUB_ACCOUNT, "sts", "GetCallerIdentity", code="SignatureDoesNotMatch", status=403, times=99, message=says
    )
    with pytest.raises(CredentialsError, match="This machine's clock is wrong; set it") as told:
        collect(tmp_path / "out")
    assert says in str(told.value)
    assert told.value.exit_code == 2
