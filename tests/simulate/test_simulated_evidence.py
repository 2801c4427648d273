"""Access Analyzer, AWS Config and Security Hub, asked over HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from hygiene.simulate.evidence import (
    UNUSED_PERMISSION,
    UNUSED_ROLE,
    Aggregator,
    Analyzer,
    AnalyzerFinding,
    ConfiguredResource,
    SecurityHub,
    UnusedService,
)
from hygiene.simulate.server import SimulatedAws
from hygiene.simulate.world import Account
from tests.simulate.eventful_world import in_region
from tests.simulate.small_world import AS_OF, HUB, READER, WORKLOAD, client, small_world

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKER, IDLE = (f"arn:aws:iam::{WORKLOAD}:role/{name}" for name in ("worker", "idle"))
FUNCTIONS = tuple(
    ConfiguredResource(
        "AWS::Lambda::Function",
        f"arn:aws:lambda:eu-west-1:{WORKLOAD}:function:job-{number:03d}",
        {"functionName": f"job-{number:03d}", "role": WORKER, "layers": [{"arn": f"layer-{number}"}]},
    )
    for number in range(130)
)
BUCKET = ConfiguredResource("AWS::S3::Bucket", "arn:aws:s3:::data", {"name": "data"})


def _finding(number: int) -> dict[str, Any]:
    resource = {"Type": "AwsIamRole", "Id": WORKER if number % 2 else IDLE}
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"finding-{number}",
        "ProductArn": "arn:aws:securityhub:us-east-1::product/aws/access-analyzer",
        "GeneratorId": "access-analyzer",
        "AwsAccountId": WORKLOAD,
        "Title": "Unused role",
        "Description": "Unused role",
        "CreatedAt": "2026-12-01T00:00:00Z",
        "UpdatedAt": "2026-12-01T00:00:00Z",
        "Resources": [resource],
    }


def _world() -> Any:
    permission = AnalyzerFinding(
        UNUSED_PERMISSION,
        WORKER,
        services=(
            UnusedService("sqs", 120),
            UnusedService("s3", 3, {"s3:CreateBucket": 99, "s3:DeleteBucket": None}),
        ),
    )
    many = tuple(AnalyzerFinding(UNUSED_ROLE, f"{IDLE}-{number}", 200) for number in range(120))
    analyzers = (
        Analyzer("unused-access", HUB, findings=(permission, AnalyzerFinding(UNUSED_ROLE, IDLE), *many)),
        Analyzer("external-access", HUB, kind="ORGANIZATION"),
    )
    return small_world(
        accounts=(*(a for a in small_world().accounts if a.id != HUB), Account(HUB, "hub")),
        analyzers=analyzers,
        aggregators=(Aggregator("organization", HUB, resources=(*FUNCTIONS, BUCKET)),),
        security_hubs=(SecurityHub(HUB, findings=tuple(_finding(number) for number in range(5))),),
    )


@pytest.fixture(scope="module")
def aws() -> Iterator[SimulatedAws]:
    with SimulatedAws(_world(), clock=lambda: AS_OF) as running:
        yield running


@pytest.fixture
def analyzer(aws: SimulatedAws) -> Any:
    return client("accessanalyzer", aws.environment())


@pytest.fixture
def config(aws: SimulatedAws) -> Any:
    return client("config", aws.environment())


def _unused(analyzer: Any) -> str:
    (found,) = analyzer.list_analyzers(type="ORGANIZATION_UNUSED_ACCESS")["analyzers"]
    assert found["configuration"]["unusedAccess"]["unusedAccessAge"] == 90
    return str(found["arn"])


def test_an_analyzer_is_seen_in_its_account_and_region_alone(aws: SimulatedAws, analyzer: Any) -> None:
    assert [a["name"] for a in analyzer.list_analyzers()["analyzers"]] == ["external-access", "unused-access"]
    elsewhere = in_region(aws, "accessanalyzer", HUB, "role/role-hygiene-hub", "eu-west-1")
    assert elsewhere.list_analyzers()["analyzers"] == []
    member = in_region(aws, "accessanalyzer", WORKLOAD, f"role/{READER}", "us-east-1")
    assert member.list_analyzers()["analyzers"] == []
    with pytest.raises(ClientError, match=r"\(AccessDeniedException\).*access-analyzer:ListAnalyzers"):
        in_region(aws, "accessanalyzer", WORKLOAD, "role/idle", "us-east-1").list_analyzers()


def test_findings_come_in_pages_of_a_hundred_and_can_be_filtered(analyzer: Any) -> None:
    arn = _unused(analyzer)
    pages = list(analyzer.get_paginator("list_findings_v2").paginate(analyzerArn=arn))
    assert [len(page["findings"]) for page in pages] == [100, 22]
    one = analyzer.list_findings_v2(
        analyzerArn=arn, filter={"findingType": {"eq": [UNUSED_PERMISSION]}, "resource": {"contains": ["worker"]}}
    )
    assert [(f["resource"], f["resourceOwnerAccount"], f["status"]) for f in one["findings"]] == [
        (WORKER, WORKLOAD, "ACTIVE")
    ]
    with pytest.raises(ClientError, match="ValidationException"):
        analyzer.list_findings_v2(analyzerArn=arn, filter={"nothing": {"eq": ["x"]}})
    with pytest.raises(ClientError, match="ValidationException"):
        analyzer.list_findings_v2(analyzerArn=arn, maxResults=101)


def test_details_are_told_finding_by_finding(analyzer: Any) -> None:
    arn = _unused(analyzer)
    listed = analyzer.list_findings_v2(analyzerArn=arn, filter={"resource": {"eq": [WORKER]}})["findings"]
    first = analyzer.get_finding_v2(analyzerArn=arn, id=listed[0]["id"], maxResults=1)
    s3 = first["findingDetails"][0]["unusedPermissionDetails"]
    assert [(a["action"], "lastAccessed" in a) for a in s3["actions"]] == [
        ("s3:CreateBucket", True),
        ("s3:DeleteBucket", False),
    ]
    rest = analyzer.get_finding_v2(analyzerArn=arn, id=listed[0]["id"], nextToken=first["nextToken"])
    assert [d["unusedPermissionDetails"]["serviceNamespace"] for d in rest["findingDetails"]] == ["sqs"]


def test_an_unknown_analyzer_or_finding_is_the_modelled_error(analyzer: Any) -> None:
    with pytest.raises(analyzer.exceptions.ResourceNotFoundException):
        analyzer.list_findings_v2(analyzerArn="arn:aws:access-analyzer:us-east-1:222233334444:analyzer/none")
    with pytest.raises(analyzer.exceptions.ResourceNotFoundException):
        analyzer.get_finding_v2(analyzerArn=_unused(analyzer), id="none")


def _policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", **statement}]})


@pytest.mark.parametrize(
    ("document", "codes"),
    [
        (_policy(Action=["s3:GetObject", "ec2:Describe*"]), []),
        (_policy(Action="*"), []),
        (_policy(Action=["s3:GetObjekt", "s3:Gt*"]), ["INVALID_ACTION", "INVALID_ACTION"]),
        (_policy(Action="s4:GetObject"), ["INVALID_SERVICE_IN_ACTION"]),
        (_policy(NotAction="s3:"), ["INVALID_ACTION"]),
        (_policy(), ["MISSING_ACTION"]),
        (_policy(Action="s3:GetObject", Effect="allow"), ["MISSING_EFFECT"]),
        ("{}", ["MISSING_STATEMENT"]),
        ('{"Version": ', ["JSON_SYNTAX_ERROR"]),
        (_policy(Action="s3:GetObject", Sid="A" * 6144), ["POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA"]),
        (_policy(Action="iam:PassRole"), ["PASS_ROLE_WITH_STAR_IN_RESOURCE"]),
    ],
)
def test_a_policy_is_validated(analyzer: Any, document: str, codes: list[str]) -> None:
    found = analyzer.validate_policy(policyDocument=document, policyType="IDENTITY_POLICY")["findings"]
    assert [finding["issueCode"] for finding in found] == codes
    assert {finding["findingType"] for finding in found} <= {"ERROR", "SECURITY_WARNING"}


QUERY = "SELECT arn, resourceType, configuration WHERE resourceType IN ('AWS::Lambda::Function', 'AWS::ECS::Service')"


def test_an_aggregator_answers_in_pages_of_json_texts(config: Any) -> None:
    (found,) = config.describe_configuration_aggregators()["ConfigurationAggregators"]
    assert found["OrganizationAggregationSource"]["AllAwsRegions"] is True
    asked = {"ConfigurationAggregatorName": found["ConfigurationAggregatorName"], "Expression": QUERY}
    assert len(config.select_aggregate_resource_config(**asked)["Results"]) == 25
    first = config.select_aggregate_resource_config(**asked, Limit=100)
    rest = config.select_aggregate_resource_config(**asked, Limit=100, NextToken=first["NextToken"])
    assert (len(first["Results"]), len(rest["Results"]), "NextToken" in rest) == (100, 30, False)
    resource = json.loads(first["Results"][0])
    assert set(resource) == {"arn", "resourceType", "configuration"}
    assert resource["configuration"]["role"] == WORKER


@pytest.mark.parametrize(
    ("where", "count"),
    [
        (f"configuration.role = '{WORKER}'", 100),
        ("configuration.functionName LIKE 'job-00%'", 10),
        ("configuration.layers.arn = 'layer-7' AND awsRegion = 'eu-west-1'", 1),
        ("resourceType = 'AWS::S3::Bucket'", 1),
        ("accountId = '000000000000'", 0),
    ],
)
def test_conditions_reach_into_the_configuration(config: Any, where: str, count: int) -> None:
    found = config.select_aggregate_resource_config(
        ConfigurationAggregatorName="organization",
        Expression=f"SELECT resourceId, configuration.role WHERE {where}",
        Limit=100,
    )
    assert len(found["Results"]) == count


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"Expression": "DELETE everything"}, "InvalidExpressionException"),
        ({"Expression": "SELECT arn WHERE resourceType = 'x' OR arn = 'y'"}, "InvalidExpressionException"),
        ({"Expression": "SELECT COUNT(*)"}, "InvalidExpressionException"),
        ({"ConfigurationAggregatorName": "none"}, "NoSuchConfigurationAggregatorException"),
        ({"Limit": 101}, "InvalidLimitException"),
        ({"NextToken": "invented"}, "InvalidNextTokenException"),
    ],
)
def test_what_config_refuses_is_refused(config: Any, asked: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError, match=code):
        config.select_aggregate_resource_config(
            **{"ConfigurationAggregatorName": "organization", "Expression": QUERY, **asked}
        )


def test_security_hub_filters_where_moto_would_not(aws: SimulatedAws) -> None:
    hub = client("securityhub", aws.environment())
    wanted = {"ResourceId": [{"Comparison": "EQUALS", "Value": WORKER}]}
    assert [f["Id"] for f in hub.get_findings(Filters=wanted)["Findings"]] == ["finding-1", "finding-3"]
    pages = list(hub.get_paginator("get_findings").paginate(MaxResults=2))
    assert [len(page["Findings"]) for page in pages] == [2, 2, 1]
    with pytest.raises(ClientError, match="InvalidInputException"):
        hub.get_findings(Filters={"Title": [{"Comparison": "EQUALS", "Value": "x"}]})
    with pytest.raises(ClientError, match="InvalidAccessException"):
        in_region(aws, "securityhub", HUB, "role/role-hygiene-hub", "eu-west-1").get_findings()
