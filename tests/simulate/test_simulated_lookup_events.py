from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from hygiene.simulate.cloudtrail import actors, events
from hygiene.simulate.errors import SimulationError
from hygiene.simulate.event_store import EventStore
from hygiene.simulate.server import SimulatedAws
from tests.simulate.eventful_world import (
    ADMINISTRATOR,
    HUB_ROLE,
    REGION,
    WORKER,
    eventful_world,
    in_region,
)
from tests.simulate.small_world import AS_OF, HUB, OUTSIDE, READER, WORKLOAD

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def aws() -> Iterator[SimulatedAws]:
    with SimulatedAws(eventful_world(), clock=lambda: AS_OF) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_throttle(aws: SimulatedAws) -> None:
    aws.faults.clear()
    aws.faults.throttle("cloudtrail", "LookupEvents", rate=1000, burst=1000)


@pytest.fixture
def trail(aws: SimulatedAws) -> Any:
    return in_region(aws, "cloudtrail", WORKLOAD, f"role/{READER}", REGION)


def _named(name: str) -> list[dict[str, str]]:
    return [{"AttributeKey": "EventName", "AttributeValue": name}]


def _record(trail: Any, name: str, number: int = 0) -> dict[str, Any]:
    found = trail.lookup_events(LookupAttributes=_named(name))["Events"]
    record: dict[str, Any] = json.loads(found[number]["CloudTrailEvent"])
    return record


def test_pages_hold_fifty_newest_first_and_none_is_lost(trail: Any) -> None:
    pages = list(trail.get_paginator("lookup_events").paginate(LookupAttributes=_named("AssumeRole")))
    assert [len(page["Events"]) for page in pages] == [50, 50, 21]
    times = [event["EventTime"] for page in pages for event in page["Events"]]
    assert times == sorted(times, reverse=True)
    assert len({event["EventId"] for page in pages for event in page["Events"]}) == 121


def test_a_region_that_is_not_enabled_knows_nobody(aws: SimulatedAws) -> None:
    disabled = in_region(aws, "cloudtrail", WORKLOAD, f"role/{READER}", "af-south-1")
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        disabled.lookup_events()


def test_what_is_older_than_ninety_days_is_gone(trail: Any) -> None:
    asked = {"StartTime": AS_OF - timedelta(days=120), "EndTime": AS_OF - timedelta(days=80)}
    assert trail.lookup_events(**asked)["Events"] == []
    with pytest.raises(ClientError, match="InvalidTimeRangeException"):
        trail.lookup_events(StartTime=AS_OF - timedelta(days=120), EndTime=AS_OF - timedelta(days=100))
    with pytest.raises(ClientError, match="InvalidTimeRangeException"):
        trail.lookup_events(StartTime=AS_OF, EndTime=AS_OF - timedelta(days=1))


def test_both_ends_of_the_range_are_inside(trail: Any) -> None:
    moment = AS_OF - timedelta(days=10)
    found = trail.lookup_events(StartTime=moment, EndTime=moment)["Events"]
    assert [event["EventTime"] for event in found] == [moment]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"LookupAttributes": [*_named("AssumeRole"), *_named("CreateRole")]}, "InvalidLookupAttributesException"),
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        ({"NextToken": "invented"}, "InvalidNextTokenException"),
    ],
)
def test_what_aws_refuses_is_refused(trail: Any, wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError, match=code):
        trail.lookup_events(**wrong)


def test_a_token_is_good_for_its_own_question_alone(trail: Any) -> None:
    token = trail.lookup_events(LookupAttributes=_named("AssumeRole"))["NextToken"]
    with pytest.raises(ClientError, match="InvalidNextTokenException"):
        trail.lookup_events(NextToken=token)


def test_iam_events_and_sign_ins_are_in_the_home_region_alone(aws: SimulatedAws, trail: Any) -> None:
    home = in_region(aws, "cloudtrail", WORKLOAD, f"role/{READER}", "us-east-1")
    for name in ("AttachRolePolicy", "ConsoleLogin"):
        assert trail.lookup_events(LookupAttributes=_named(name))["Events"] == []
        assert len(home.lookup_events(LookupAttributes=_named(name))["Events"]) == 1
    assert len(home.lookup_events(LookupAttributes=_named("AssumeRole"))["Events"]) == 1


def test_a_world_with_an_iam_event_elsewhere_is_refused() -> None:
    event = events.iam_change(WORKLOAD, "CreateRole", actors.root_of(WORKLOAD), 1, {"roleName": "x"}, region=REGION)
    with pytest.raises(SimulationError, match="us-east-1 alone"):
        EventStore(eventful_world(events=(event,)), AS_OF.replace(tzinfo=None)).all()


