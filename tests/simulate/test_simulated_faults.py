from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from hygiene.simulate.calls import Call
from tests.simulate.small_world import HUB, WORKLOAD, Connect

if TYPE_CHECKING:
    from hygiene.simulate.server import SimulatedAws


def test_a_denied_action_is_denied_in_that_account_alone(aws: SimulatedAws, assume: Connect) -> None:
    aws.faults.deny(WORKLOAD, "iam:GetAccountSummary")
    with pytest.raises(ClientError, match=r"\(AccessDenied\).*explicit deny in a service control policy"):
        assume("iam").get_account_summary()
    assert assume("iam", "121212121212").get_account_summary()


def test_a_failure_ends_after_its_times(aws: SimulatedAws, assume: Connect) -> None:
    aws.faults.fail(WORKLOAD, "iam", "ListRoles", code="ServiceFailure", status=500, times=2)
    iam = assume("iam")
    for _ in range(2):
        with pytest.raises(ClientError) as failed:
            iam.list_roles()
        assert failed.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert iam.list_roles()["Roles"]


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("iam", "GetAccountSummary", "Throttling"),
        ("organizations", "DescribeOrganization", "TooManyRequestsException"),
    ],
)
def test_a_token_bucket_throttles_in_the_services_own_words(
    aws: SimulatedAws, assume: Connect, connect: Connect, service: str, operation: str, code: str
) -> None:
    aws.faults.throttle(service, operation, rate=5, burst=2)
    made = assume("iam") if service == "iam" else connect("organizations")
    ask = made.get_account_summary if service == "iam" else made.describe_organization
    ask()
    ask()
    with pytest.raises(ClientError, match=code):
        ask()
    time.sleep(0.25)
    ask()


def test_buckets_are_kept_per_account(aws: SimulatedAws, assume: Connect) -> None:
    aws.faults.throttle("iam", "GetAccountSummary", rate=0.1, burst=1)
    first, second = assume("iam"), assume("iam", "121212121212")
    first.get_account_summary()
    second.get_account_summary()
    with pytest.raises(ClientError, match="Throttling"):
        first.get_account_summary()


def test_latency_slows_every_answer(aws: SimulatedAws, connect: Connect) -> None:
    sts = connect("sts")
    aws.faults.latency(0.2)
    started = time.monotonic()
    sts.get_caller_identity()
    assert time.monotonic() - started >= 0.2


def test_clear_forgets_every_fault(aws: SimulatedAws, connect: Connect) -> None:
    aws.faults.fail(None, "sts", "GetCallerIdentity", times=9)
    aws.faults.clear()
    assert connect("sts").get_caller_identity()["Account"] == HUB


def test_every_call_is_logged_refused_and_throttled_ones_too(aws: SimulatedAws, assume: Connect) -> None:
    iam = assume("iam")
    aws.forget_calls()
    aws.faults.fail(WORKLOAD, "iam", "ListRoles", code="Throttling", status=400)
    with pytest.raises(ClientError, match="Throttling"):
        iam.list_roles(MaxItems=2)
    iam.list_roles(MaxItems=2)
    with pytest.raises(ClientError):
        iam.list_users()
    assert aws.calls == [
        Call(WORKLOAD, "iam", "ListRoles", 400, "Throttling", 0),
        Call(WORKLOAD, "iam", "ListRoles", 200, None, 2),
        Call(WORKLOAD, "iam", "ListUsers", 403, "AccessDenied", 0),
    ]


def test_what_moto_lacks_is_an_aws_error_that_names_it(aws: SimulatedAws, connect: Connect) -> None:
    with pytest.raises(ClientError, match=r"\(InvalidAction\).*resource-explorer-2"):
        connect("resource-explorer-2").list_views()
    iam = connect("iam", WORKLOAD, "role/administrator")
    with pytest.raises(ClientError, match=r"\(InvalidAction\).*iam:SimulatePrincipalPolicy"):
        iam.simulate_principal_policy(PolicySourceArn=f"arn:aws:iam::{WORKLOAD}:role/worker", ActionNames=["s3:*"])
    assert [call.status for call in aws.calls] == [400, 400]


def test_other_services_pass_through_to_moto(connect: Connect) -> None:
    s3 = connect("s3")
    s3.create_bucket(Bucket="snapshots")
    s3.put_object(Bucket="snapshots", Key="a/b.json.gz", Body=b"\x00\x01" * 50_000)
    assert s3.get_object(Bucket="snapshots", Key="a/b.json.gz")["Body"].read() == b"\x00\x01" * 50_000
    assert s3.head_object(Bucket="snapshots", Key="a/b.json.gz")["ContentLength"] == 100_000
    with pytest.raises(ClientError, match="404"):
        s3.head_object(Bucket="snapshots", Key="missing")
    topic = connect("sns").create_topic(Name="findings")["TopicArn"]
    assert topic.split(":")[4] == HUB
