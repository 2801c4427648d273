from __future__ import annotations

from typing import Any

import pytest

from hygiene.policy.breadth import Breadth
from hygiene.policy.document import parse_document
from hygiene.policy.federation import name_of, provider_of, provider_url
from hygiene.policy.subjects import Subject, allows_guests, subject_of
from hygiene.policy.trust import trusted_principals
from tests.builders import ACCOUNT, trusts

GITHUB = "token.actions.githubusercontent.com"
ARN = f"arn:aws:iam::{ACCOUNT}:oidc-provider/"


def subject(url: str, condition: dict[str, Any]) -> Subject:
    trust = trusts({"Federated": f"{ARN}{url}"}, "sts:AssumeRoleWithWebIdentity", Condition=condition)
    (found,) = trusted_principals(parse_document(trust), ACCOUNT)
    return subject_of(found.principal.value, found.condition)


@pytest.mark.parametrize(
    ("url", "name", "shared"),
    [
        (GITHUB, "GitHub", True),
        (f"{GITHUB}/acme-enterprise", "GitHub", False),
        ("token.actions.acme.ghe.com", "GitHub", False),
        ("github.acme.example/_services/token", "GitHub", False),
        ("gitlab.com", "GitLab", True),
        ("gitlab.acme.example", "GitLab", False),
        ("oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE", "Amazon EKS", False),
        ("app.terraform.io", "HCP Terraform", True),
        ("api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc", "Bitbucket", False),
        ("oidc.circleci.com/org/4711", "CircleCI", False),
        ("agent.buildkite.com", "Buildkite", True),
        ("cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc", "Amazon Cognito user pool", False),
        ("acme.okta.com", "acme.okta.com", False),
        (
            "evil.example/token.actions.githubusercontent.com",
            "evil.example/token.actions.githubusercontent.com",
            False,
        ),
    ],
)
def test_a_provider_is_known_by_its_url(url: str, name: str, shared: bool) -> None:
    assert name_of(f"{ARN}{url}") == name
    assert provider_of(provider_url(f"{ARN}{url}")).is_shared is shared


@pytest.mark.parametrize("principal", ["accounts.google.com", "graph.facebook.com", "www.amazon.com"])
def test_built_in_providers_need_no_arn(principal: str) -> None:
    assert provider_of(provider_url(principal)).is_bound_by_audience


def test_of_clauses_the_narrowest_decides_and_of_values_the_widest() -> None:
    wide = {f"{GITHUB}:sub": ["repo:acme/app:*", "repo:*"]}
    assert subject(GITHUB, {"StringLike": wide}).breadth is Breadth.EVERYBODY
    narrow = {"StringLike": wide, "StringEquals": {f"{GITHUB}:repository": "acme/app"}}
    assert subject(GITHUB, narrow).breadth is Breadth.BOUND


def test_claims_other_than_the_subject_bound_too_where_the_provider_has_them() -> None:
    owner = {"StringEquals": {f"{GITHUB}:repository_owner": "acme"}}
    assert subject(GITHUB, owner) == Subject(Breadth.WHOLE_OWNER, ("acme",))
    gitlab = {"StringEquals": {"gitlab.acme.example:project_id": "42"}}
    assert subject("gitlab.acme.example", gitlab).breadth is Breadth.BOUND


def test_a_company_gitlab_without_a_subject_lets_in_all_of_it() -> None:
    condition = {"StringEquals": {"gitlab.acme.example:aud": "https://gitlab.acme.example"}}
    assert subject("gitlab.acme.example", condition).breadth is Breadth.EVERYBODY


def test_what_a_deny_demands_counts_as_well() -> None:
    trust = trusts({"Federated": f"{ARN}{GITHUB}"}, "sts:AssumeRoleWithWebIdentity")
    condition = {"StringNotLike": {f"{GITHUB}:sub": "repo:acme/app:*"}}
    deny = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:*", "Condition": condition}
    trust["Statement"].append(deny)
    (found,) = trusted_principals(parse_document(trust), ACCOUNT)
    assert subject_of(found.principal.value, found.condition).breadth is Breadth.BOUND


def test_cognitos_keys_have_one_name_in_every_partition() -> None:
    trust = trusts(
        {"Federated": "cognito-identity-us-gov.amazonaws.com"},
        "sts:AssumeRoleWithWebIdentity",
        Condition={"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}},
    )
    (found,) = trusted_principals(parse_document(trust), ACCOUNT)
    assert allows_guests(found.principal.value, found.condition) is False
