"""Asks IAM Access Analyzer about policies that nobody has put in place yet: ValidatePolicy, which keeps nothing.

https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ValidatePolicy.html
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from hygiene.collect.refusal import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hygiene.collect.client import AwsClient

logger = logging.getLogger(__name__)

_SERVICE = "accessanalyzer"
_KINDS = ("ERROR", "SECURITY_WARNING")
_AT_ONCE = 8


def validate_policies(client: AwsClient, documents: Mapping[str, str]) -> dict[str, list[str]]:
    """Return for each document (key → JSON text of an identity policy) AWS's errors and security warnings in words.

    A document that AWS did not answer about is left out. After a refusal nothing more is asked: nothing is required.
    """
    asking = _Asking(client)
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="policy") as pool:
        answers = zip(documents, pool.map(asking.about, documents.values()), strict=True)
    return {key: answer for key, answer in answers if answer is not None}


class _Asking:
    """Asks until it is refused; that AWS cannot read one document says nothing about the others."""

    def __init__(self, client: AwsClient) -> None:
        self._client = client
        self._is_over = False

    def about(self, document: str) -> list[str] | None:
        if self._is_over:
            return None
        try:
            found: list[dict[str, Any]] = self._client.listed(
                _SERVICE, "ValidatePolicy", "findings", policyDocument=document, policyType="IDENTITY_POLICY"
            )
        except RefusedError as error:
            if error.code != "ValidationException" and not self._is_over:
                self._is_over = True
                logger.info("IAM Access Analyzer is not asked about proposals: %s", error)
            return None
        return sorted(_sentence(one) for one in found if one.get("findingType") in _KINDS)


def _sentence(finding: dict[str, Any]) -> str:
    kind = str(finding["findingType"]).lower().replace("_", " ")
    return f"{kind} {finding.get('issueCode', '')}: {finding.get('findingDetails', '')}"
