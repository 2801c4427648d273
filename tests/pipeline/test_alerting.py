"""The weekly light run tells a topic and CloudWatch what it found, each finding once, over HTTP."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from hygiene import pipeline
from hygiene.cli import main
from hygiene.collect.progress import Silent
from hygiene.config import Alerts, Settings
from hygiene.errors import LedgerError, LockHeldError
from hygiene.pipeline.alerting import Alerted, publish_alerts
from hygiene.pipeline.places import ALERTS, ALERTS_LOCK, ALERTS_WAITING
from hygiene.simulate.cloudtrail import actors, events
from hygiene.store import Lock, open_store
from tests.builders import AS_OF
from tests.collect.trail_world import ONE, world
from tests.deliver.test_channels import queue_of
from tests.worlds import point_at, quick_settings, simulated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROLE = f"arn:aws:iam::{ONE}:role/app"
STRANGER = "999988887777"
NAMESPACE = "RoleHygiene"
REVIEWED = AS_OF - timedelta(days=7)
HOSTILE = "x\u202e<script>"


def history() -> tuple[Any, ...]:
    """Return what was there at the review, and after it: root, a stranger, and a change that nobody wrote down."""
    admin = actors.user(f"arn:aws:iam::{ONE}:user/mallory")
    policy = {"roleName": "app", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    return (
        *events.assumed(ROLE, actors.service("lambda"), 20, region="us-east-1"),
        *events.assumed(ROLE, actors.service("lambda"), 1, region="us-east-1"),
        *events.assumed(ROLE, actors.from_account(STRANGER), 3, region="us-east-1", session=HOSTILE),
        events.signed_in(ONE, actors.root_of(ONE), 2),
        events.iam_change(ONE, "AttachRolePolicy", admin, 1.5, policy),
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Path, str, str]]:
    """Return the organization at work, OUT with a review of a week ago and this week's events, topic and queue."""
    with pytest.MonkeyPatch.context() as patch, simulated(world(history()), patch) as aws:
        out = tmp_path_factory.mktemp("reviewed")
        request = pipeline.ReportRequest(out=str(out), as_of=REVIEWED, formats=("csv",))
        pipeline.run(settings(), pipeline.RunRequest(request), Silent(), lambda: REVIEWED)
        pipeline.collect_events(settings(), str(out), Silent(), lambda: AS_OF)
        topic = boto3.client("sns").create_topic(Name="alerts")["TopicArn"]
        yield aws, out, topic, queue_of(topic)


