from __future__ import annotations

from typing import Any

import pytest

from hygiene.config import CheckSettings
from tests.builders import UNREAD, a_role, analysed, days_ago, document, found, statement

CHECK = "unused-service-access"
GRANTS = document(statement(["s3:ListBucket", "sqs:ListQueues", "sns:ListTopics"]))


def entry(service: str, used: float | None = None, actions: dict[str, float | None] | None = None) -> dict[str, Any]:
    tracked = [
        {"ActionName": name, **({} if days is None else {"LastAccessedTime": days_ago(days)})}
        for name, days in (actions or {}).items()
    ]
    more = {"TrackedActionsLastAccessed": tracked} if actions else {}
    return {"ServiceNamespace": service, **({} if used is None else {"LastAuthenticated": days_ago(used)}), **more}


def answer(*entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"JobStatus": "COMPLETED", "JobCompletionDate": days_ago(0), "ServicesLastAccessed": list(entries), **more}


def unused(role: dict[str, Any], *entries: dict[str, Any], minimum: int = 1, **more: Any) -> list[dict[str, Any]]:
    analysis = analysed(
        role,
        last_accessed={role["Arn"]: answer(*entries, **more)},
        checks={CHECK: CheckSettings(min_unused_services=minimum)},
    )
    return found(analysis, CHECK)


def test_fires_with_the_services_and_since_when() -> None:
    (finding,) = unused(a_role(inline=GRANTS), entry("s3", 1), entry("sqs"), entry("sns"))
    assert finding["evidence"] == "1 of 3 tracked services used; 2 not since 2025-11-26 (sns and sqs)."
    assert (finding["detail"], finding["severity"]) == ("sns;sqs", "low")


def test_is_medium_for_a_powerful_role() -> None:
    (finding,) = unused(a_role(inline=document(statement("s3:*"), statement("sqs:*"))), entry("s3", 1), entry("sqs"))
    assert finding["severity"] == "medium"


def test_a_role_younger_than_the_tracking_period_is_judged_since_it_was_made() -> None:
    (finding,) = unused(a_role(inline=GRANTS, created=100), entry("s3", 1), entry("sqs"))
    assert "not since 2026-09-22" in finding["evidence"]


def test_services_that_aws_does_not_track_are_never_called_unused() -> None:
    assert not unused(a_role(inline=GRANTS), entry("s3", 1), entry("sqs", 3))


def test_services_that_are_held_back_are_not_called_unused() -> None:
    denied = document(*GRANTS["Statement"], statement("sqs:*", effect="Deny"))
    assert not unused(a_role(inline=denied), entry("s3", 1), entry("sqs"))


def test_passing_a_role_leaves_no_trace_so_iam_is_not_called_unused_for_it() -> None:
    passing = document(statement("s3:ListBucket"), statement("iam:PassRole", "arn:aws:iam::111122223333:role/app"))
    assert not unused(a_role(inline=passing), entry("s3", 1), entry("iam"))


def test_action_level_data_adds_the_unused_actions_of_the_services_in_use() -> None:
    grants = document(statement(["s3:ListAllMyBuckets", "s3:CreateBucket", "sqs:ListQueues"]))
    s3 = entry("s3", 1, {"ListAllMyBuckets": 1, "CreateBucket": None, "DeleteBucket": None})
    (finding,) = unused(a_role(inline=grants), s3, entry("sqs", None, {"ListQueues": None}))
    assert finding["evidence"].endswith(
        "In the services used, 1 of 2 tracked actions not since 2025-11-26 (s3:CreateBucket)."
    )


def unused_actions(minimum: int = 1, **actions: float | None) -> list[dict[str, Any]]:
    """Judge a role that uses sqs alone, at action level."""
    role = a_role(inline=document(statement([*(f"sqs:{name}" for name in actions), "sqs:SendMessage"])))
    return found(
        analysed(
            role,
            last_accessed={role["Arn"]: answer(entry("sqs", 1, actions))},
            checks={CHECK: CheckSettings(min_unused_actions=minimum)},
        ),
        CHECK,
    )


