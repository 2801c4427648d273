"""A request in, the ARN it is authorized against out (as far as policies of the worlds care)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hygiene.simulate.incoming import Incoming
    from hygiene.simulate.state import State

_LISTED = {
    "ListRoles": "role/",
    "ListUsers": "user/",
    "ListGroups": "group/",
    "ListInstanceProfiles": "instance-profile/",
}

_NAMED = {"RoleName": ("roles", "role"), "UserName": ("users", "user"), "GroupName": ("groups", "group")}

_ARNS = ("PolicyArn", "Arn", "OpenIDConnectProviderArn", "SAMLProviderArn", "RoleArn")


def resource_of(state: State, call: Incoming) -> str:
    """The resource a call is about; `*` where AWS has no resource type for it."""
    account_id, operation, parameters = call.account_id, call.operation, call.parameters
    if call.service == "athena":
        return _workgroup_arn(state, call)
    if call.service == "access-analyzer":
        return str(parameters.get("analyzerArn", "*"))
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


def _workgroup_arn(state: State, call: Incoming) -> str:
    query = state.queries.get(str(call.parameters.get("QueryExecutionId", "")))
    name = query.workgroup.name if query else call.parameters.get("WorkGroup", "primary")
    return f"arn:{state.world.partition}:athena:{call.region}:{call.account_id}:workgroup/{name}"
