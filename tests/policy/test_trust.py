from __future__ import annotations

from typing import Any

import pytest

from hygiene.policy.document import parse_document
from hygiene.policy.trust import role_kinds, trusted_principals
from tests.builders import ACCOUNT, SISTER, trusts


def kinds(trust: dict[str, Any], path: str = "/") -> tuple[str, ...]:
    return role_kinds(path, trusted_principals(parse_document(trust), ACCOUNT))


@pytest.mark.parametrize(
    ("principal", "action", "expected"),
    [
        ({"Service": "ec2.amazonaws.com"}, "sts:AssumeRole", ("service",)),
        ({"AWS": ACCOUNT}, "sts:AssumeRole", ("same-account",)),
        ({"AWS": f"arn:aws:iam::{SISTER}:root"}, "sts:AssumeRole", ("cross-account",)),
        ({"AWS": f"arn:aws-us-gov:iam::{SISTER}:role/x"}, "sts:*", ("cross-account",)),
        ("*", "*", ("public",)),
        ({"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/Corp"}, "sts:AssumeRoleWithSAML", ("federated-saml",)),
        ({"Federated": "accounts.google.com"}, "sts:AssumeRoleWithWebIdentity", ("federated-oidc",)),
        ({"AWS": "AROAEXAMPLEEXAMPLE123"}, "sts:AssumeRole", ()),
        ({"Service": "ec2.amazonaws.com"}, "sts:TagSession", ()),
        (
            {"Service": "ecs-tasks.amazonaws.com", "AWS": f"arn:aws:iam::{SISTER}:root"},
            "STS:assumerole",
            ("cross-account", "service"),
        ),
    ],
)
def test_the_kind_comes_from_who_may_assume(principal: Any, action: str, expected: tuple[str, ...]) -> None:
    assert kinds(trusts(principal, action)) == expected


def test_only_the_path_makes_a_role_service_linked() -> None:
    trust = trusts({"Service": "autoscaling.amazonaws.com"})
    assert kinds(trust, "/aws-service-role/autoscaling.amazonaws.com/") == ("service-linked",)
    assert kinds(trust, "/service-role/") == ("service",)


def test_a_deny_lets_nobody_in() -> None:
    denies = {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}}
    assert kinds(denies) == ()


@pytest.mark.parametrize(
    ("condition", "counts"),
    [
        ({"StringEquals": {"sts:ExternalId": "k-123"}}, True),
        ({"StringEquals": {"STS:externalid": "k-123"}}, True),
        ({"StringEqualsIfExists": {"sts:ExternalId": "k-123"}}, False),
        ({"StringNotEquals": {"sts:ExternalId": "k-123"}}, False),
        ({"StringLike": {"sts:ExternalId": "*"}}, False),
        ({"StringLike": {"sts:ExternalId": ["k-123", "*"]}}, False),
        ({"ForAllValues:StringEquals": {"sts:ExternalId": "k-123"}}, False),
        ({"ForAnyValue:StringEquals": {"sts:ExternalId": "k-123"}}, True),
        ({"Null": {"sts:ExternalId": "false"}}, False),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
    ],
)
def test_an_external_id_counts_only_when_the_caller_must_bring_it(condition: dict[str, Any], counts: bool) -> None:
    trust = trusts({"AWS": SISTER}, Condition=condition)
    (found,) = trusted_principals(parse_document(trust), ACCOUNT)
    assert (found.external_id is not None) is counts


@pytest.mark.parametrize(
    ("condition", "limits"),
    [
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}, True),
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, False),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ({"StringLike": {"aws:PrincipalOrgID": "*"}}, False),
        ({"StringLike": {"aws:PrincipalOrgID": "o-*"}}, False),
        ({"Null": {"aws:PrincipalOrgID": "false"}}, False),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}}, False),
        ({"StringLike": {"aws:PrincipalArn": "*"}}, False),
        ({"StringEquals": {"aws:PrincipalAccount": ["111122223333", "444455556666"]}}, True),
        ({"StringEqualsIfExists": {"aws:PrincipalAccount": "111122223333"}}, False),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, True),
        ({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0"]}}, False),
        ({"StringLike": {"aws:userid": "AROAEXAMPLEEXAMPLE123:*"}}, True),
        ({"StringLike": {"aws:SourceVpce": "vpce-*"}}, False),
        ({"StringEquals": {"aws:PrincipalTag/team": "shop"}}, False),
    ],
)
def test_a_condition_limits_only_when_it_says_who_the_caller_is(condition: dict[str, Any], limits: bool) -> None:
    (found,) = trusted_principals(parse_document(trusts("*", Condition=condition)), ACCOUNT)
    assert found.is_limited is limits


