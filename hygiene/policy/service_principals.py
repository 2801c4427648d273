"""Which AWS services say, when they assume a role, for whose resource they do it.

A service that works for many customers can be made to use somebody else's role: the confused deputy. A condition on
the source prevents it, but only where the service sends the keys; elsewhere it would lock the service out.
https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html#cross-service-confused-deputy-prevention

AWS publishes no list; each guide says it on a page of its own, mostly cross-service-confused-deputy-prevention.html.
Looked up on 2026-11-24, as trust policies with these keys: airflow, amplify, amplifybackend, appstream, autoscaling,
batch, config (iamrole-permissions.html), datazone, dms, ds, es, frauddetector, greengrass, iot, kafkaconnect,
mediatailor, opsworks-cm, personalize, proton, rds, sagemaker, ssm, textract, transfer, voiceid. The others are listed
from memory of their guides. Looked up and left out: connect and cloudtrail, whose pages have the keys in policies of
resources only; a role of CloudTrail for CloudWatch Logs was seen to break by such a condition:
https://github.com/prowler-cloud/prowler/issues/4714
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from hygiene.policy.clauses import binds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from hygiene.policy.document import ConditionClause


class SourceKeys(StrEnum):
    """Whether AWS documents that a service sends aws:SourceAccount or aws:SourceArn when it assumes a role."""

    DOCUMENTED = "documented"
    NOT_SENT = "not sent"
    UNKNOWN = "unknown"


# Services whose guide has a page or section on cross-service confused deputy prevention for the roles they assume.
# Whoever adds one: it counts when a trust policy is shown, not the policy of a bucket, key or topic.
_DOCUMENTED = frozenset(
    """
    airflow airflow-env amplify amplifybackend appflow apprunner appstream appsync aps auditmanager autoscaling batch
    batchoperations.s3 bedrock bedrock-agentcore budgets build.apprunner chatbot cloudformation codebuild codedeploy
    codepipeline codestar-notifications cognito-idp comprehend config databrew datasync datazone delivery.logs
    devops-guru dlm dms ds ecs-tasks elasticmapreduce emr-containers emr-serverless es events export.rds firehose fis
    forecast frauddetector gamelift glue grafana greengrass guardduty imagebuilder iot iotevents iotfleetwise
    iotsitewise iottwinmaker kafkaconnect kendra kinesisanalytics lex lexv2 location logs lookoutmetrics m2
    mediaconvert medialive mediatailor mgn monitoring.rds omics opsworks-cm osis personalize pipes polly proton
    qbusiness quicksight rds redshift rekognition resiliencehub robomaker rolesanywhere sagemaker scheduler
    securitylake servicecatalog ses sms-voice sns ssm ssm-incidents states storagegateway synthetics tasks.apprunner
    textract timestream transcribe transfer translate voiceid vpc-flow-logs workspaces
    """.split()  # noqa: SIM905 (a list of 100 quoted words is harder to read and to add to)
)
# These hand a role to a resource of its own account only (iam:PassRole does not cross accounts) and send no key.
_NOT_SENT = frozenset({"ec2", "edgelambda", "lambda"})

_SOURCE_KEYS = frozenset({"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"})
_ACCOUNT = re.compile(r"\d{12}")
_ARN_COLONS = 5
_REGION = re.compile(r"\.[a-z]{2}(-[a-z]+)+-\d+$")


@lru_cache(maxsize=1024)
def source_keys_of(principal: str) -> SourceKeys:
    """Return what is known about a service principal, with a Region in its name or not."""
    if principal == "*":
        return SourceKeys.DOCUMENTED  # of every service, so of some that do
    name = principal.lower().removesuffix(".cn").removesuffix(".amazonaws.com").removesuffix(".aws.internal")
    name = _REGION.sub("", name)
    if name in _NOT_SENT:
        return SourceKeys.NOT_SENT
    return SourceKeys.DOCUMENTED if name in _DOCUMENTED else SourceKeys.UNKNOWN


def has_source(condition: Sequence[ConditionClause], friends: AbstractSet[str]) -> bool:
    """Whether the service must come for a certain account, organization or resource, and for no stranger's.

    `friends`: the accounts that are not outsiders.
    """
    return any(
        clause.key in _SOURCE_KEYS and binds(clause) and source_accounts(clause) <= friends for clause in condition
    )


def source_accounts(clause: ConditionClause) -> frozenset[str]:
    """Return the account ids that a clause on the source names; empty where it names none, as S3's ARNs do."""
    if clause.key == "aws:sourceaccount":
        named = list(clause.values)
    elif clause.key == "aws:sourcearn":
        named = [value.split(":")[4] for value in clause.values if value.count(":") >= _ARN_COLONS]
    else:
        named = []
    return frozenset(account for account in named if _ACCOUNT.fullmatch(account))
