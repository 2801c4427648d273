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
    ],
)
def test_a_condition_limits_only_when_it_says_who_the_caller_is(condition: dict[str, Any], limits: bool) -> None:
    (found,) = trusted_principals(parse_document(trusts("*", Condition=condition)), ACCOUNT)
    assert found.is_limited is limits
