"""Recognises roles that a platform made and manages: name and path in, the platform and what to do instead out.

Editing such a role by hand is undone at the next update, or breaks the platform's way in; some nobody can edit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Platform:
    """Who manages a role, and the sentence that takes the place of "change the role"."""

    name: str
    advice: str


# An account id or ${…}, then a Region, end the names `cdk bootstrap` gives.
_CDK = r"cdk-[a-z0-9_-]{1,32}-{kind}-role-\d{12}-[a-z]{2}(?:-[a-z]+)+-\d"
_ANY_PATH = r"/.*"
_SSO = re.compile(r"AWSReservedSSO_(?P<set>.+)_[0-9a-f]{16}")
_SSO_PATH = "/aws-reserved/sso.amazonaws.com/"
_SERVICE_LINKED_PATH = "/aws-service-role/"
_CDK_ADVICE = (
    "Made by `cdk bootstrap`: change it with a bootstrap template of your own, or limit it with "
    "--cloudformation-execution-policies; delete the CDKToolkit stack where CDK is no longer used in the Region."
)
_CONTROL_TOWER_ADVICE = (
    "Managed by Control Tower: leave the role to it; take the account out of Control Tower before removing it."
)
_TABLE = (
    (
        r"OrganizationAccountAccessRole",
        r"/",
        Platform(
            "AWS Organizations",
            "The management account's way in: keep it as break-glass access, watch its use, and replace it by a role "
            "of your own before removing it.",
        ),
    ),
    (r"AWSControlTowerExecution", r"/", Platform("AWS Control Tower", _CONTROL_TOWER_ADVICE)),
    (
        r"AWSControlTower(?:Admin|StackSetRole|CloudTrailRole|ConfigAggregatorRoleForOrganizations|_VPCFlowLogsRole)",
        r"/(?:service-role/)?",
        Platform("AWS Control Tower", _CONTROL_TOWER_ADVICE),
    ),
    (r"aws-controltower-.+", r"/(?:service-role/)?", Platform("AWS Control Tower", _CONTROL_TOWER_ADVICE)),
    (
        r"stacksets-exec-[0-9a-f]{32}",
        r"/",
        Platform(
            "CloudFormation StackSets",
            "Made by CloudFormation StackSets for the organization: turn off trusted access, or take the account out "
            "of the stack sets' targets; do not edit the role.",
        ),
    ),
    (
        r"AWSCloudFormationStackSet(?:Administration|Execution)Role",
        r"/",
        Platform(
            "CloudFormation StackSets",
            "Stack sets with self-managed permissions use this name: change it in the template it came from, and "
            "narrow its permissions to what the stack sets make.",
        ),
    ),
    (
        _CDK.replace("{kind}", "(?:deploy|cfn-exec|file-publishing|image-publishing|lookup)"),
        _ANY_PATH,
        Platform("AWS CDK", _CDK_ADVICE),
    ),
    (
        r"AWSAFT(?:Execution|Service|Admin)",
        r"/",
        Platform(
            "Account Factory for Terraform",
            "Managed by Account Factory for Terraform: change it in the module's configuration, not in the account.",
        ),
    ),
)
_PATTERNS = tuple((re.compile(name), re.compile(path), platform) for name, path, platform in _TABLE)


def platform_of(
    role_name: str, path: str, permission_sets: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> Platform | None:
    """Return the platform a role belongs to by its name and path; None for a role of the company's own.

    AWS reserves two paths, which say more than any name; below them nobody else can make a role, and elsewhere the
    same name is only a name. `permission_sets`: the accounts each set of IAM Identity Center is provisioned to.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
    https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html
    """
    if path.startswith(_SERVICE_LINKED_PATH):
        return _service_linked(path)
    if path.startswith(_SSO_PATH):
        return _permission_set(role_name, permission_sets)
    return _by_name(role_name, path)


@lru_cache(maxsize=4096)
def _by_name(role_name: str, path: str) -> Platform | None:
    return next(
        (platform for name, where, platform in _PATTERNS if name.fullmatch(role_name) and where.fullmatch(path)), None
    )


def _service_linked(path: str) -> Platform:
    service = path.removeprefix(_SERVICE_LINKED_PATH).strip("/")
    whose = f" ({service})" if service else ""
    return Platform(
        "service-linked role",
        f"Belongs to an AWS service{whose}: delete it through its service; IAM refuses while it is still needed.",
    )


def _permission_set(role_name: str, permission_sets: Mapping[str, tuple[str, ...]]) -> Platform:
    found = _SSO.fullmatch(role_name)
    named = f" {found['set']}" if found else ""
    accounts = permission_sets.get(found["set"], ()) if found else ()
    where = f" (provisioned to {', '.join(accounts[:_SHOWN])}{_more(accounts)})" if accounts else ""
    return Platform(
        "IAM Identity Center",
        f"Change the permission set{named}{where} in IAM Identity Center, or where it is assigned; the role follows.",
    )


def _more(accounts: tuple[str, ...]) -> str:
    left = len(accounts) - _SHOWN
    return f" and {left} more" if left > 0 else ""
