"""A request in, the ARN it is authorized against out (as far as policies of the worlds care)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hygiene.simulate.state import State

_LISTED = {
    "ListRoles": "role/",
    "ListUsers": "user/",
    "ListGroups": "group/",
    "ListInstanceProfiles": "instance-profile/",
}

_NAMED = {"RoleName": ("roles", "role"), "UserName": ("users", "user"), "GroupName": ("groups", "group")}

_ARNS = ("PolicyArn", "Arn", "OpenIDConnectProviderArn", "SAMLProviderArn", "RoleArn")


def resource_of(state: State, account_id: str, operation: str, parameters: Mapping[str, Any]) -> str:
    """The resource an IAM, STS or Organizations call is about; `*` where AWS has no resource type for it."""
    prefix = f"arn:{state.world.partition}:iam::{account_id}:"
    if operation in _LISTED:
        return prefix + _LISTED[operation]
    for parameter, (collection, kind) in _NAMED.items():
        name = parameters.get(parameter)
        if name:
            held: Any = getattr(state.iam(account_id), collection)
            found = next((e for e in held.values() if e.name == name), None)
            return str(found.arn) if found else f"{prefix}{kind}{parameters.get('Path', '/')}{name}"
    for parameter in _ARNS:
        if parameters.get(parameter):
            return str(parameters[parameter])
    return "*"
