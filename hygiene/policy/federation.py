"""Which condition keys bound a federated identity, provider by provider.

Adding a provider is one entry in the table here; how its subjects are built stands in `breadth`.

Which providers strangers share, and the claim that AWS demands of each:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
Which claims are condition keys at all (besides amr, aud, email, oaud and sub):
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
Both looked at on 2026-11-24; a test compares the table with the keys in the catalogue of AWS actions.

Some claims stand here that AWS makes no key of, such as GitHub's `repository_owner` and `workflow_ref`. A condition
that demands one lets nobody in, so whoever wrote it has bounded the role, if more than was meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

COGNITO = "cognito-identity.amazonaws.com"
"""Its keys carry this prefix in every partition."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One kind of identity provider; `hosts` is matched against the whole of its lower-case URL without https.

    `claims`: those that name one workload or person. `owner_claims`: those that name a whole owner, and no more.
    `is_shared`: strangers get tokens from the same issuer. `is_bound_by_audience`: the audience is one application,
    and letting in all its users is what the provider is for. `is_bound_by_session_name`: the tenant is in
    sts:RoleSessionName, which the provider sets, and in no claim.
    """

    name: str
    hosts: str
    claims: frozenset[str] = frozenset({"sub"})
    owner_claims: frozenset[str] = frozenset()
    audience_claims: frozenset[str] = frozenset({"aud"})
    is_shared: bool = True
    is_bound_by_audience: bool = False
    is_bound_by_session_name: bool = False
    subject_example: str = "the workload's own subject"


_GITHUB_CLAIMS = frozenset({"sub", "repository", "repository_id", "job_workflow_ref", "workflow_ref"})
_GITHUB_OWNERS = frozenset(
    {"actor", "actor_id", "enterprise", "enterprise_id", "repository_owner", "repository_owner_id"}
)
_GITHUB_EXAMPLE = "repo:<organization>/<repository>:ref:refs/heads/main"
_GITLAB_CLAIMS = frozenset({"sub", "project_id", "project_path", "ci_config_ref_uri"})
_GITLAB_OWNERS = frozenset({"namespace_id", "namespace_path", "user_email", "user_id", "user_login"})
_GITLAB_EXAMPLE = "project_path:<group>/<project>:ref_type:branch:ref:main"

PROVIDERS = (
    Provider(
        name="GitHub",
        hosts=r"(vs)?token\.actions\.githubusercontent\.com",
        claims=_GITHUB_CLAIMS,
        owner_claims=_GITHUB_OWNERS,
        subject_example=_GITHUB_EXAMPLE,
    ),
    Provider(
        name="GitHub",  # an enterprise's own issuer, its own domain, or its own server
        hosts=r"token\.actions\.githubusercontent\.com/.*|github\.com/enterprises/.*"
        r"|token\.actions\.[a-z0-9-]+\.ghe\.com|[^/]+/_services/token",
        claims=_GITHUB_CLAIMS,
        owner_claims=_GITHUB_OWNERS,
        is_shared=False,
        subject_example=_GITHUB_EXAMPLE,
    ),
    Provider(
        name="GitLab",
        hosts=r"gitlab\.com(/.*)?",
        claims=_GITLAB_CLAIMS,
        owner_claims=_GITLAB_OWNERS,
        subject_example=_GITLAB_EXAMPLE,
    ),
    Provider(
        name="GitLab",  # a company's own
        hosts=r"([^/]*[.-])?gitlab[.-].*",
        claims=_GITLAB_CLAIMS,
        owner_claims=_GITLAB_OWNERS,
        is_shared=False,
        subject_example=_GITLAB_EXAMPLE,
    ),
    Provider(
        name="Amazon EKS",
        hosts=r"oidc[.-]eks[.-].*",
        is_shared=False,
        subject_example="system:serviceaccount:<namespace>:<service account>",
    ),
    Provider(
        name="HCP Terraform",
        hosts=r"app(\.eu)?\.terraform\.io",
        claims=frozenset({"sub", "terraform_workspace_id", "terraform_project_id"}),
        owner_claims=frozenset({"terraform_organization_id", "terraform_organization_name"}),
        subject_example="organization:<organization>:project:<project>:workspace:<workspace>:run_phase:*",
    ),
    Provider(
        name="Bitbucket",
        hosts=r"api\.bitbucket\.org/.*",  # the workspace is part of the URL
        is_shared=False,
        subject_example="{<repository UUID>}:*",
    ),
    Provider(
        name="CircleCI",
        hosts=r"oidc\.circleci\.com/org/.*",  # the organization is part of the URL
        claims=frozenset({"sub", "oidc.circleci.com/project-id"}),
        is_shared=False,
        subject_example="org/<organization id>/project/<project id>/user/*",
    ),
    Provider(
        name="Buildkite",
        hosts=r"agent\.([^/]+\.)?buildkite\.(com|dev|site)",
        claims=frozenset({"sub", "pipeline_id"}),
        owner_claims=frozenset({"cluster_id", "organization_id", "organization_slug"}),
        subject_example="organization:<organization>:pipeline:<pipeline>:*",
    ),
    Provider(
        name="Oracle Cloud",
        hosts=r"idcs-[^./]+\.identity\.oraclecloud\.com(:443)?",  # the identity domain is part of the URL
        claims=frozenset({"sub", "rpst_id"}),
        is_shared=False,
        subject_example="the OCID of the resource",
    ),
    Provider(
        name="Google",
        hosts=r"accounts\.google\.com",
        claims=frozenset({"sub", "email"}),
        owner_claims=frozenset({"google/organization_number"}),
        audience_claims=frozenset({"aud", "oaud", "azp"}),
        is_bound_by_audience=True,
    ),
    Provider(
        name="Facebook",
        hosts=r"graph\.facebook\.com",
        claims=frozenset({"id", "sub"}),
        audience_claims=frozenset({"app_id", "aud"}),
        is_bound_by_audience=True,
    ),
    Provider(
        name="Login with Amazon",
        hosts=r"www\.amazon\.com",
        claims=frozenset({"user_id", "sub"}),
        audience_claims=frozenset({"app_id", "aud"}),
        is_bound_by_audience=True,
    ),
    Provider(
        name="Amazon Cognito user pool",
        hosts=r"cognito-idp\..*",
        is_shared=False,
        is_bound_by_audience=True,
    ),
    Provider(
        name="Amazon Cognito",
        hosts=r"cognito-identity[a-z0-9-]*\.(.*\.)?amazonaws\.com(\.cn)?",
        is_bound_by_audience=True,
    ),
    Provider(
        name="Microsoft Sentinel",
        hosts=r"sts\.windows\.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d",
        is_bound_by_session_name=True,
        subject_example="the workspace, or sts:RoleSessionName with MicrosoftSentinel_<workspace id>",
    ),
    Provider(name="Vercel", hosts=r"oidc\.vercel\.com/.+", is_shared=False),  # the team is part of the URL
    Provider(name="any provider", hosts=r"\*"),
    *(
        Provider(name=name, hosts=hosts)
        for name, hosts in (
            ("Codefresh", r"oidc\.codefresh\.io"),
            ("DataChain Studio", r"studio\.datachain\.ai/api"),
            ("GitHub audit log", r"oidc-configuration\.audit-log\.githubusercontent\.com"),
            ("Harness", r"app\.harness\.io/.*"),
            ("IBM Turbonomic", r"oidc\.op1\.openshiftapps\.com/.+"),
            ("Scalr", r"scalr\.io"),
            ("Shisho Cloud", r"tokens\.cloud\.shisho\.dev"),
            ("Upbound", r"proidc\.upbound\.io"),
        )
    ),
    *(  # These put the organization into the audience.
        Provider(name=name, hosts=hosts, owner_claims=frozenset({"aud"}))
        for name, hosts in (
            ("Pulumi Cloud", r"api\.pulumi\.com/oidc"),
            ("sandboxes.cloud", r"sandboxes\.cloud"),
            ("Vercel", r"oidc\.vercel\.com"),
        )
    ),
)
# A URL nobody else uses is taken for the company's own issuer: its audience says nothing about who comes.
_UNKNOWN = Provider(name="", hosts="", is_shared=False)


def provider_url(principal: str) -> str:
    """Return the provider's URL without https, in lower case, from a Federated principal; it prefixes its keys."""
    return principal.partition(":oidc-provider/")[2].lower().rstrip("/") or principal.lower()


@lru_cache(maxsize=1024)
def provider_of(url: str) -> Provider:
    """Return the provider with this URL; one with the rules of plain OpenID Connect where we know none."""
    return next((known for known in PROVIDERS if re.fullmatch(known.hosts, url)), _UNKNOWN)


def name_of(principal: str) -> str:
    """Return what to call a federated principal: the provider's name, or its URL."""
    url = provider_url(principal)
    return provider_of(url).name or url
