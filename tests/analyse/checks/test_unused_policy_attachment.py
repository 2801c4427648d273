from __future__ import annotations

from typing import Any

import pytest

from tests.builders import a_policy, a_role, analysed, days_ago, document, found, statement

CHECK = "unused-policy-attachment"
READS = document(statement("s3:ListBucket"))
QUEUES = "arn:aws:iam::111122223333:policy/queues"


def unused(policy: dict[str, Any], *services: str, used: str = "s3", **role: Any) -> list[dict[str, Any]]:
    """Judge a role that uses s3, with a second policy; AWS tracks s3 and the services."""
    holder = a_role(inline=READS, attached=(QUEUES,), **role)
    entries = [{"ServiceNamespace": name} for name in services if name != used]
    entries.append({"ServiceNamespace": used, "LastAuthenticated": days_ago(1)})
    answers = {holder["Arn"]: {"JobStatus": "COMPLETED", "ServicesLastAccessed": entries}}
    return found(analysed(holder, policies=[a_policy(QUEUES, policy)], last_accessed=answers), CHECK)


def test_fires_with_the_name_of_the_policy() -> None:
    (finding,) = unused(document(statement(["sqs:SendMessage", "sns:Publish"])), "sqs", "sns")
    assert (finding["detail"], finding["policies"], finding["severity"]) == ("queues", "queues", "low")
    assert finding["evidence"] == ("Nothing granted by queues was used in the tracking period; AWS tracks all of it.")


def test_an_inline_policy_counts_too() -> None:
    (finding,) = unused(document(statement("sqs:SendMessage")), "s3", used="sqs")
    assert finding["detail"] == "inline"


def test_quiet_when_one_of_its_services_was_used() -> None:
    assert not unused(document(statement(["sqs:SendMessage", "s3:ListBucket"])), "sqs")


def test_quiet_when_one_of_its_services_is_not_tracked() -> None:
    assert not unused(document(statement(["sqs:SendMessage", "sns:Publish"])), "sqs")


@pytest.mark.parametrize("action", ["newservice:Do", "iam:PassRole", "*"])
def test_quiet_for_what_no_report_can_show(action: str) -> None:
    assert not unused(document(statement("sqs:SendMessage"), statement(action)), "sqs", "iam")


def test_quiet_for_a_guardrail_that_also_denies() -> None:
    assert not unused(document(statement("sqs:SendMessage"), statement("sns:*", effect="Deny")), "sqs")
    assert not unused(document(statement("sqs:*", effect="Deny")), "sqs")


def by_action(policy: dict[str, Any], **used: bool) -> list[dict[str, Any]]:
    """Judge a role that uses sqs, whose actions AWS tracks one by one."""
    holder = a_role(inline=document(statement("sqs:ListQueues")), attached=(QUEUES,))
    tracked = [
        {"ActionName": name, **({"LastAccessedTime": days_ago(3)} if was_used else {})}
        for name, was_used in {"ListQueues": True, **used}.items()
    ]
    sqs = {
        "ServiceNamespace": "sqs",
        "LastAuthenticated": days_ago(1),
        "TrackedActionsLastAccessed": tracked,
    }
    answers = {holder["Arn"]: {"JobStatus": "COMPLETED", "ServicesLastAccessed": [sqs]}}
    return found(analysed(holder, policies=[a_policy(QUEUES, policy)], last_accessed=answers), CHECK)


def test_fires_in_a_used_service_when_aws_tracks_each_action_and_none_was_used() -> None:
    (finding,) = by_action(
        document(statement(["sqs:CreateQueue", "sqs:DeleteQueue"])), CreateQueue=False, DeleteQueue=False
    )
    assert finding["detail"] == "queues"


def test_quiet_in_a_used_service_when_one_action_was_used_or_is_not_tracked() -> None:
    assert not by_action(
        document(statement(["sqs:CreateQueue", "sqs:DeleteQueue"])), CreateQueue=True, DeleteQueue=False
    )
    assert not by_action(document(statement(["sqs:CreateQueue", "sqs:SendMessage"])), CreateQueue=False)


def test_quiet_for_tagging_in_a_used_service_which_happens_while_things_are_made() -> None:
    assert not by_action(document(statement("sqs:TagQueue")), TagQueue=False)


def test_quiet_for_unused_and_for_new_roles() -> None:
    assert not unused(document(statement("sqs:SendMessage")), "sqs", created=30)
    assert not found(analysed(a_role(last_used=200), last_accessed={}), CHECK)


def test_quiet_when_nothing_was_read() -> None:
    assert not found(analysed(a_role(inline=READS)), CHECK)


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(), CHECK)
