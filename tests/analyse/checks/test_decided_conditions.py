"""Conditions that a role's own facts decide, and Denies on a whole kind, as the permissions checks see them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import ACCOUNT, ADMIN, a_reference, a_role, an_organization, an_scp, analysed, document, statement
from tests.builders import trusts as trusting

MFA_KEY = "aws:multifactorauthpresent"
TO_LAMBDA = ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]
NAMED_ONLY = statement("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/boss")


def said(check: str, *statements: dict[str, Any], scps: Any = (), others: Any = (), **role: Any) -> list[str | None]:
    """Return what holds back the findings of the check about a role of these statements."""
    reference = a_reference(an_organization(policies=[an_scp(document(*one)) for one in scps]))
    analysis = analysed(a_role("subject", inline=document(*statements), **role), *others, reference=reference)
    rows = [row for row in analysis.findings if row["role_name"] == "subject" and row["check"] == check]
    return [row["held_back_by"] for row in rows]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"aws:PrincipalOrgID": "o-test"}}, [None]),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-other"}}, []),
        ({"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/other"}}, []),
        ({"StringEquals": {"aws:PrincipalTag/stage": "test"}}, [None]),
        ({"StringEquals": {"aws:PrincipalTag/stage": "prod"}}, []),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, ["not-evaluated: aws:multifactorauthpresent"]),
    ],
)
@pytest.mark.parametrize(
    ("check", "actions"),
    [
        ("privilege-escalation", TO_LAMBDA),
        ("privilege-escalation", "iam:AttachRolePolicy"),
        ("pass-any-role", "iam:PassRole"),
        ("service-wildcard", "dynamodb:*"),
        ("service-wildcard", "brandnew:*"),
        ("allow-not-resource", "dynamodb:PutItem"),
    ],
)
def test_a_condition_about_the_role_itself_is_decided(
    check: str, actions: Any, condition: dict[str, Any], expected: list[str | None]
) -> None:
    given = statement(actions, Condition=condition)
    if check == "allow-not-resource":
        given["NotResource"] = f"{given.pop('Resource')}:x"
    assert said(check, given, tags={"stage": "test"}) == expected


def test_tags_that_a_session_or_the_role_itself_may_change_decide_nothing() -> None:
    prod = statement("dynamodb:*", Condition={"StringEquals": {"aws:PrincipalTag/stage": "prod"}})
    unknown = ["not-evaluated: aws:principaltag/stage"]
    tagging = trusting({"Service": "lambda.amazonaws.com"}, ["sts:AssumeRole", "sts:TagSession"])
    assert said("service-wildcard", prod, tags={"stage": "test"}, trust=tagging) == unknown
    assert said("service-wildcard", prod, statement("iam:TagRole"), tags={"stage": "test"}) == unknown
    assert said("service-wildcard", prod, Tags=None) == unknown
    everything = prod | {"Action": "*"}
    assert said("full-admin", everything, tags={"stage": "prod"}) == [None]
    assert said("full-admin", everything, tags={"stage": "test"}) == [], "it may not even tag"
    denied = prod | {"Effect": "Deny"}
    both = [statement("dynamodb:*"), denied]
    assert said("service-wildcard", *both, tags={"stage": "prod"}) == ["deny"]
    assert said("service-wildcard", *both, statement("iam:TagRole"), tags={"stage": "prod"}) == unknown
    assert said("service-wildcard", *both, statement("iam:TagRole"), tags={"stage": "test"}) == [None]


def test_a_chain_needs_an_allow_that_is_for_this_role() -> None:
    boss = a_role("boss", inline=ADMIN, trust=trusting({"AWS": ACCOUNT}))
    elsewhere = {"StringEquals": {"aws:PrincipalOrgID": "o-other"}}
    assert said("privilege-escalation", NAMED_ONLY, others=[boss]) == [None]
    assert said("privilege-escalation", NAMED_ONLY | {"Condition": elsewhere}, others=[boss]) == []


def test_a_ceiling_that_denies_every_role_holds_back_what_changes_roles() -> None:
    every_role = (statement("*"), statement("iam:*", "arn:aws:iam::*:role/*", effect="Deny"))
    assert said("privilege-escalation", statement("iam:AttachRolePolicy"), scps=[every_role]) == ["scp"]
    every_function = (statement("*"), statement("lambda:*", "arn:aws:lambda:*:*:function:*", effect="Deny"))
    assert said("privilege-escalation", statement(TO_LAMBDA), scps=[every_function]) == ["scp"]


def test_a_deny_on_every_function_leaves_no_function_to_make() -> None:
    denied = statement("lambda:*", "arn:aws:lambda:*:*:function:*", effect="Deny")
    assert said("privilege-escalation", statement(TO_LAMBDA), denied) == ["deny"]


@pytest.mark.parametrize("check", ["privilege-escalation", "pass-any-role", "service-wildcard", "full-admin"])
def test_of_two_conditions_the_same_is_named_whatever_the_order(check: str) -> None:
    by_mfa = statement("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    from_vpc = statement("*", Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}})
    assert said(check, by_mfa, from_vpc) == said(check, from_vpc, by_mfa)


def test_a_statement_about_everything_but_everything_is_no_finding() -> None:
    nothing = {"Effect": "Allow", "NotAction": "ec2:*", "NotResource": "*"}
    assert said("allow-not-action", nothing) == []
    assert said("allow-not-resource", nothing) == []


def test_a_deny_on_some_resources_leaves_a_statement_the_others_with_a_condition_and_without() -> None:
    wide = {"Effect": "Allow", "Action": "dynamodb:*", "NotResource": "arn:aws:dynamodb:*:*:table/one"}
    secret = statement("dynamodb:*", "arn:aws:dynamodb:*:*:table/secret", "Deny")
    mfa = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}
    assert said("allow-not-resource", wide, secret) == [None]
    assert said("allow-not-resource", wide, secret | mfa) == [None]
    assert said("allow-not-resource", wide, secret | mfa | {"Resource": "*"}) == [f"not-evaluated: {MFA_KEY}"]


def test_a_conditional_deny_on_something_else_leaves_passing_any_role_certain() -> None:
    elsewhere = statement("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/one", "Deny")
    mfa = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}
    assert said("pass-any-role", statement("iam:PassRole"), elsewhere | mfa) == [None]
    assert said("pass-any-role", statement("iam:PassRole"), elsewhere | mfa | {"Resource": "*"}) != [None]


@pytest.mark.parametrize("check", ["privilege-escalation", "credentials-exposure", "pass-any-role", "full-admin"])
def test_a_deny_holds_nothing_back_that_was_never_for_this_role(check: str) -> None:
    elsewhere = statement("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-other"}})
    assert said(check, elsewhere, statement("*", effect="Deny")) == []


def test_a_policy_that_gives_to_others_alone_is_not_named_as_giving_it() -> None:
    elsewhere = {"StringEquals": {"aws:PrincipalOrgID": "o-other"}}
    policies = [
        {"PolicyName": "ours", "PolicyDocument": document(statement("dynamodb:*"))},
        {"PolicyName": "theirs", "PolicyDocument": document(statement("dynamodb:*", Condition=elsewhere))},
    ]
    analysis = analysed(a_role(RolePolicyList=policies), reference=a_reference(an_organization()))
    (row,) = [row for row in analysis.findings if row["check"] == "service-wildcard"]
    assert row["policies"] == "ours"


def test_any_role_of_the_own_account_may_be_written_with_a_variable() -> None:
    own = "arn:aws:iam::${aws:PrincipalAccount}:role/*"
    assert said("pass-any-role", statement("iam:PassRole", own)) == [None]
    assert said("pass-any-role", statement("iam:PassRole"), statement("iam:PassRole", own, "Deny")) == ["deny"]