@pytest.fixture
def out(place: tuple[Any, Path, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of that OUT, in the surroundings of the organization."""
    aws, made, _, queue = place
    point_at(aws.environment(), monkeypatch)
    aws.forget_calls()
    told(queue)
    shutil.copytree(made, tmp_path / "out")
    return tmp_path / "out"


def settings(**alerts: str) -> Settings:
    return quick_settings(aws={"cloudtrail": "lookup", "last_accessed": "off"}, alerts=Alerts(**alerts))


def told(queue: str) -> list[Any]:
    """Return what a subscriber of the topic got since the last look."""
    client, found = boto3.client("sqs"), []
    while messages := client.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found.append(json.loads(json.loads(message["Body"])["Message"]))
            client.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return found


def alerted(out: Path, days: float = 0, *, is_complete: bool = True, **alerts: str) -> Alerted:
    moment = AS_OF + timedelta(days=days)
    return publish_alerts(settings(**alerts), str(out), lambda: moment, is_complete=is_complete)


def test_findings_are_told_once_and_again_only_for_what_is_new(place: Any, out: Path) -> None:
    _, _, topic, queue = place
    assert alerted(out, sns_topic_arn=topic).problems == ()
    (message,) = told(queue)
    found = {finding["check"]: finding for finding in message["findings"]}
    assert set(found) == {"new-assumer", "role-changed", "root-or-user-bypass"}
    assert message["total"] == sum(message["by_severity"].values()) == 3
    assert message["since"] == f"{REVIEWED:%Y-%m-%dT%H:%M:%SZ}"
    assert STRANGER in found["new-assumer"]["evidence"]
    assert alerted(out, sns_topic_arn=topic).told == ()
    assert alerted(out, 1, sns_topic_arn=topic).told == ()
    assert told(queue) == []
    lines = (out / ALERTS).read_text().splitlines()
    kept = [line for line in lines if "new-assumer" not in line]
    (out / ALERTS).write_text("".join(f"{line}\n" for line in kept))
    alerted(out, sns_topic_arn=topic)
    assert [finding["check"] for finding in told(queue)[0]["findings"]] == ["new-assumer"]


def test_the_severity_and_the_exceptions_of_the_configuration_hold(place: Any, out: Path, tmp_path: Path) -> None:
    _, _, topic, queue = place
    alerted(out, sns_topic_arn=topic, severity="critical")
    critical = [finding["check"] for message in told(queue) for finding in message["findings"]]
    assert "root-or-user-bypass" not in critical
    waivers = tmp_path / "exceptions.yaml"
    waivers.write_text(
        "exceptions:\n- {match: {role_arn: 'arn:aws:iam::*:role/app'}, checks: [new-assumer], reason: a partner,"
        " owner: ana, approved_by: ben, created: 2026-12-01, expires: 2027-06-01}\n"
    )
    given = settings(sns_topic_arn=topic)
    given = given.model_copy(update={"review": given.review.model_copy(update={"exceptions": waivers})})
    publish_alerts(given, str(out), lambda: AS_OF, is_complete=True)
    checks = {finding["check"] for message in told(queue) for finding in message["findings"]}
    assert "root-or-user-bypass" in checks
    assert "new-assumer" not in checks


def test_a_refusal_is_told_by_the_next_run(place: Any, out: Path) -> None:
    aws, _, topic, queue = place
    aws.faults.fail(None, "sns", "Publish", code="AuthorizationError", status=403, times=1)
    failed = alerted(out, sns_topic_arn=topic)
    assert failed.exit_code == 3
    assert "AuthorizationError" in failed.problems[0]
    assert not (out / ALERTS).exists()
    assert alerted(out, sns_topic_arn=topic).exit_code == 0
    assert len(told(queue)) == 1


def test_a_refusal_is_told_even_when_a_review_has_moved_the_window_on(place: Any, out: Path) -> None:
    aws, _, topic, queue = place
    aws.faults.fail(None, "sns", "Publish", code="AuthorizationError", status=403, times=1)
    assert alerted(out, sns_topic_arn=topic).exit_code == 3
    state = json.loads((out / ALERTS_WAITING).read_text())
    (out / ALERTS_WAITING).write_text(json.dumps({"waiting": state["waiting"]}))
    moved_to(out, 0.04)
    assert alerted(out, sns_topic_arn=topic).exit_code == 0
    (message,) = told(queue)
    assert {one["check"] for one in message["findings"]} == {"new-assumer", "role-changed", "root-or-user-bypass"}
    assert json.loads((out / ALERTS_WAITING).read_text())["waiting"] == {}
    assert alerted(out, sns_topic_arn=topic).told == ()


def moved_to(out: Path, days_ago: float) -> None:
    """Make the snapshot one of a later moment."""
    (manifest,) = out.glob("snapshots/*/manifest.json")
    said = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**said, "finished_at": (AS_OF - timedelta(days=days_ago)).isoformat()}))


@pytest.mark.parametrize("is_complete", [True, False])
def test_what_happened_between_the_light_run_before_and_a_review_is_told(
    place: Any, out: Path, is_complete: bool
) -> None:
    _, _, topic, queue = place
    assert alerted(out, -5, is_complete=is_complete, sns_topic_arn=topic).told == ()
    moved_to(out, 0.2)
    alerted(out, sns_topic_arn=topic)
    checks = {one["check"] for message in told(queue) for one in message["findings"]}
    # A run that did not read everything has judged nothing for good, and leaves no mark to go on from.
    assert checks == ({"new-assumer", "role-changed", "root-or-user-bypass"} if is_complete else set())


def test_damaged_alerts_that_wait_are_told_and_not_thrown_away(place: Any, out: Path) -> None:
    _, _, topic, _ = place
    (out / ALERTS_WAITING).parent.mkdir(exist_ok=True)
    (out / ALERTS_WAITING).write_text('{"waiting": {"x": [{}]}}')
    with pytest.raises(LedgerError, match=r"alerts-waiting\.json: damaged"):
        alerted(out, sns_topic_arn=topic)


def samples(name: str, *dimensions: tuple[str, str]) -> float:
    """Return the sum of a metric's samples of the day."""
    client: Any = boto3.client("cloudwatch")
    answer = client.get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions],
        StartTime=AS_OF - timedelta(hours=1),
        EndTime=AS_OF + timedelta(hours=1),
        Period=86400,
        Statistics=["Sum", "SampleCount"],
    )
    return float(sum(point["Sum"] for point in answer["Datapoints"]))


