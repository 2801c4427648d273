from __future__ import annotations

from typing import Any

import pytest

from tests.builders import ACCOUNT, a_role, analysed, found, trusts

CHECK = "trust-saml-no-audience"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:saml-provider/Corp"
SIGN_IN = "https://signin.aws.amazon.com/saml"


def findings(condition: Any = None, action: str = "sts:AssumeRoleWithSAML", path: str = "/") -> list[dict[str, Any]]:
    extra = {"Condition": condition} if condition else {}
    trust = trusts({"Federated": PROVIDER}, action, **extra)
    return found(analysed(a_role(trust=trust, path=path)), CHECK)


def test_fires_without_an_audience() -> None:
    (finding,) = findings()
    assert finding["detail"] == PROVIDER
    assert "Corp" in finding["evidence"]


@pytest.mark.parametrize("key", ["SAML:aud", "saml:AUD"])
@pytest.mark.parametrize("operator", ["StringEquals", "StringLike"])
def test_quiet_with_one(operator: str, key: str) -> None:
    assert not findings({operator: {key: SIGN_IN}})
    assert not findings({operator: {key: [SIGN_IN, "https://eu-west-1.signin.aws.amazon.com/saml"]}})


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEqualsIfExists": {"SAML:aud": SIGN_IN}},
        {"StringLike": {"SAML:aud": "*"}},
        {"StringNotEquals": {"SAML:aud": SIGN_IN}},
        {"StringEquals": {"SAML:iss": "https://idp.example.com"}},
    ],
)
def test_fires_where_any_audience_will_do(condition: dict[str, Any]) -> None:
    assert findings(condition)


def test_quiet_when_the_action_lets_nobody_in() -> None:
    assert not findings(action="sts:AssumeRole")


def test_quiet_for_roles_of_permission_sets_which_nobody_can_change() -> None:
    assert not findings(path="/aws-reserved/sso.amazonaws.com/eu-west-1/")


def test_quiet_without_roles() -> None:
    assert not found(analysed(), CHECK)
