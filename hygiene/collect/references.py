"""Asks AWS Config which resources name a role → `references.json`: one query to an aggregator for the organization.

What it finds would break with the role. What it does not find proves nothing: Config sees only the types, accounts
and Regions it records, and a role's name may stand in code that no configuration shows.
https://docs.aws.amazon.com/config/latest/APIReference/API_SelectAggregateResourceConfig.html
"""

from __future__ import annotations

import json
import logging
import re
from typing import TYPE_CHECKING, Any

from hygiene.collect.refusal import RefusedError
from hygiene.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.collect.client import AwsClient

logger = logging.getLogger(__name__)

_SERVICE = "config"
_PAGE = 100
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+", re.ASCII)

RESOURCE_TYPES = (
    "AWS::AppRunner::Service",
    "AWS::AppSync::DataSource",
    "AWS::Batch::ComputeEnvironment",
    "AWS::Batch::JobDefinition",
    "AWS::CloudFormation::Stack",
    "AWS::CloudTrail::Trail",
    "AWS::CodeBuild::Project",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::CodePipeline::Pipeline",
    "AWS::DataSync::LocationS3",
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::EKS::Cluster",
    "AWS::EMR::Cluster",
    "AWS::Events::Rule",
    "AWS::Glue::Job",
    "AWS::KinesisAnalyticsV2::Application",
    "AWS::KinesisFirehose::DeliveryStream",
    "AWS::Lambda::Function",
    "AWS::MWAA::Environment",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::SageMaker::Domain",
    "AWS::SageMaker::Model",
    "AWS::SageMaker::NotebookInstance",
    "AWS::StepFunctions::StateMachine",
    "AWS::Transfer::Server",
)
"""Types whose configuration names the role they act as. Instances name it through instance profiles, which IAM lists.

https://docs.aws.amazon.com/config/latest/developerguide/resource-config-reference.html
"""

_TYPES = ", ".join(f"'{name}'" for name in RESOURCE_TYPES)
QUERY = f"SELECT arn, resourceId, resourceType, configuration WHERE resourceType IN ({_TYPES})"


def read_references(client: AwsClient) -> dict[str, list[str]]:
    """Return role ARN → ARNs of the resources that name it, both sorted.

    Raises RefusedError when there is no aggregator in the Region of the client, or it may not be asked: a part of the
    answer would pass for the whole.
    """
    found: dict[str, set[str]] = {}
    for text in _results(client, aggregator_of(client)):
        for role_arn, resource in _named_in(text):
            found.setdefault(role_arn, set()).add(resource)
    return {role_arn: sorted(found[role_arn]) for role_arn in sorted(found)}


def aggregator_of(client: AwsClient) -> str:
    """Return the name of the aggregator that sees most: the organization's before one of single accounts.

    Raises RefusedError without any in the Region of the client.
    """
    listed = client.listed(_SERVICE, "DescribeConfigurationAggregators", "ConfigurationAggregators")
    if not listed:
        message = "there is no aggregator in this Region; set AWS_REGION to the Region of the organization's"
        raise RefusedError("config:DescribeConfigurationAggregators", GapKind.FAILED, "", message)
    best = min(listed, key=_rank)
    logger.info(
        "asking the AWS Config aggregator %s which resources name a role", best["ConfigurationAggregatorName"]
    )
    return str(best["ConfigurationAggregatorName"])


def _rank(aggregator: dict[str, Any]) -> tuple[bool, bool, str]:
    organization = aggregator.get("OrganizationAggregationSource") or {}
    return not organization, not organization.get("AllAwsRegions"), str(aggregator["ConfigurationAggregatorName"])


def _results(client: AwsClient, aggregator: str) -> Iterator[str]:
    operation = "SelectAggregateResourceConfig"
    for page in client.pages(
        _SERVICE, operation, ConfigurationAggregatorName=aggregator, Expression=QUERY, Limit=_PAGE
    ):
        yield from page.get("Results", [])


def _named_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield (role ARN, resource) for every role that the configuration of one result names, at any depth."""
    try:
        result = json.loads(text)
    except (ValueError, RecursionError):
        logger.warning("AWS Config answered with something that is no JSON; it is left out")
        return
    resource = str(result.get("arn") or f"{result.get('resourceType')} {result.get('resourceId')}")
    # The configuration may be an object or, for older types, a JSON text; the ARNs in it read the same.
    for role_arn in _ROLE_ARN.findall(json.dumps(result.get("configuration"))):
        yield role_arn, resource
