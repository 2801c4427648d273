from __future__ import annotations

from typing import Any

import pytest

from tests.builders import ACCOUNT, a_role, analysed, found, trusts

CHECK = "trust-oidc-no-audience"
GITHUB = "token.actions.githubusercontent.com"


def findings(federated: str, condition: dict[str, Any]) -> list[dict[str, Any]]:
    trust = trusts({"Federated": federated}, "sts:AssumeRoleWithWebIdentity", Condition=condition)
    return found(analysed(a_role(trust=trust)), CHECK)


ACTIONS = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"
SUBJECT = {f"{GITHUB}:sub": "repo:acme/app:ref:refs/heads/main"}


def test_fires_without_an_audience() -> None:
    (finding,) = findings(ACTIONS, {"StringEquals": SUBJECT})
    assert (finding["severity"], finding["detail"]) == ("low", GITHUB)


def test_weighs_most_where_iam_holds_no_list_of_audiences() -> None:
    assert findings("accounts.google.com", {})[0]["severity"] == "high"
    bound = {"StringEquals": {"accounts.google.com:sub": "1234"}}
    assert findings("accounts.google.com", bound)[0]["severity"] == "low"


def test_is_a_note_for_a_cluster_of_the_company() -> None:
    eks = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE"
    condition = {"StringEquals": {f"{eks}:sub": "system:serviceaccount:shop:web"}}
    assert findings(f"arn:aws:iam::{ACCOUNT}:oidc-provider/{eks}", condition)[0]["severity"] == "info"


@pytest.mark.parametrize(
    ("federated", "key"),
    [
        (ACTIONS, f"{GITHUB}:aud"),
        (ACTIONS, f"{GITHUB.title()}:AUD"),
        ("accounts.google.com", "accounts.google.com:oaud"),
        ("graph.facebook.com", "graph.facebook.com:app_id"),
        ("www.amazon.com", "www.amazon.com:app_id"),
    ],
)
def test_quiet_with_one(federated: str, key: str) -> None:
    assert not findings(federated, {"StringEquals": {key: "sts.amazonaws.com"}})


@pytest.mark.parametrize(
    "condition",
    [
        {"StringLike": {f"{GITHUB}:aud": "*"}},
        {"StringEqualsIfExists": {f"{GITHUB}:aud": "sts.amazonaws.com"}},
        {"StringNotEquals": {f"{GITHUB}:aud": "elsewhere"}},
    ],
)
def test_fires_where_any_audience_will_do(condition: dict[str, Any]) -> None:
    assert findings(ACTIONS, condition)


def test_cognito_has_a_check_of_its_own() -> None:
    assert not findings("cognito-identity.amazonaws.com", {})


def test_quiet_without_roles() -> None:
    assert not found(analysed(), CHECK)
