"""Which condition keys bound a federated identity, provider by provider, and how wide a subject pattern is.

Adding a provider or the shape of a subject is one line in the tables here.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

COGNITO = "cognito-identity.amazonaws.com"
"""Its keys carry this prefix in every partition."""


class Breadth(IntEnum):
    """How many identities of a provider a condition lets in, from few to all."""

    BOUND = 0
    WHOLE_OWNER = 1
    """Everything of one organization, group, workspace or namespace owner."""
    OPEN_PREFIX = 2
    """A prefix such as `acme*`, which also fits names that strangers may take."""
    EVERYBODY = 3


@dataclass(frozen=True, slots=True)
class Provider:
    """One kind of identity provider; `hosts` is matched against the whole of its lower-case URL without https.

    `claims`: those that name one workload or person. `owner_claims`: those that name a whole owner, and no more.
    `is_shared`: strangers get tokens from the same issuer. `is_bound_by_audience`: the audience is one application,
    and letting in all its users is what the provider is for.
    """

    name: str
    hosts: str
    claims: frozenset[str] = frozenset({"sub"})
    owner_claims: frozenset[str] = frozenset()
    audience_claims: frozenset[str] = frozenset({"aud"})
    is_shared: bool = True
    is_bound_by_audience: bool = False
    subject_example: str = "the workload's own subject"


PROVIDERS = (
    Provider(
        name="GitHub",
        hosts=r"token\.actions\.[a-z0-9.-]*(githubusercontent|ghe)\.com(/.*)?|[^/]+/_services/token",
        claims=frozenset({"sub", "repository", "repository_id", "job_workflow_ref", "workflow_ref"}),
        owner_claims=frozenset(
            {"actor", "actor_id", "enterprise", "enterprise_id", "repository_owner", "repository_owner_id"}
        ),
        subject_example="repo:<organization>/<repository>:ref:refs/heads/main",
    ),
    Provider(
        name="GitLab",
        hosts=r"gitlab\.com(/.*)?",
        claims=frozenset({"sub", "project_id", "project_path", "ci_config_ref_uri"}),
        owner_claims=frozenset({"namespace_id", "namespace_path", "user_id", "user_login"}),
        subject_example="project_path:<group>/<project>:ref_type:branch:ref:main",
    ),
    Provider(
        name="GitLab",  # a company's own
        hosts=r"([^/]*[.-])?gitlab[.-].*",
        claims=frozenset({"sub", "project_id", "project_path", "ci_config_ref_uri"}),
        owner_claims=frozenset({"namespace_id", "namespace_path", "user_id", "user_login"}),
        is_shared=False,
        subject_example="project_path:<group>/<project>:ref_type:branch:ref:main",
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
        hosts=r"agent\.buildkite\.com",
        claims=frozenset({"sub", "pipeline_id"}),
        owner_claims=frozenset({"organization_id", "organization_slug"}),
        subject_example="organization:<organization>:pipeline:<pipeline>:*",
    ),
    Provider(
        name="Google",
        hosts=r"accounts\.google\.com",
        claims=frozenset({"sub", "email"}),
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
    *(
        Provider(name=name, hosts=hosts)
        for name, hosts in (
            ("Codefresh", r"oidc\.codefresh\.io"),
            ("Harness", r"app\.harness\.io/.*"),
            ("Pulumi Cloud", r"api\.pulumi\.com/oidc"),
            ("Scalr", r"scalr\.io"),
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


@dataclass(frozen=True, slots=True)
class _Shape:
    """How subjects with this label are built: `label`, the owner up to `owner_end`, then the rest.

    `naming`: what the rest must hold to name less than all of the owner's; empty when the owner is one workload.
    `is_private`: owners exist inside one company's issuer, so that a part named anywhere is worth something.
    """

    label: str
    owner_end: str
    naming: str = ""
    is_private: bool = False


_PATH = r"^[^*?/:]"  # a repository's name starts here
_SHAPES = (
    _Shape("repo:", "/", _PATH),
    _Shape("repository:", "/", _PATH),
    _Shape("project_path:", "/", _PATH),
    _Shape("job_workflow_ref:", "/", _PATH),
    _Shape("repository_owner:", ":", r"(?:repo|repository|job_workflow_ref|workflow_ref):[^*?:]"),
    _Shape("organization:", ":", r"(?:project|workspace|pipeline|pipeline_id):[^*?:]"),
    _Shape("pulumi:deploy:org:", ":", r"(?:project|stack|env):[^*?:]"),
    _Shape("owner:", ":", r"project:[^*?:]"),
    _Shape("org/", "/", r"(?:project|user)/[^*?/]", is_private=True),
    _Shape("account/", ":", r"(?:org|project)/[^*?:]"),
    _Shape("space:", ":"),
    _Shape("system:serviceaccount:", ":", is_private=True),
)
_OWNER_AND_NAME = _Shape("", "/", _PATH)
_PATH_CLAIMS = frozenset({"ci_config_ref_uri", "job_workflow_ref", "project_path", "repository", "workflow_ref"})


def pattern_breadth(claim: str, pattern: str) -> Breadth:
    """Return how many identities a pattern for this claim fits. `*` and `?` are wildcards in it."""
    literal = re.split(r"[*?]", pattern, maxsplit=1)[0]
    if literal == pattern:
        return Breadth.BOUND
    if not pattern.strip("*?:/{}"):
        return Breadth.EVERYBODY
    if claim in _PATH_CLAIMS:
        return _breadth(_OWNER_AND_NAME, literal, pattern)
    for shape in _SHAPES:
        if literal.startswith(shape.label):
            return _breadth(shape, literal[len(shape.label) :], pattern[len(shape.label) :])
    # `repo*`, `*:ref:refs/heads/main`: the wildcard stands where the owner should be.
    is_cut_short = any(shape.label.startswith(literal) for shape in _SHAPES)
    return Breadth.EVERYBODY if is_cut_short else Breadth.BOUND


def _breadth(shape: _Shape, literal: str, pattern: str) -> Breadth:
    owner, end, _ = literal.partition(shape.owner_end)
    if not owner:
        names_a_part = shape.is_private and bool(re.search(r"[^*?:/]", pattern))
        return Breadth.OPEN_PREFIX if names_a_part else Breadth.EVERYBODY
    if not end:
        return Breadth.OPEN_PREFIX
    rest = pattern.partition(shape.owner_end)[2]
    return Breadth.BOUND if not shape.naming or re.search(shape.naming, rest) else Breadth.WHOLE_OWNER
