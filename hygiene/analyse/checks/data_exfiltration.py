"""Roles that may read data or secrets out of any resource of a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.named_actions import find_named_actions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate

ACTIONS = (
    "s3:GetObject",
    "s3:GetObjectVersion",
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:ExportTableToPointInTime",
    "rds:DownloadCompleteDBLogFile",
    "rds-data:ExecuteStatement",
    "redshift-data:ExecuteStatement",
    "secretsmanager:GetSecretValue",
    "secretsmanager:BatchGetSecretValue",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "ebs:GetSnapshotBlock",
    "sqs:ReceiveMessage",
    "kinesis:GetRecords",
    "codecommit:GitPull",
)
"""Actions that return the data itself, not a description of it."""


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield, per fate, the data-reading actions a role may use on any resource."""
    yield from find_named_actions(estate, ACTIONS, "May read data out of any resource")


CHECK = Check(
    id="data-exfiltration",
    title="Reads data from any resource",
    group="Permissions",
    severity="medium",
    why="With `*` as the resource the role reads every bucket, table or secret of the account, future ones too.",
    remedy="Name the buckets, tables, queues or secrets the role needs.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
    find=find,
)
