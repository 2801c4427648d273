"""Reads Security Hub's open findings about IAM roles, where it is enabled → each account's `security-hub.json`.

In the account that administers Security Hub for the organization one listing tells of every account. It is a second
opinion: whoever has no Security Hub, or may not read it, still gets a whole review, and no gap.
https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_GetFindings.html
"""

from __future__ import annotations

import logging
from itertools import islice
from typing import TYPE_CHECKING

from hygiene.collect.refusal import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.collect.client import AwsClient
    from hygiene.model import JsonObject

logger = logging.getLogger(__name__)

PRODUCTS = ("IAM Access Analyzer", "Security Hub")
"""Who finds something about roles: Access Analyzer, and Security Hub's own controls."""
_PAGE = 100
_AT_MOST = 20_000
"""Findings; a page takes a third of a second, and one control that every role fails must not hold a review up."""

_KEPT = (
    "Id",
    "ProductName",
    "GeneratorId",
    "Title",
    "Severity",
    "Compliance",
    "AwsAccountId",
    "Region",
    "FirstObservedAt",
    "LastObservedAt",
    "UpdatedAt",
)
"""What is kept of a finding, beside the roles it is about: the whole is some kilobytes, mostly how to mend it."""


def read_role_findings(client: AwsClient) -> dict[str, JsonObject]:
    """Return account id → `{"findings": […]}` in AWS's own fields; empty where Security Hub is off or refuses."""
    by_account: dict[str, JsonObject] = {}
    try:
        for finding in islice(_findings(client), _AT_MOST):
            by_account.setdefault(str(finding["AwsAccountId"]), {"findings": []})["findings"].append(finding)
    except RefusedError as error:
        logger.info("Security Hub is not read: %s", error)
        return {}
    return {account: {"findings": sorted(found["findings"], key=_order)} for account, found in by_account.items()}


def _findings(client: AwsClient) -> Iterator[JsonObject]:
    filters = {
        "ProductName": _one_of(*PRODUCTS),
        "ResourceType": _one_of("AwsIamRole"),
        "RecordState": _one_of("ACTIVE"),
        # A control that is passed is resolved; what somebody suppressed was decided on there.
        "WorkflowStatus": _one_of("NEW", "NOTIFIED"),
    }
    for page in client.pages("securityhub", "GetFindings", Filters=filters, MaxResults=_PAGE):
        for finding in page.get("Findings", []):
            roles = [
                {"Type": resource["Type"], "Id": resource["Id"]}
                for resource in finding.get("Resources", [])
                if resource.get("Type") == "AwsIamRole"
            ]
            yield {**{name: finding[name] for name in _KEPT if name in finding}, "Resources": roles}


def _one_of(*values: str) -> list[dict[str, str]]:
    return [{"Value": value, "Comparison": "EQUALS"} for value in values]


def _order(finding: JsonObject) -> str:
    return str(finding.get("Id", ""))