def test_metrics_count_roles_and_new_findings_and_only_a_complete_run_is_a_success(out: Path) -> None:
    assert alerted(out, is_complete=False, cloudwatch_namespace=NAMESPACE).problems == ()
    assert samples("RolesReviewed") > 0
    new = {severity: samples("NewFindings", ("Severity", severity)) for severity in ("critical", "high", "low")}
    assert sum(new.values()) == 3
    assert samples("LastSuccessfulRun") == 0
    assert alerted(out, cloudwatch_namespace=NAMESPACE).told == (f"0 to {NAMESPACE}",)
    assert sum(samples("NewFindings", ("Severity", severity)) for severity in new) == 3
    assert samples("LastSuccessfulRun") == AS_OF.timestamp()


def test_an_account_that_came_since_is_named_and_no_failure(place: Any, out: Path) -> None:
    shutil.copytree(out / "events" / ONE, out / "events" / "555566667777")
    done = alerted(out, sns_topic_arn=place[2])
    assert done.exit_code == 0
    assert done.notes == ("not judged until the next review, which is the first to see their roles: 555566667777",)


def test_without_a_snapshot_nobody_is_alerted_and_that_is_said(place: Any, tmp_path: Path) -> None:
    done = alerted(tmp_path / "empty", sns_topic_arn=place[2])
    assert done.exit_code == 3
    assert "has no finished snapshot to judge events by" in done.problems[0]


def test_another_light_run_is_left_alone_and_a_damaged_ledger_is_not_gone_over(place: Any, out: Path) -> None:
    with Lock(open_store(out), ALERTS_LOCK, "another"), pytest.raises(LockHeldError):
        alerted(out, sns_topic_arn=place[2])
    open_store(out).write(ALERTS, b"{\n")
    with pytest.raises(LedgerError, match=r"alerts\.jsonl, line 1"):
        alerted(out, sns_topic_arn=place[2])


def test_the_command_reads_events_and_alerts(
    place: Any, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, topic, queue = place
    config = tmp_path / "hygiene.toml"
    config.write_text(f'[aws]\ncloudtrail = "lookup"\n[alerts]\nsns_topic_arn = "{topic}"\n')
    monkeypatch.setattr("hygiene.pipeline.story.wall_clock", lambda: AS_OF)
    monkeypatch.setattr("hygiene.cli.alerts.wall_clock", lambda: AS_OF)
    monkeypatch.setattr(pipeline.collect_events, "__defaults__", (lambda: AS_OF,))
    with pytest.raises(SystemExit) as ended:
        main(["collect", "--events-only", "--out", str(out), "--config", str(config)])
    said = capsys.readouterr()
    assert ended.value.code == 0, said.err
    assert f"Alerts: 3 to {topic}" in said.out
    assert len(told(queue)) == 1