@pytest.mark.parametrize(
    ("arn", "pins"),
    [
        ("arn:aws:iam::*:role/deploy", True),
        ("arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*", True),
        ("arn:aws:iam::444455556666:role/*", False),
        ("*", False),
    ],
)
def test_a_condition_pins_a_whole_account_to_the_roles_it_names(arn: str, pins: bool) -> None:
    trust = trusts({"AWS": SISTER}, Condition={"ArnLike": {"aws:PrincipalArn": arn}})
    (found,) = trusted_principals(parse_document(trust), ACCOUNT)
    assert found.is_pinned is pins


def principals(*statements: dict[str, Any]) -> list[str]:
    found = trusted_principals(parse_document({"Statement": list(statements)}), ACCOUNT)
    return [trusted.principal.value for trusted in found]


def allow(principal: Any, action: Any = "sts:AssumeRole") -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action}


def deny(principal: Any = "*", action: Any = "sts:*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Principal": principal, "Action": action, **more}


@pytest.mark.parametrize(
    ("principal", "action"),
    [
        ({"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/Corp"}, "sts:AssumeRole"),
        ({"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/Corp"}, "sts:AssumeRoleWithWebIdentity"),
        ({"Federated": "accounts.google.com"}, "sts:AssumeRoleWithSAML"),
        ({"AWS": SISTER}, "sts:AssumeRoleWithSAML"),
        ({"Service": "ec2.amazonaws.com"}, "sts:AssumeRoleWithWebIdentity"),
    ],
)
def test_the_wrong_way_in_lets_nobody_in(principal: Any, action: str) -> None:
    assert principals(allow(principal, action)) == []
    assert principals(allow(principal, [action, "sts:*"])) != []


@pytest.mark.parametrize(
    "denies",
    [
        [deny()],
        [deny({"AWS": "*"})],
        [deny({"AWS": SISTER})],
        [deny({"AWS": f"arn:aws:iam::{SISTER}:root"}, "sts:AssumeRole")],
        [deny({"AWS": f"arn:aws:iam::{SISTER}:role/deploy"})],
    ],
)
def test_whom_a_deny_turns_away_is_not_trusted(denies: list[dict[str, Any]]) -> None:
    assert principals(allow({"AWS": f"arn:aws:iam::{SISTER}:role/deploy"}), *denies) == []


@pytest.mark.parametrize(
    "denied",
    [
        deny({"AWS": ACCOUNT}),
        deny({"AWS": f"arn:aws:iam::{SISTER}:role/other"}),
        deny(action="sts:TagSession"),
        deny(action="sts:AssumeRoleWithSAML"),
        deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}),
    ],
)
def test_a_deny_of_something_else_turns_nobody_away(denied: dict[str, Any]) -> None:
    assert principals(allow({"AWS": f"arn:aws:iam::{SISTER}:role/deploy"}), denied) != []


def test_a_deny_without_the_external_id_demands_it() -> None:
    demand = deny(Condition={"StringNotEquals": {"sts:ExternalId": "k-123"}})
    (found,) = trusted_principals(parse_document({"Statement": [allow({"AWS": SISTER}), demand]}), ACCOUNT)
    assert found.external_id is not None


def test_a_deny_that_needs_two_things_at_once_demands_neither() -> None:
    both = {"StringNotEquals": {"sts:ExternalId": "k-123"}, "Bool": {"aws:MultiFactorAuthPresent": "false"}}
    document = parse_document({"Statement": [allow({"AWS": SISTER}), deny(Condition=both)]})
    (found,) = trusted_principals(document, ACCOUNT)
    assert found.external_id is None


def test_a_deny_of_one_role_of_a_trusted_account_turns_that_one_away() -> None:
    denied = deny({"AWS": f"arn:aws:iam::{SISTER}:role/other"})
    (found,) = trusted_principals(parse_document({"Statement": [allow({"AWS": SISTER}), denied]}), ACCOUNT)
    assert [(clause.operator, clause.key, clause.values) for clause in found.condition] == [
        ("ArnNotEquals", "aws:principalarn", (f"arn:aws:iam::{SISTER}:role/other",))
    ]
    (elsewhere,) = trusted_principals(parse_document({"Statement": [allow({"AWS": ACCOUNT}), denied]}), ACCOUNT)
    assert elsewhere.condition == ()


def test_a_deny_with_not_principal_leaves_those_it_spares() -> None:
    spared = {"Effect": "Deny", "NotPrincipal": {"AWS": [SISTER, f"arn:aws:iam::{SISTER}:role/x"]}, "Action": "sts:*"}
    assert principals(allow({"AWS": [ACCOUNT, SISTER]}), spared) == [SISTER]
    (found,) = trusted_principals(parse_document({"Statement": [allow("*"), spared]}), ACCOUNT)
    assert found.is_limited
    assert [clause.values for clause in found.condition] == [(SISTER,)]
