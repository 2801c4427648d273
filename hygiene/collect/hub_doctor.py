"""Tries what the chosen settings need of the hub's own credentials: the trail, AWS Config, and the second opinions.

Every probe reads one item, or asks Athena for rows of an account that does not exist, which scans nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hygiene.activity.period import Window
from hygiene.activity.reading import DAY, day_begins
from hygiene.collect.access_analyzer import ANALYZER_TYPES
from hygiene.collect.operations import OPERATIONS
from hygiene.collect.references import aggregator_of
from hygiene.collect.refusal import RefusedError
from hygiene.collect.trail.athena_query import Athena
from hygiene.collect.trail.athena_sql import query
from hygiene.collect.trail.scan_budget import ScanBudget
from hygiene.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from hygiene.collect.client import AwsClient
    from hygiene.config import CloudTrail, Settings

_NOBODY = "000000000000"
_SOME_POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}]}'
_NOT_SUBSCRIBED = "InvalidAccessException"
_ACTIONS = {f"{operation.service}:{operation.name}": operation.iam_action for operation in OPERATIONS}


@dataclass(frozen=True, slots=True)
class Finding:
    """How one thing that the settings need is: `missing` is the IAM action that was denied, `complaint` why it fails.

    A review is complete without what `is_optional`. `said`: what a person may want to know where all is well.
    """

    subject: str
    missing: str = ""
    complaint: str = ""
    is_optional: bool = False
    said: str = ""

    @property
    def is_well(self) -> bool:
        """Whether it works."""
        return not self.missing and not self.complaint


def examine_hub(hub: AwsClient, settings: Settings, now: datetime) -> Iterator[Finding]:
    """Yield how each thing is that the settings have the hub do, besides entering accounts."""
    trail = settings.cloudtrail
    if settings.aws.cloudtrail == "s3":
        yield _tried("the trail's bucket", lambda: _bucket(hub, trail))
    if settings.aws.cloudtrail == "athena":
        yield _tried("Athena's workgroup", lambda: _workgroup(hub, trail))
        yield _tried("the trail's table in Athena", lambda: _table(hub, trail, now))
    if settings.aws.references == "config":
        yield _tried("AWS Config", lambda: _references(hub))
    if settings.aws.validate_proposals != "off":
        yield _tried("IAM Access Analyzer's opinion of proposals", lambda: _validation(hub), is_optional=True)
    yield _tried("IAM Access Analyzer's findings", lambda: _analyzer(hub), is_optional=True)
    yield _tried("Security Hub's findings", lambda: _security_hub(hub), is_optional=True)


def _tried(subject: str, attempt: Callable[[], str], *, is_optional: bool = False) -> Finding:
    try:
        return Finding(subject, is_optional=is_optional, said=attempt())
    except RefusedError as error:
        if error.kind is GapKind.DENIED and error.code:
            return Finding(subject, missing=_ACTIONS.get(error.operation, error.operation), is_optional=is_optional)
        return Finding(subject, complaint=error.message or str(error), is_optional=is_optional)


def _bucket(hub: AwsClient, trail: CloudTrail) -> str:
    prefix = f"{trail.prefix.strip('/')}/AWSLogs/".lstrip("/")
    where = f"s3://{trail.bucket}/{prefix}"
    try:
        listed = hub.call("s3", "ListObjectsV2", Bucket=trail.bucket, Prefix=prefix, MaxKeys=1)
    except RefusedError as error:
        if error.code != "NoSuchBucket":
            raise
        message = f"there is no bucket {trail.bucket}; [cloudtrail] bucket must name the trail's"
        raise RefusedError(error.operation, GapKind.FAILED, error.code, message) from error
    if not listed.get("Contents"):
        message = f"there is nothing below {where}; [cloudtrail] bucket and prefix must name the trail's"
        raise RefusedError("s3:ListObjectsV2", GapKind.FAILED, "", message)
    # A byte is enough to know whether the key of the bucket may be used, too.
    hub.call("s3", "GetObject", Bucket=trail.bucket, Key=listed["Contents"][0]["Key"], Range="bytes=0-0")
    return f"{where} can be listed and read"


def _workgroup(hub: AwsClient, trail: CloudTrail) -> str:
    group = hub.call("athena", "GetWorkGroup", WorkGroup=trail.workgroup)["WorkGroup"]
    if group.get("State") == "DISABLED":
        raise RefusedError("athena:GetWorkGroup", GapKind.FAILED, "", f"{trail.workgroup} is disabled")
    limit = group.get("Configuration", {}).get("BytesScannedCutoffPerQuery")
    if limit is None:
        return f"{trail.workgroup} sets no limit of bytes to a query; max_scan_bytes alone guards the costs"
    return f"{trail.workgroup} ends a query that scans more than {limit:,} bytes"


def _table(hub: AwsClient, trail: CloudTrail, now: datetime) -> str:
    """Ask the very question a review asks, about an account there is not: columns, functions and rights are tried."""
    yesterday = now.date() - DAY
    window = Window(day_begins(yesterday), day_begins(yesterday) + DAY)
    reserved = ScanBudget(trail.max_scan_bytes).reserve(1, None)
    if reserved is not None:
        list(Athena(trail, hub).rows(query(trail, _NOBODY, window, (yesterday,)), reserved))
    return f"{trail.database}.{trail.table} answers"


def _references(hub: AwsClient) -> str:
    name = aggregator_of(hub)
    wanted = "SELECT resourceId WHERE resourceType = 'AWS::Lambda::Function'"
    hub.call("config", "SelectAggregateResourceConfig", ConfigurationAggregatorName=name, Expression=wanted, Limit=1)
    return f"the aggregator {name} answers"


def _analyzer(hub: AwsClient) -> str:
    found = [
        analyzer
        for kind in ANALYZER_TYPES
        for analyzer in hub.call("accessanalyzer", "ListAnalyzers", type=kind, maxResults=1)["analyzers"]
    ]
    if not found:
        return "no analyzer of unused access in this Region, and none is needed"
    hub.call("accessanalyzer", "ListFindingsV2", analyzerArn=found[0]["arn"], maxResults=1)
    return f"the analyzer {found[0]['name']} answers"


def _validation(hub: AwsClient) -> str:
    hub.call("accessanalyzer", "ValidatePolicy", policyDocument=_SOME_POLICY, policyType="IDENTITY_POLICY")
    return "it answers"


def _security_hub(hub: AwsClient) -> str:
    try:
        hub.call("securityhub", "GetFindings", MaxResults=1)
    except RefusedError as error:
        if error.code != _NOT_SUBSCRIBED:
            raise
        return "Security Hub is not enabled here, and need not be"
    return "it answers"