def test_a_role_assumed_from_another_account_is_written_in_both_under_one_shared_id(aws: SimulatedAws) -> None:
    owner = in_region(aws, "cloudtrail", WORKLOAD, f"role/{READER}", "us-east-1")
    caller = in_region(aws, "cloudtrail", HUB, f"role/{READER}", "us-east-1")
    seen, made = _record(owner, "AssumeRole"), _record(caller, "AssumeRole", 1)
    assert seen["sharedEventID"] == made["sharedEventID"]
    assert seen["eventID"] != made["eventID"]
    assert (seen["recipientAccountId"], made["recipientAccountId"]) == (WORKLOAD, HUB)
    assert seen["userIdentity"]["type"] == "AWSAccount"
    assert "arn" not in seen["userIdentity"]
    assert made["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] == HUB_ROLE
    assert made["requestParameters"]["roleArn"] == ADMINISTRATOR


def test_a_denied_assumption_is_written_where_the_caller_is_and_names_the_role_in_its_message_alone(
    aws: SimulatedAws,
) -> None:
    caller = in_region(aws, "cloudtrail", HUB, f"role/{READER}", "us-east-1")
    denied = _record(caller, "AssumeRole")
    assert denied["errorCode"] == "AccessDenied"
    assert denied["requestParameters"] is None
    assert denied["errorMessage"].endswith(f"sts:AssumeRole on resource: {ADMINISTRATOR}")


def test_a_record_has_the_fields_of_a_real_one(trail: Any) -> None:
    record = _record(trail, "AssumeRole")
    assert set(record) >= {
        "eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress",
        "userAgent", "requestParameters", "responseElements", "requestID", "eventID", "readOnly", "resources",
        "eventType", "managementEvent", "recipientAccountId", "sharedEventID", "eventCategory",
    }  # fmt: skip
    assert record["userIdentity"] == {"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}
    assert record["resources"] == [{"accountId": WORKLOAD, "type": "AWS::IAM::Role", "ARN": WORKER}]
    assert record["sourceIPAddress"] == "lambda.amazonaws.com"


def test_making_a_role_answers_its_id() -> None:
    event = events.iam_change(WORKLOAD, "CreateRole", actors.root_of(WORKLOAD), 1, {"roleName": "new"})
    assert event.response is not None
    assert event.response["role"]["roleId"].startswith("AROA")
    assert event.response["role"]["arn"] == f"arn:aws:iam::{WORKLOAD}:role/new"


def test_federated_callers_are_told_by_their_provider_and_subject(trail: Any) -> None:
    web = _record(trail, "AssumeRoleWithWebIdentity")["userIdentity"]
    assert web["userName"] == "repo:example/app:ref:refs/heads/main"
    assert web["identityProvider"].endswith("oidc-provider/token.actions.githubusercontent.com")
    refused = _record(trail, "AssumeRoleWithWebIdentity", 1)
    assert (refused["errorCode"], refused["responseElements"]) == ("AccessDenied", None)
    saml = _record(trail, "AssumeRoleWithSAML")
    assert saml["userIdentity"]["type"] == "SAMLUser"
    assert saml["requestParameters"]["principalArn"].endswith("saml-provider/corporate")


@pytest.mark.parametrize(
    ("key", "value", "count"),
    [
        ("EventSource", "iam.amazonaws.com", 1),
        ("Username", "root", 1),
        ("ReadOnly", "false", 2),
        ("ResourceName", ADMINISTRATOR, 1),
        ("ResourceType", "AWS::IAM::Role", 1),
        ("EventName", "assumerole", 0),
    ],
)
def test_one_attribute_narrows_the_answer(aws: SimulatedAws, key: str, value: str, count: int) -> None:
    home = in_region(aws, "cloudtrail", WORKLOAD, f"role/{READER}", "us-east-1")
    found = home.lookup_events(LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}])["Events"]
    assert len(found) == count


def test_two_calls_a_second_are_let_through_per_account_and_region(aws: SimulatedAws) -> None:
    aws.faults.clear()
    here, there = (in_region(aws, "cloudtrail", WORKLOAD, f"role/{READER}", r) for r in (REGION, "us-east-1"))
    for _ in range(2):
        here.lookup_events()
    with pytest.raises(ClientError, match=r"\(ThrottlingException\).*Rate exceeded"):
        here.lookup_events()
    assert there.lookup_events()["Events"]


def test_the_caller_needs_the_permission(aws: SimulatedAws) -> None:
    stranger = in_region(aws, "cloudtrail", OUTSIDE, "role/looker", REGION)
    with pytest.raises(ClientError, match=r"\(AccessDeniedException\).*cloudtrail:LookupEvents"):
        stranger.lookup_events()
    aws.faults.deny(WORKLOAD, "cloudtrail:LookupEvents")
    with pytest.raises(ClientError, match=r"\(AccessDeniedException\).*service control policy"):
        in_region(aws, "cloudtrail", WORKLOAD, f"role/{READER}", REGION).lookup_events()


def test_enabled_regions_are_listed_and_checked_like_the_rest(aws: SimulatedAws) -> None:
    ec2 = in_region(aws, "ec2", HUB, f"role/{READER}", "us-east-1")
    enabled = {region["RegionName"] for region in ec2.describe_regions()["Regions"]}
    assert {REGION, "us-east-1"} <= enabled
    assert "af-south-1" not in enabled
    everything = {r["RegionName"]: r["OptInStatus"] for r in ec2.describe_regions(AllRegions=True)["Regions"]}
    assert everything["af-south-1"] == "not-opted-in"
    assert everything[REGION] == "opt-in-not-required"
    with pytest.raises(ClientError, match=r"\(UnauthorizedOperation\).*ec2:DescribeRegions"):
        in_region(aws, "ec2", WORKLOAD, f"role/{READER}", "us-east-1").describe_regions()
    account = in_region(aws, "account", HUB, f"role/{READER}", "us-east-1")
    with pytest.raises(ClientError, match=r"\(AccessDeniedException\).*account:ListRegions"):
        account.list_regions()
