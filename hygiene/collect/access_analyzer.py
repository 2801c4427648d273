"""Reads IAM Access Analyzer's unused-access findings, where there are any → each account's `access-analyzer.json`.

An analyzer costs money per role and month, so none is ever required; what one has found is a second opinion. An
analyzer of the organization sees every account from one place. Whoever may not read it still gets a review.
https://docs.aws.amazon.com/IAM/latest/UserGuide/what-is-access-analyzer.html#what-is-access-analyzer-unused-access-analysis
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from hygiene.collect.refusal import RefusedError
from hygiene.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hygiene.collect.client import AwsClient
    from hygiene.model import JsonObject

logger = logging.getLogger(__name__)

_SERVICE = "accessanalyzer"
_PAGE = 100
ANALYZER_TYPES = ("ORGANIZATION_UNUSED_ACCESS", "ACCOUNT_UNUSED_ACCESS")
"""In the order they are looked for."""

PERMISSION_UNUSED = "UnusedPermission"
_KINDS = ("UnusedIAMRole", PERMISSION_UNUSED)
_DETAILS_AT_MOST = 1_000
"""A call per finding: beyond, which services are meant is left to the console."""


def read_unused_access(client: AwsClient) -> dict[str, JsonObject]:
    """Return account id → `{"analyzer": {…}, "findings": […]}`, AWS's own answers with their details where asked.

    Empty without an analyzer in the client's Region, or where it may not be read: unused access is then judged by
    what the accounts say, as ever.
    """
    try:
        analyzer = _analyzer(client)
        if analyzer is None:
            return {}
        findings = _findings(client, str(analyzer["arn"]))
    except RefusedError as error:
        logger.info("IAM Access Analyzer is not read: %s", error)
        return {}
    by_account: dict[str, JsonObject] = {}
    for finding in findings:
        account = str(finding.get("resourceOwnerAccount", ""))
        by_account.setdefault(account, {"analyzer": analyzer, "findings": []})["findings"].append(finding)
    return by_account


def _analyzer(client: AwsClient) -> JsonObject | None:
    for kind in ANALYZER_TYPES:
        listed: list[JsonObject] = client.listed(_SERVICE, "ListAnalyzers", "analyzers", type=kind)
        active = [analyzer for analyzer in listed if analyzer.get("status") == "ACTIVE"]
        if active:
            return min(active, key=lambda analyzer: str(analyzer["arn"]))
    return None


def _findings(client: AwsClient, analyzer_arn: str) -> list[JsonObject]:
    listed = client.listed(
        _SERVICE,
        "ListFindingsV2",
        "findings",
        analyzerArn=analyzer_arn,
        filter={"status": {"eq": ["ACTIVE"]}, "resourceType": {"eq": ["AWS::IAM::Role"]}},
        maxResults=_PAGE,
    )
    found = sorted((entry for entry in listed if entry.get("findingType") in _KINDS), key=_order)
    detailed = [str(entry["id"]) for entry in found if entry["findingType"] == PERMISSION_UNUSED]
    details = _details(client, analyzer_arn, detailed[:_DETAILS_AT_MOST])
    return [{**entry, "findingDetails": details.get(entry["id"], [])} for entry in found]


def _order(finding: JsonObject) -> tuple[str, str]:
    return str(finding.get("resource", "")), str(finding["id"])


def _details(client: AwsClient, analyzer_arn: str, finding_ids: Sequence[str]) -> dict[str, list[Any]]:
    """Return what findings are about, service by service; one that went away meanwhile is left out."""
    details: dict[str, list[Any]] = {}
    for finding_id in finding_ids:
        try:
            details[finding_id] = client.listed(
                _SERVICE, "GetFindingV2", "findingDetails", analyzerArn=analyzer_arn, id=finding_id
            )
        except RefusedError as error:
            logger.info("finding %s has no details: %s", finding_id, error)
            if error.kind is GapKind.DENIED:
                break
    return details
