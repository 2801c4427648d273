"""What others say about the demo's roles: AWS Config which resources name them, Access Analyzer what is unused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from hygiene.simulate.story import applications
from hygiene.simulate.story.company import (
    DATA,
    DEVELOPMENT,
    HOME_REGION,
    PAYMENTS,
    PRODUCTION,
    SECURITY,
    SHARED,
    role_arn,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TYPES = {
    "lambda": ("AWS::Lambda::Function", "lambda", "function:{}"),
    "ecs": ("AWS::ECS::TaskDefinition", "ecs", "task-definition/{}:7"),
    "states": ("AWS::StepFunctions::StateMachine", "states", "stateMachine:{}"),
    "codebuild": ("AWS::CodeBuild::Project", "codebuild", "project/{}"),
    "glue": ("AWS::Glue::Job", "glue", "job/{}"),
    "firehose": ("AWS::KinesisFirehose::DeliveryStream", "firehose", "deliverystream/{}"),
    "sagemaker": ("AWS::SageMaker::Model", "sagemaker", "model/{}"),
    "redshift": ("AWS::Redshift::Cluster", "redshift", "cluster:{}"),
}
"""Type, service and resource part of the ARN, by how a service runs."""


def _configuration(kind: str, account_id: str, name: str) -> Mapping[str, Any]:
    """The parts of a configuration that matter here, spelled as each service spells them."""
    role = role_arn(account_id, name)
    if kind == "lambda":
        return {"functionName": name, "role": role, "runtime": "python3.13", "memorySize": 512}
    if kind == "ecs":
        execution = role_arn(account_id, f"{name}-execution")
        return {"Family": name, "TaskRoleArn": role, "ExecutionRoleArn": execution, "Cpu": "512"}
    if kind == "codebuild":
        return {"Name": name, "ServiceRole": role}
    if kind == "redshift":
        return {"clusterIdentifier": name, "iamRoles": [{"iamRoleArn": role, "applyStatus": "in-sync"}]}
    if kind == "sagemaker":
        return {"ModelName": name, "ExecutionRoleArn": role}
    return {"Name": name, "RoleArn": role}


def _resources(account_id: str, stage: str, names: Mapping[str, str]) -> Iterator[ConfiguredResource]:
    for name, kind in names.items():
        if kind in _TYPES:
            type_name, service, place = _TYPES[kind]
            full = f"{stage}-{name}"
            arn = f"arn:aws:{service}:{HOME_REGION}:{account_id}:{place.format(full)}"
            yield ConfiguredResource(type_name, arn, _configuration(kind, account_id, full))


def aggregator() -> Aggregator:
    """The organization's aggregator: functions, tasks, machines and clusters, and a cluster for all of production."""
    found = [
        resource
        for account_id, stage in ((PRODUCTION, "prod"), (DEVELOPMENT, "dev"))
        for names in applications.TEAMS.values()
        for resource in _resources(account_id, stage, names)
    ]
    found += _resources(DATA, "data", applications.DATA_SERVICES)
    found += _resources(PAYMENTS, "pay", applications.PAYMENT_SERVICES)
    found += _resources(SHARED, "shared", applications.SHARED_SERVICES)
    cluster = f"arn:aws:eks:{HOME_REGION}:{PRODUCTION}:cluster/shop"
    cluster_role = f"arn:aws:iam::{PRODUCTION}:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS"
    found.append(ConfiguredResource("AWS::EKS::Cluster", cluster, {"Name": "shop", "RoleArn": cluster_role}))
    close = f"arn:aws:lambda:{HOME_REGION}:{DEVELOPMENT}:function:annual-inventory-close"
    yearly = {"functionName": "annual-inventory-close", "role": role_arn(DEVELOPMENT, "annual-inventory-close")}
    found.append(ConfiguredResource("AWS::Lambda::Function", close, yearly))
    return Aggregator("organization", SECURITY, resources=tuple(found))


def security_hub() -> SecurityHub:
    """Security Hub of the organization, with what Access Analyzer and a control of its own say about some roles."""
    about = (
        ("Access Analyzer", DEVELOPMENT, "fax-gateway", "The role has not been used for 90 days", "LOW"),
        ("Access Analyzer", PRODUCTION, "monitoring-agent-wide", "The role can be assumed from outside", "MEDIUM"),
        ("Control", PRODUCTION, "integration-import", "IAM.24 IAM roles should be tagged", "LOW"),
    )
    return SecurityHub(SECURITY, findings=tuple(_finding(number, *one) for number, one in enumerate(about)))


def _finding(number: int, origin: str, account_id: str, role: str, title: str, label: str) -> Mapping[str, Any]:
    is_control = origin == "Control"
    product = "securityhub" if is_control else "access-analyzer"
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"arn:aws:securityhub:{HOME_REGION}:{account_id}:finding/{number:032x}",
        "ProductArn": f"arn:aws:securityhub:{HOME_REGION}::product/aws/{product}",
        "ProductName": "Security Hub" if is_control else "IAM Access Analyzer",
        "GeneratorId": "security-control/IAM.24" if is_control else "access-analyzer",
        "AwsAccountId": account_id,
        "Title": title,
        "Description": title,
        "Severity": {"Label": label, "Normalized": {"LOW": 1, "MEDIUM": 40}[label]},
        "Workflow": {"Status": "NEW"},
        "RecordState": "ACTIVE",
        "Resources": [{"Type": "AwsIamRole", "Id": role_arn(account_id, role)}],
        **({"Compliance": {"Status": "FAILED"}} if is_control else {}),
    }


def analyzer() -> Analyzer:
    """One analyzer of unused access for the organization, with some findings."""
    unused = {"warehouse-archive": 91, "legacy-ftp-bridge": 180, "peak-season-scaler": 399, "fax-gateway": None}
    findings = [
        AnalyzerFinding(UNUSED_ROLE, role_arn(DEVELOPMENT, name), days, found_days_ago=20)
        for name, days in unused.items()
    ]
    findings += [
        AnalyzerFinding(
            UNUSED_PERMISSION,
            role_arn(DEVELOPMENT, "lambda-deployer"),
            services=(UnusedService("iam", 300), UnusedService("lambda", 5, {"lambda:InvokeFunction": None})),
        ),
        AnalyzerFinding(
            UNUSED_PERMISSION,
            role_arn(DEVELOPMENT, "bucket-housekeeper"),
            services=(UnusedService("s3", 5, {"s3:CreateBucket": None, "s3:DeleteBucket": None}),),
        ),
        AnalyzerFinding(
            UNUSED_PERMISSION,
            role_arn(PRODUCTION, "integration-import"),
            status="ARCHIVED",
            services=(UnusedService("s3", 204),),
        ),
    ]
    return Analyzer("organization-unused-access", SECURITY, findings=tuple(findings))
