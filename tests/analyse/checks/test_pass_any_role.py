from __future__ import annotations

from typing import Any

import pytest

from tests.builders import (
    ADMIN,
    a_policy,
    a_reference,
    a_role,
    an_organization,
    an_scp,
    analysed,
    document,
    found,
    statement,
)

CHECK = "pass-any-role"
ANY_ROLE = "arn:aws:iam::111122223333:role/*"
APP_ROLES = "arn:aws:iam::111122223333:role/app-*"
BOUNDARY = "arn:aws:iam::111122223333:policy/limit"
TO_LAMBDA = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}


def passing(*statements: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return found(analysed(a_role(inline=document(*statements)), **more), CHECK)


def fates(inline: dict[str, Any], limit: dict[str, Any]) -> list[str | None]:
    analysis = analysed(a_role(inline=inline, boundary=BOUNDARY), policies=[a_policy(BOUNDARY, limit)])
    return [finding["held_back_by"] for finding in found(analysis, CHECK)]


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        "arn:aws:iam::*:role/*",
        ANY_ROLE,
        "arn:*:iam::*:role/*",
        "arn:aws:iam::111122223333:*",
        ["arn:aws:iam::111122223333:role/app", ANY_ROLE],
    ],
)
def test_fires_on_any_role_however_it_is_written(resource: object) -> None:
    (finding,) = passing(statement("iam:PassRole", resource))
    assert finding["held_back_by"] is None
    assert (finding["severity"], finding["confidence"], finding["policies"]) == ("medium", "certain", "inline")
    assert finding["evidence"] == "May pass any role to an AWS service (inline statement 1)."


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:iam::111122223333:role/app",
        APP_ROLES,
        "arn:aws:iam::*:role/service-role/*",
        "arn:aws:iam::444455556666:role/*",
        "arn:aws:s3:::*",
    ],
)
def test_quiet_for_named_roles_and_for_other_accounts(resource: str) -> None:
    assert not passing(statement("iam:PassRole", resource))


def test_fires_for_an_administrator_and_for_any_role_but_one() -> None:
    assert passing(statement("*"))
    assert passing({"Effect": "Allow", "Action": "iam:Pass*", "NotResource": "arn:aws:iam::111122223333:role/admin"})


def test_quiet_when_all_roles_are_among_the_exceptions() -> None:
    assert not passing({"Effect": "Allow", "Action": "iam:PassRole", "NotResource": ANY_ROLE})


def test_the_service_it_may_be_passed_to_is_a_condition_nobody_evaluated() -> None:
    (finding,) = passing(statement("iam:PassRole", Condition=TO_LAMBDA))
    assert finding["held_back_by"] == "not-evaluated: iam:passedtoservice"
    assert finding["confidence"] == "possible"


def test_one_finding_says_what_is_held_back_least() -> None:
    (finding,) = passing(statement("iam:PassRole", Condition=TO_LAMBDA), statement("iam:PassRole", ANY_ROLE))
    assert finding["held_back_by"] is None
    assert "inline statement 2" in finding["evidence"]


@pytest.mark.parametrize("resource", ["*", ANY_ROLE])
def test_held_back_by_a_deny(resource: str) -> None:
    (finding,) = passing(statement("*"), statement("iam:PassRole", resource, effect="Deny"))
    assert finding["held_back_by"] == "deny"


def test_a_deny_of_one_role_leaves_the_others() -> None:
    (finding,) = passing(statement("*"), statement("iam:PassRole", APP_ROLES, effect="Deny"))
    assert finding["held_back_by"] is None


def test_held_back_by_a_boundary_that_names_roles_but_not_by_one_that_names_all() -> None:
    assert fates(ADMIN, document(statement("iam:PassRole", APP_ROLES))) == ["boundary"]
    assert fates(ADMIN, document(statement("iam:PassRole", ANY_ROLE))) == [None]
    for limit in ("s3:*", "iam:PassRole"):
        some = document(statement(limit, APP_ROLES))
        assert fates(document(statement("iam:PassRole", ANY_ROLE)), some) == ["boundary"]


def test_held_back_by_an_scp() -> None:
    reference = a_reference(an_organization(policies=[an_scp(document(statement("s3:*")))]))
    (finding,) = passing(statement("iam:PassRole", ANY_ROLE), reference=reference)
    assert finding["held_back_by"] == "scp"


def test_quiet_for_service_linked_roles_and_an_account_without_roles() -> None:
    assert not found(analysed(a_role(inline=ADMIN, path="/aws-service-role/x.amazonaws.com/")), CHECK)
    assert not found(analysed(), CHECK)
