from __future__ import annotations

from typing import Any

import pytest

from tests.builders import ACCOUNT, ADMIN, a_role, analysed, found, trusts

CHECK = "trust-oidc-broad-subject"
GITHUB = "token.actions.githubusercontent.com"


def findings(subject: Any, operator: str = "StringLike", claim: str = "sub", **more: Any) -> list[dict[str, Any]]:
    provider = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"}
    condition = {operator: {f"{GITHUB}:{claim}": subject}}
    trust = trusts(provider, "sts:AssumeRoleWithWebIdentity", Condition=condition)
    return found(analysed(a_role(trust=trust, **more)), CHECK)


def test_fires_for_a_prefix_that_strangers_may_share() -> None:
    (finding,) = findings("repo:acme*")
    assert (finding["severity"], finding["detail"]) == ("high", "repo:acme*")
    assert "strangers" in finding["evidence"]


def test_a_whole_organization_weighs_less() -> None:
    assert findings("repo:acme/*")[0]["severity"] == "low"
    assert findings("repo:acme/*", inline=ADMIN)[0]["severity"] == "medium"
    assert findings("acme", "StringEquals", "repository_owner")[0]["severity"] == "low"


@pytest.mark.parametrize("subject", ["repo:acme/app:*", "repo:acme/app-*", "repo:acme/app:ref:refs/heads/*"])
def test_quiet_when_the_wildcard_stands_after_the_name(subject: str) -> None:
    assert not findings(subject)


def test_quiet_where_the_wildcard_is_an_ordinary_character() -> None:
    assert not findings("repo:acme*", "StringEquals")


def test_one_wide_value_among_narrow_ones_is_enough() -> None:
    (finding,) = findings(["repo:acme/app:*", "repo:acme/*"])
    assert "repo:acme/*" in finding["detail"]


def test_a_subject_for_everybody_belongs_to_another_check() -> None:
    assert not findings("*")


def test_a_narrow_claim_beside_it_makes_up_for_a_wide_subject() -> None:
    condition = {"StringLike": {f"{GITHUB}:sub": "repo:acme/*"}, "StringEquals": {f"{GITHUB}:repository_id": "4711"}}
    provider = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"}
    trust = trusts(provider, "sts:AssumeRoleWithWebIdentity", Condition=condition)
    assert not found(analysed(a_role(trust=trust)), CHECK)


def test_quiet_without_roles() -> None:
    assert not found(analysed(), CHECK)
