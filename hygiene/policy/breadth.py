"""How wide a pattern for the subject of a web identity is: the workload meant, a whole organization, or everybody.

Adding the shape of a provider's subjects is one line in the table here.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum


class Breadth(IntEnum):
    """How many identities of a provider a condition lets in, from few to all."""

    BOUND = 0
    WHOLE_OWNER = 1
    """Everything of one organization, group, workspace or namespace owner."""
    OPEN_PREFIX = 2
    """A prefix such as `acme*`, which also fits names that strangers may take."""
    EVERYBODY = 3


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
    _Shape("account:", ":", r"(?:pipeline|environment|workspace):[^*?:]"),
    _Shape("credentials:", "/", _PATH),
    _Shape("mcp:", "/", _PATH),
    _Shape("space:", ":"),
    _Shape("system:serviceaccount:", ":", is_private=True),
)
_OWNER_AND_NAME = _Shape("", "/", _PATH)
_PATH_CLAIMS = frozenset({"ci_config_ref_uri", "job_workflow_ref", "project_path", "repository", "workflow_ref"})


# GitHub's newer subjects carry ids, `repo:acme@123/app@456:…`. Any id behind a name spelled out widens nothing:
# no name has an @. https://docs.github.com/en/actions/concepts/security/openid-connect
_ANY_ID = re.compile(r"(?<=[^*?/:])@[*?]+(?=[/:])")


def pattern_breadth(claim: str, pattern: str) -> Breadth:
    """Return how many identities a pattern for this claim fits. `*` and `?` are wildcards in it."""
    pattern = _ANY_ID.sub("", pattern)
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
        return Breadth.WHOLE_OWNER if owner.endswith("@") else Breadth.OPEN_PREFIX
    rest = pattern.partition(shape.owner_end)[2]
    return Breadth.BOUND if not shape.naming or re.search(shape.naming, rest) else Breadth.WHOLE_OWNER
