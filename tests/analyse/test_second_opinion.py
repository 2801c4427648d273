from __future__ import annotations

from typing import Any

import pytest

from hygiene.analyse.second_opinion import second_opinions
from tests.builders import UNREAD, a_role, analysed, days_ago, document, found, statement

Json = dict[str, Any]


def opinion(role: Json, kind: str, *services: str) -> Json:
    details = [{"unusedPermissionDetails": {"serviceNamespace": service}} for service in services]
    return {
        "analyzer": {"configuration": {"unusedAccess": {"unusedAccessAge": 90}}},
        "findings": [
            {"resource": role["Arn"], "findingType": kind, "analyzedAt": days_ago(2), "findingDetails": details}
        ],
    }


def test_it_confirms_an_unused_role_with_its_lookback() -> None:
    role = a_role(last_used=200)
    (finding,) = found(analysed(role, access_analyzer=opinion(role, "UnusedIAMRole")), "unused-role")
    assert finding["evidence"].endswith(
        "IAM Access Analyzer also finds the role unused in its last 90 days, as of 2026-12-29."
    )


def test_it_never_turns_unknown_into_unused() -> None:
    role = a_role(last_used=UNREAD)
    analysis = analysed(role, access_analyzer=opinion(role, "UnusedIAMRole"))
    assert list(analysis.roles["usage_status"]) == ["unknown"]
    (finding,) = found(analysis, "usage-unknown")
    assert "which proves nothing" in finding["evidence"]


def test_it_makes_no_finding_of_its_own() -> None:
    role = a_role()
    with_opinion = analysed(role, access_analyzer=opinion(role, "UnusedIAMRole"))
    assert with_opinion.findings == analysed(role).findings


def test_it_names_the_services_of_unused_permissions() -> None:
    role = a_role(inline=document(statement(["s3:ListBucket", "sqs:ListQueues"])))
    said = [{"ServiceNamespace": "s3", "LastAuthenticated": days_ago(1)}, {"ServiceNamespace": "sqs"}]
    analysis = analysed(
        role,
        last_accessed={role["Arn"]: {"ServicesLastAccessed": said}},
        access_analyzer=opinion(role, "UnusedPermission", "sqs"),
    )
    (finding,) = found(analysis, "unused-service-access")
    assert "also finds permissions unused in its last 90 days (sqs), as of 2026-12-29." in finding["evidence"]


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        {},
        {"findings": "x", "analyzer": []},
        {"findings": [1, {}, {"findingType": "UnusedIAMRole", "findingDetails": [None]}]},
    ],
)
def test_what_cannot_be_read_says_nothing(damaged: Any) -> None:
    assert not [arn for arn, _ in second_opinions(damaged) if arn]
