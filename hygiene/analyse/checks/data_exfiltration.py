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
    "secretsmanager:GetSecretValue",
    "dynamodb:Scan",
    "ssm:GetParameter",
    "dynamodb:GetItem",
    "ebs:GetSnapshotBlock",
    "sqs:ReceiveMessage",
    "s3:GetObjectVersion",
    "s3-object-lambda:GetObject",
    "s3-outposts:GetObject",
    "s3tables:GetTableData",
    "s3vectors:GetVectors",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "dynamodb:GetRecords",
    "dynamodb:PartiQLSelect",
    "dynamodb:ExportTableToPointInTime",
    "rds:DownloadCompleteDBLogFile",
    "rds:DownloadDBLogFilePortion",
    "rds:StartExportTask",
    "rds-data:ExecuteStatement",
    "rds-data:BatchExecuteStatement",
    "redshift-data:ExecuteStatement",
    "redshift-data:BatchExecuteStatement",
    "redshift-data:GetStatementResult",
    "athena:GetQueryResults",
    "athena:GetQueryResultsStream",
    "secretsmanager:BatchGetSecretValue",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "ssm:GetParameterHistory",
    "kinesis:GetRecords",
    "kinesis:SubscribeToShard",
    "kinesisvideo:GetMedia",
    "kinesisvideo:GetMediaForFragmentList",
    "codecommit:GitPull",
    "codecommit:GetFile",
    "codecommit:GetBlob",
    "lambda:GetFunction",
    "glacier:GetJobOutput",
    "cassandra:Select",
    "timestream:Select",
    "qldb:PartiQLSelect",
    "neptune-db:ReadDataViaQuery",
    "neptune-graph:ReadDataViaQuery",
    "es:ESHttpGet",
    "aoss:APIAccessAll",
    "healthlake:ReadResource",
    "mediastore:GetObject",
)
"""Actions that return the data itself, or copy it where the caller says, not a description of it. kms:Decrypt is not
among them: it returns nothing to whoever may not read the ciphertext. Log events are not either, nor is
s3express:CreateSession, which returns a session. Those a reader knows best stand first.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

_SENTENCE = "May read data out of any resource"


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield, per fate, the data-reading actions a role may use on any resource."""
    yield from find_named_actions(estate, ACTIONS, _SENTENCE, known_best=ACTIONS)


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
