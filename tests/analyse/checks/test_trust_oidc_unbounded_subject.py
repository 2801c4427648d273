from __future__ import annotations

from typing import Any

import pytest

from tests.builders import ACCOUNT, ADMIN, a_role, analysed, found, trusts

CHECK = "trust-oidc-unbounded-subject"
GITHUB = "token.actions.githubusercontent.com"
EKS = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"


def findings(condition: dict[str, Any], url: str = GITHUB, **more: Any) -> list[dict[str, Any]]:
    provider = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{url}"}
    trust = trusts(provider, "sts:AssumeRoleWithWebIdentity", Condition=condition)
    return found(analysed(a_role(trust=trust, **more)), CHECK)


AUDIENCE = {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}}


def test_fires_when_only_the_audience_is_asked_for() -> None:
    (finding,) = findings(AUDIENCE)
    assert finding["severity"] == "high"
    assert finding["detail"] == GITHUB
    assert "GitHub" in finding["evidence"]


def test_is_critical_on_a_powerful_role() -> None:
    assert findings(AUDIENCE, inline=ADMIN)[0]["severity"] == "critical"


@pytest.mark.parametrize(
    "condition",
    [
        {"StringLike": {f"{GITHUB}:sub": "*"}},
        {"StringLike": {f"{GITHUB}:sub": "repo:*"}},
        {"StringLike": {f"{GITHUB}:sub": ["repo:acme/app:*", "repo:*/*"]}},
        {"StringLike": {f"{GITHUB}:sub": "*:ref:refs/heads/main"}},
        {"StringEqualsIfExists": {f"{GITHUB}:sub": "repo:acme/app:ref:refs/heads/main"}},
        {"ForAllValues:StringLike": {f"{GITHUB}:sub": "repo:acme/app:*"}},
        {"StringNotLike": {f"{GITHUB}:sub": "repo:evil/*"}},
        {"StringEquals": {"gitlab.com:sub": "project_path:acme/app:ref_type:branch:ref:main"}},
        {"StringEquals": {f"{GITHUB}:ref": "refs/heads/main", f"{GITHUB}:environment": "production"}},
    ],
)
def test_fires_when_the_condition_leaves_nobody_out(condition: dict[str, Any]) -> None:
    assert findings(condition)


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {f"{GITHUB}:sub": "repo:acme/app:ref:refs/heads/main"}},
        {"StringLike": {f"{GITHUB.upper()}:SUB": "repo:acme/app:*"}},
        {"ForAnyValue:StringLike": {f"{GITHUB}:sub": ["repo:acme/app:*", "repo:acme/web:*"]}},
        {"StringLike": {f"{GITHUB}:sub": "repo:acme/*"}},
        {"StringEquals": {f"{GITHUB}:repository_owner": "acme"}},
        {"StringLike": {f"{GITHUB}:job_workflow_ref": "acme/shared/.github/workflows/deploy.yml@*"}},
        # StringEquals knows no wildcards: this lets in nobody at all.
        {"StringEquals": {f"{GITHUB}:sub": "repo:*"}},
    ],
)
def test_quiet_when_it_names_somebody(condition: dict[str, Any]) -> None:
    assert not findings(condition)


def test_a_cluster_of_the_company_weighs_less_than_a_shared_provider() -> None:
    (finding,) = findings({"StringEquals": {f"{EKS}:aud": "sts.amazonaws.com"}}, EKS)
    assert finding["severity"] == "medium"
    assert findings({"StringLike": {f"{EKS}:sub": "system:serviceaccount:*:*"}}, EKS)
    assert not findings({"StringEquals": {f"{EKS}:sub": "system:serviceaccount:shop:web"}}, EKS)


def test_the_audience_is_enough_where_it_is_the_application() -> None:
    condition = {"StringEquals": {"accounts.google.com:aud": "66677788899900pro0"}}
    for federated in ("accounts.google.com", f"arn:aws:iam::{ACCOUNT}:oidc-provider/accounts.google.com"):
        trust = trusts({"Federated": federated}, "sts:AssumeRoleWithWebIdentity", Condition=condition)
        assert not found(analysed(a_role(trust=trust)), CHECK)


def test_a_federated_principal_with_the_wrong_action_lets_nobody_in() -> None:
    trust = trusts({"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"}, "sts:AssumeRole")
    analysis = analysed(a_role(trust=trust))
    assert not [finding for finding in analysis.findings if finding["check"].startswith("trust-")]


def test_quiet_without_roles() -> None:
    assert not found(analysed(), CHECK)