def test_fires_on_actions_alone_and_names_what_aws_does_not_track() -> None:
    (finding,) = unused_actions(ListQueues=1, CreateQueue=None, DeleteQueue=None)
    assert finding["evidence"] == (
        "1 of 1 tracked services used. In the services used, 2 of 3 tracked actions not since 2025-11-26 "
        "(sqs:CreateQueue and sqs:DeleteQueue). AWS does not track such actions as sqs:SendMessage: neither used nor "
        "unused."
    )
    assert (finding["detail"], finding["severity"]) == ("sqs:CreateQueue;sqs:DeleteQueue", "low")


def test_the_threshold_of_actions_counts_unused_ones() -> None:
    assert unused_actions(2, ListQueues=1, CreateQueue=None, DeleteQueue=None)
    assert not unused_actions(3, ListQueues=1, CreateQueue=None, DeleteQueue=None)
    assert not unused_actions(1, ListQueues=1)


def test_actions_say_nothing_where_a_service_in_use_would_be_left_with_none() -> None:
    role = a_role(inline=document(statement(["sqs:CreateQueue", "sqs:DeleteQueue"])))
    said = answer(entry("sqs", 1, {"CreateQueue": None, "DeleteQueue": None}))
    checks = {CHECK: CheckSettings(min_unused_actions=1)}
    assert not found(analysed(role, last_accessed={role["Arn"]: said}, checks=checks), CHECK)


def test_names_the_services_and_the_permission_that_aws_does_not_track() -> None:
    passing = document(statement(["s3:ListBucket", "sqs:ListQueues", "sns:ListTopics", "iam:PassRole"]))
    (finding,) = unused(a_role(inline=passing), entry("s3", 1), entry("sqs"), entry("iam"))
    assert finding["detail"] == "sqs"
    assert finding["evidence"].endswith(
        "AWS does not track iam:PassRole and everything in sns: neither used nor unused."
    )


def test_the_threshold_counts_services() -> None:
    entries = (entry("s3", 1), entry("sqs"), entry("sns"))
    assert unused(a_role(inline=GRANTS), *entries, minimum=2)
    assert not unused(a_role(inline=GRANTS), *entries, minimum=3)


@pytest.mark.parametrize("role", [a_role(inline=GRANTS, last_used=200), a_role(inline=GRANTS, created=89)])
def test_quiet_for_unused_roles_and_for_new_ones(role: dict[str, Any]) -> None:
    assert not unused(role, entry("s3"), entry("sqs"))


def test_fires_exactly_at_the_age_a_role_is_judged_from() -> None:
    assert unused(a_role(inline=GRANTS, created=90), entry("s3", 1), entry("sqs"))


def test_quiet_when_nobody_knows_whether_the_role_is_used() -> None:
    assert not unused(a_role(inline=GRANTS, last_used=UNREAD), entry("s3"), entry("sqs"))


@pytest.mark.parametrize("broken", [{"JobStatus": "FAILED"}, {"IsTruncated": True}])
def test_quiet_when_the_answer_is_not_whole(broken: dict[str, Any]) -> None:
    assert not unused(a_role(inline=GRANTS), entry("s3", 1), entry("sqs"), **broken)


def test_quiet_when_nothing_was_read() -> None:
    assert not found(analysed(a_role(inline=GRANTS)), CHECK)
    assert not found(analysed(a_role(inline=GRANTS), last_accessed={}), CHECK)


def test_quiet_when_a_policy_was_not_read() -> None:
    missing = a_role(inline=GRANTS, attached=("arn:aws:iam::111122223333:policy/missing",))
    assert not unused(missing, entry("s3", 1), entry("sqs"))


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(last_accessed={}), CHECK)
