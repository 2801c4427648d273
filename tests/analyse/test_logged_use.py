"""Use that CloudTrail alone saw: a role that somebody assumed is not unused, and what it called it needs."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from hygiene.analyse.facts import build_estate
from hygiene.analyse.logged_use import logged_use
from hygiene.analyse.permissions import PolicyCompiler
from hygiene.analyse.proposal import proposals_of
from hygiene.model import AccountDocuments
from hygiene.policy.actions import catalogue
from tests.activity_builders import ROLE, a_change, an_activity, an_assumption, an_event
from tests.analyse.test_proposal import answer, entry
from tests.builders import (
    ACCOUNT,
    AS_OF,
    UNREAD,
    a_reference,
    a_role,
    an_organization,
    analysed,
    details,
    document,
    statement,
)

PATHED = f"arn:aws:iam::{ACCOUNT}:role/teams/app"


def row(*assumptions: Any, **role: Any) -> dict[str, Any]:
    analysis = analysed(a_role("app", **role), activity=an_activity(*assumptions))
    return {str(name): value for name, value in analysis.roles.to_dict("records")[0].items()}


@pytest.mark.parametrize("last_used", [200, None, UNREAD])
def test_a_role_that_was_assumed_is_in_use_whatever_iam_says(last_used: Any) -> None:
    found = row(an_assumption(), last_used=last_used)
    assert (found["usage_status"], found["usage_reason"], found["unused_days"]) == ("in_use", "recent", 1)
    assert (found["last_used_at"], found["last_used_region"]) == (AS_OF - timedelta(days=1), "eu-west-1")
    assert found["suggestion"] != "remove"


def test_what_iam_saw_later_stays() -> None:
    found = row(an_assumption(example=an_event(9)), last_used=3)
    assert (found["unused_days"], found["last_used_region"]) == (3, row(last_used=3)["last_used_region"])


def test_a_refusal_is_no_use_and_neither_is_an_earlier_role_of_the_name() -> None:
    refused = an_assumption(count=0, failed=9, example=None, failed_example=an_event())
    assert row(refused, last_used=200)["usage_status"] == "unused"
    earlier = an_assumption(example=an_event(80), last_seen=AS_OF - timedelta(days=80))
    assert row(earlier, last_used=None, created=70)["usage_status"] == "too_new"


def test_services_of_a_role_that_the_log_alone_saw_are_not_called_unused() -> None:
    found = analysed(a_role("app", last_used=None), activity=an_activity(an_assumption()), last_accessed={})
    assert found.roles["services_unused"].isna().all()


BROAD = document(statement(["sts:AssumeRole", "iam:TagRole", "iam:DeleteRole", "sqs:*", "s3:ListAllMyBuckets"]))


def policies_for(role: dict[str, Any], activity: Any, *entries: Any) -> list[str]:
    """Return the actions that are left by the role's proposal."""
    documents = AccountDocuments(
        ACCOUNT,
        authorization_details=details(role),
        last_accessed={role["Arn"]: answer(*entries)},
        activity=activity,
    )
    reference = a_reference(an_organization())
    estate = build_estate(documents, reference.accounts[ACCOUNT], reference, PolicyCompiler())
    (proposal,) = proposals_of(estate, set())
    content = json.loads(proposal.text())
    return [
        action
        for policy in content["policies"]
        for one in policy["document"]["Statement"]
        for action in one["Action"]
    ]


@pytest.mark.parametrize("caller", [PATHED, ROLE], ids=["with its path", "a session that does not say it"])
def test_what_the_log_saw_a_role_call_is_never_taken_away(caller: str) -> None:
    activity = an_activity(
        an_assumption(caller, role_arn=f"arn:aws:iam::{ACCOUNT}:role/other"),
        changes=(a_change("TagRole", by=caller),),
    )
    role = a_role("app", path="/teams/", inline=BROAD)
    told = (entry("s3", used=True), entry("sqs"), entry("sts"), entry("iam"))
    left = policies_for(role, activity, *told)
    # AWS's report calls sts and iam unused, and is wrong: then it proves nothing about their other actions.
    assert left == ["sts:AssumeRole", "iam:TagRole", "iam:DeleteRole", "s3:ListAllMyBuckets"]
    assert policies_for(role, an_activity(), *told) == ["s3:ListAllMyBuckets"]


def test_an_action_of_a_tracked_service_that_the_log_saw_stays() -> None:
    activity = an_activity(changes=(a_change("DeleteRole", by=ROLE),))
    told = (entry("iam", used=True, TagRole=True, DeleteRole=False, CreateRole=False), entry("sqs"))
    inline = document(statement(["iam:TagRole", "iam:DeleteRole", "iam:CreateRole", "sqs:*"]))
    assert policies_for(a_role("app", inline=inline), activity, *told) == ["iam:TagRole", "iam:DeleteRole"]


def test_no_proposal_where_the_log_alone_saw_the_role_used() -> None:
    role = a_role("app", last_used=200, inline=BROAD)
    documents = AccountDocuments(
        ACCOUNT,
        authorization_details=details(role),
        last_accessed={role["Arn"]: answer(entry("s3"), entry("sqs"))},
        activity=an_activity(an_assumption()),
    )
    reference = a_reference(an_organization())
    estate = build_estate(documents, reference.accounts[ACCOUNT], reference, PolicyCompiler())
    assert not list(proposals_of(estate, set()))


def test_what_an_earlier_role_of_the_name_called_is_no_use_of_this_one() -> None:
    log = logged_use(an_activity(changes=(a_change("CreateUser", 50, by=ROLE), a_change("TagRole", 3, by=ROLE))))
    made = AS_OF - timedelta(days=40)
    assert log.calls(ROLE, made) == catalogue().mask(("iam:TagRole",))
    assert log.calls(ROLE, None) == catalogue().mask(("iam:CreateUser", "iam:TagRole"))
