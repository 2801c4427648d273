"""Puts the lists inside one entry of GetAccountAuthorizationDetails into the shape AWS sends them in.

What has another shape stays as an entry that nobody can read, so that a role with a damaged list is never taken for
one without policies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hygiene.model import JsonObject

_UNREADABLE = "unreadable"
_POLICIES = ("RolePolicyList", "UserPolicyList", "GroupPolicyList", "AttachedManagedPolicies")
_LISTS = (*_POLICIES, "InstanceProfileList", "Tags")


def principal_as_read(role: JsonObject) -> tuple[JsonObject, tuple[str, ...]]:
    """Return the role, user or group with its lists in shape, and the names of those that were not; mostly itself."""
    misfits = tuple(name for name in _LISTS if not _is_list_of_objects(role.get(name)))
    if _is_object(role.get("PermissionsBoundary")) and not misfits:
        return role, ()
    read = {**role, **{name: _entries(name, role[name]) for name in misfits}}
    if not _is_object(role.get("PermissionsBoundary")):
        read["PermissionsBoundary"] = {"PermissionsBoundaryArn": _UNREADABLE}
        misfits += ("PermissionsBoundary",)
    return read, misfits


def policy_as_read(policy: JsonObject) -> tuple[JsonObject, tuple[str, ...]]:
    """Return the managed policy without versions that are none, and the name of its list when it had such."""
    if _is_list_of_objects(policy.get("PolicyVersionList")):
        return policy, ()
    return {**policy, "PolicyVersionList": _objects(policy["PolicyVersionList"])}, ("PolicyVersionList",)


def _is_object(value: object) -> bool:
    return value is None or isinstance(value, dict)


def _is_list_of_objects(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(entry, dict) for entry in value))


def _objects(value: object) -> list[JsonObject]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _entries(name: str, value: Any) -> list[JsonObject]:
    """Return the good entries, and for policies one without a document in the place of each other."""
    if name not in _POLICIES:
        return _objects(value)
    listed = value if isinstance(value, list) else [value]
    unreadable = {"PolicyName": _UNREADABLE, "PolicyDocument": None}
    return [entry if isinstance(entry, dict) else unreadable for entry in listed]
