"""`hygiene doctor` over HTTP: what the chosen settings need, tried with the hub's own credentials."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.cli.doctor import diagnose
from hygiene.config import Settings
from hygiene.deliver.operations import OPERATIONS
from hygiene.simulate import SimulatedAws
from hygiene.simulate.evidence import Aggregator, SecurityHub
from tests.simulate.queries import queried_world
from tests.simulate.small_world import AS_OF, HUB, WORKLOAD
from tests.worlds import point_at

if TYPE_CHECKING:
    from collections.abc import Iterator

TRAIL = {"bucket": "organization-trail", "database": "audit", "table": "cloudtrail_logs", "workgroup": "review"}


@pytest.fixture(scope="module")
def running() -> Iterator[SimulatedAws]:
    world = replace(
        queried_world(), aggregators=(Aggregator("organization", HUB),), security_hubs=(SecurityHub(HUB),)
    )
    with SimulatedAws(world, clock=lambda: AS_OF) as aws:
        yield aws


@pytest.fixture
def aws(running: SimulatedAws, monkeypatch: pytest.MonkeyPatch) -> SimulatedAws:
    point_at(running.environment(), monkeypatch)
    running.faults.clear()
    return running


def doctor(capsys: pytest.CaptureFixture[str], cloudtrail: str = "off", **more: Any) -> tuple[int, str]:
    aws = {"cloudtrail": cloudtrail, "last_accessed": "off", **more.pop("aws", {})}
    trail = {**TRAIL, **more.pop("trail", {})}
    wanted = {"accounts": {"include": [HUB, WORKLOAD]}, "aws": aws, "cloudtrail": trail, **more}
    code = diagnose(Settings.model_validate(wanted), is_quiet=False)
    return code, capsys.readouterr().out


@pytest.mark.parametrize(
    ("cloudtrail", "said"),
    [
        ("s3", "✓ the trail's bucket: s3://organization-trail/AWSLogs/ can be listed and read"),
        ("athena", "✓ Athena's workgroup: review ends a query that scans more than 10,000,000 bytes"),
        ("athena", "✓ the trail's table in Athena: audit.cloudtrail_logs answers"),
        ("lookup", f"✓ {WORKLOAD} workload: every permission is there"),
        ("off", "✓ AWS Config: the aggregator organization answers"),
        ("off", "✓ Security Hub's findings: it answers"),
        ("off", "✓ IAM Access Analyzer's opinion of proposals: it answers"),
    ],
)
@pytest.mark.usefixtures("aws")
def test_what_works_is_said(capsys: pytest.CaptureFixture[str], cloudtrail: str, said: str) -> None:
    code, out = doctor(capsys, cloudtrail, aws={"references": "config", "validate_proposals": "access-analyzer"})
    assert said in out
    assert code == 0


@pytest.mark.parametrize(
    ("cloudtrail", "denied", "said"),
    [
        ("s3", "s3:ListBucket", "✗ the trail's bucket: denied: s3:ListBucket"),
        ("s3", "s3:GetObject", "✗ the trail's bucket: denied: s3:GetObject"),
        ("athena", "athena:StartQueryExecution", "✗ the trail's table in Athena: denied: athena:StartQueryExecution"),
        ("athena", "athena:GetQueryResults", "✗ the trail's table in Athena: denied: athena:GetQueryResults"),
        ("athena", "glue:GetTable", "glue:GetTable on resource"),
        ("athena", "s3:PutObject", "grant the hub role to write where the workgroup puts its results"),
        ("off", "config:SelectAggregateResourceConfig", "✗ AWS Config: denied: config:SelectAggregateResourceConfig"),
    ],
)
def test_what_a_setting_needs_and_is_denied_is_missing(
    aws: SimulatedAws, capsys: pytest.CaptureFixture[str], cloudtrail: str, denied: str, said: str
) -> None:
    aws.faults.deny(HUB, denied)
    code, out = doctor(capsys, cloudtrail, aws={"references": "config"})
    assert said in out
    assert code == 3


def test_events_of_an_account_that_may_not_be_looked_up_are_missing(
    aws: SimulatedAws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.faults.deny(WORKLOAD, "cloudtrail:LookupEvents")
    code, out = doctor(capsys, "lookup")
    assert f"{WORKLOAD} workload: denied: cloudtrail:LookupEvents" in out
    assert code == 3
    assert doctor(capsys, "off")[0] == 0


@pytest.mark.parametrize(
    ("trail", "said"),
    [
        ({"prefix": "elsewhere"}, "there is nothing below s3://organization-trail/elsewhere/AWSLogs/"),
        ({"bucket": "no-such-bucket"}, "there is no bucket no-such-bucket; [cloudtrail] bucket must name"),
    ],
)
@pytest.mark.usefixtures("aws")
def test_a_wrong_place_is_named(capsys: pytest.CaptureFixture[str], trail: dict[str, str], said: str) -> None:
    code, out = doctor(capsys, "s3", trail=trail)
    assert said in out
    assert code == 3


@pytest.mark.parametrize(
    "denied", ["access-analyzer:ListAnalyzers", "access-analyzer:ValidatePolicy", "securityhub:GetFindings"]
)
def test_a_second_opinion_that_is_denied_is_told_and_not_missing(
    aws: SimulatedAws, capsys: pytest.CaptureFixture[str], denied: str
) -> None:
    aws.faults.deny(HUB, denied)
    code, out = doctor(capsys, aws={"validate_proposals": "access-analyzer"})
    assert f"which a review can do without: denied: {denied}" in out
    assert code == 0


@pytest.mark.usefixtures("aws")
def test_nothing_is_tried_that_no_setting_needs(aws: SimulatedAws, capsys: pytest.CaptureFixture[str]) -> None:
    before = len(aws.calls)
    _, out = doctor(capsys)
    services = {call.service for call in list(aws.calls)[before:]}
    assert not services & {"athena", "s3", "config", "cloudtrail", "sesv2", "sns"}
    assert "is not tried" not in out


@pytest.mark.usefixtures("aws")
def test_what_would_send_something_is_named_with_its_actions(capsys: pytest.CaptureFixture[str]) -> None:
    topic = "arn:aws:sns:eu-west-1:111122223333:reviews"
    _, out = doctor(
        capsys,
        email={"enabled": True, "transport": "ses", "from": "a@example.com", "to": "b@example.com"},
        delivery={"s3": {"bucket": "copies"}, "sns": {"topic_arn": topic}, "security_hub": {"enabled": True}},
        alerts={"sns_topic_arn": topic, "cloudwatch_namespace": "RoleHygiene"},
    )
    sections = {line.split("]")[0].removeprefix("· [") for line in out.splitlines() if "is not tried" in line}
    assert sections == {operation.delivery for operation in OPERATIONS}
    assert "[email] is not tried, for that would send something; it needs ses:SendEmail, ses:SendRawEmail" in out
    assert "kms:" not in out
