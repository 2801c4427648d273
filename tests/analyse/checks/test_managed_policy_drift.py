from __future__ import annotations

from typing import Any

from hygiene.analyse.reference import EarlierPolicy
from tests.builders import a_policy, a_reference, a_role, analysed, document, found, statement

CHECK = "managed-policy-drift"
ARN = "arn:aws:iam::aws:policy/ReadMore"


def drift(then: Any, now: Any, version: str = "v0") -> list[dict[str, Any]]:
    reference = a_reference(earlier_policies={ARN: EarlierPolicy(version, then)})
    role = a_role(inline=None, attached=(ARN,))
    return found(analysed(role, policies=[a_policy(ARN, now)], reference=reference), CHECK)


def test_fires_with_the_added_actions() -> None:
    (finding,) = drift(document(statement("s3:GetObject")), document(statement(["s3:GetObject", "s3:PutObject"])))
    assert (finding["detail"], finding["policies"], finding["severity"]) == ("s3:PutObject", "ReadMore", "low")


def test_weighs_more_when_permissions_can_be_managed() -> None:
    (finding,) = drift(document(statement("s3:GetObject")), document(statement("s3:PutBucketPolicy")))
    assert finding["severity"] == "medium"


def test_quiet_when_it_allows_less_or_the_same() -> None:
    assert not drift(document(statement(["s3:GetObject", "s3:PutObject"])), document(statement("s3:GetObject")))
    assert not drift(document(statement("s3:GetObject")), document(statement("s3:PutObject")), version="v1")


def test_quiet_when_the_earlier_document_was_not_read() -> None:
    assert not drift(None, document(statement("s3:PutObject")))


def test_quiet_without_an_earlier_snapshot() -> None:
    role = a_role(inline=None, attached=(ARN,))
    assert not found(analysed(role, policies=[a_policy(ARN, document(statement("s3:*")))]), CHECK)
