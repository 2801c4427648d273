"""GetAccountAuthorizationDetails: four kinds of entity as one sequence behind one marker.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from moto.iam.models import AWSManagedPolicy, Group, IAMBackend, ManagedPolicy, User
from moto.iam.models import Role as MotoRole

from hygiene.simulate.errors import constraint_error, validation_error
from hygiene.simulate.incoming import Answer, Incoming
from hygiene.simulate.paging import marker_fields, page

if TYPE_CHECKING:
    from hygiene.simulate.state import State

FILTERS = ("User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy")
"""The kinds in the order AWS lists them; the rank decides the place in the sequence."""

Entry = tuple[str, str, Any, Callable[[Any], dict[str, Any]]]
"""Sort key, result list, the entity, and what shows it once the page holds it."""


def encoded(document: str) -> str:
    """A policy document as IAM sends it: URL-encoded by RFC 3986."""
    return quote(document, safe="")


def inline_list(policies: dict[str, str]) -> list[dict[str, str]]:
    """Inline policies by name."""
    return [{"PolicyName": name, "PolicyDocument": encoded(text)} for name, text in sorted(policies.items())]


def attached_list(entity: Any) -> list[dict[str, str]]:
    """Attached managed policies by name."""
    found = [{"PolicyName": p.name, "PolicyArn": p.arn} for p in entity.managed_policies.values()]
    return sorted(found, key=lambda policy: policy["PolicyArn"])


def _boundary(arn: str | None) -> dict[str, Any]:
    if not arn:
        return {}
    return {"PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}}


def role_basics(role: MotoRole) -> dict[str, Any]:
    """What every role listing answers of a role."""
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": role.create_date,
        "AssumeRolePolicyDocument": encoded(role.assume_role_policy_document),
    }


def _instance_profiles(iam: IAMBackend) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for profile in iam.instance_profiles.values():
        detail = {
            "Path": profile.path,
            "InstanceProfileName": profile.name,
            "InstanceProfileId": profile.id,
            "Arn": profile.arn,
            "CreateDate": profile.create_date,
            "Roles": [role_basics(role) for role in profile.roles],
        }
        for role in profile.roles:
            found.setdefault(role.id, []).append(detail)
    return found


def _role_detail(role: MotoRole, profiles: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    last_used = {"LastUsedDate": role.last_used, "Region": role.last_used_region} if role.last_used else {}
    return {
        **role_basics(role),
        "InstanceProfileList": profiles.get(role.id, []),
        "RolePolicyList": inline_list(role.policies),
        "AttachedManagedPolicies": attached_list(role),
        "Tags": list(role.tags or []),
        "RoleLastUsed": {key: value for key, value in last_used.items() if value},
        **_boundary(role.permissions_boundary_arn),
    }


def _user_detail(iam: IAMBackend, user: User) -> dict[str, Any]:
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "CreateDate": user.create_date,
        "UserPolicyList": inline_list(user.policies),
        "GroupList": sorted(group.name for group in iam.groups.values() if user in group.users),
        "AttachedManagedPolicies": attached_list(user),
        "Tags": list(user.tags or []),
    }


def _group_detail(group: Group) -> dict[str, Any]:
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.id,
        "Arn": group.arn,
        "CreateDate": group.create_date,
        "GroupPolicyList": inline_list(group.policies),
        "AttachedManagedPolicies": attached_list(group),
    }


def _policy_detail(policy: ManagedPolicy, attached: int, as_boundary: int) -> dict[str, Any]:
    versions = [
        {
            "Document": encoded(version.document),
            "VersionId": version.version_id,
            "IsDefaultVersion": version.is_default,
            "CreateDate": version.create_date,
        }
        for version in policy.versions
    ]
    detail = {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": attached,
        "PermissionsBoundaryUsageCount": as_boundary,
        "IsAttachable": True,
        "CreateDate": policy.create_date,
        "UpdateDate": policy.update_date,
        "PolicyVersionList": versions,
    }
    return {**detail, "Description": policy.description} if policy.description else detail


def _in_use(iam: IAMBackend) -> tuple[Counter[str], Counter[str]]:
    """How often each policy ARN is attached, and how often it is a permissions boundary."""
    holders: list[Any] = [*iam.roles.values(), *iam.users.values(), *iam.groups.values()]
    attached = Counter(arn for holder in holders for arn in holder.managed_policies)
    boundaries = Counter(r.permissions_boundary_arn for r in iam.roles.values() if r.permissions_boundary_arn)
    return attached, boundaries


def _entries(iam: IAMBackend, ranks: set[str]) -> list[Entry]:
    attached, boundaries = _in_use(iam)
    profiles = _instance_profiles(iam)

    def of_policy(policy: ManagedPolicy) -> dict[str, Any]:
        return _policy_detail(policy, attached[policy.arn], boundaries[policy.arn])

    def is_listed(policy: ManagedPolicy) -> bool:
        # IAM lists AWS's own policies only where they are in use.
        return not isinstance(policy, AWSManagedPolicy) or policy.arn in attached or policy.arn in boundaries

    policies = [policy for policy in iam.managed_policies.values() if is_listed(policy)]
    kinds: list[tuple[str, str, Iterable[Any], Callable[[Any], dict[str, Any]]]] = [
        ("0", "UserDetailList", iam.users.values(), lambda user: _user_detail(iam, user)),
        ("1", "GroupDetailList", iam.groups.values(), _group_detail),
        ("2", "RoleDetailList", iam.roles.values(), lambda role: _role_detail(role, profiles)),
        ("3", "Policies", (p for p in policies if not isinstance(p, AWSManagedPolicy)), of_policy),
        ("4", "Policies", (p for p in policies if isinstance(p, AWSManagedPolicy)), of_policy),
    ]
    found = [
        (f"{rank} {entity.arn}", place, entity, show)
        for rank, place, entities, show in kinds
        if rank in ranks
        for entity in entities
    ]
    return sorted(found, key=lambda entry: entry[0])


def get_account_authorization_details(state: State, call: Incoming) -> Answer:
    """One page across users, groups, roles, customer and AWS managed policies."""
    size = call.max_items()
    wanted = call.parameters.get("Filter") or list(FILTERS)
    for kind in wanted:
        if kind not in FILTERS:
            raise constraint_error(kind, "filter", f"Member must satisfy enum value set: [{', '.join(FILTERS)}]")
    ranks = {str(FILTERS.index(kind)) for kind in wanted}
    found = page(
        _entries(state.iam(call.account_id), ranks),
        lambda entry: entry[0],
        service=call.service,
        operation=call.operation,
        size=size,
        marker=call.parameters.get("Marker"),
        faults=state.faults,
        bad_marker=validation_error("Invalid Marker."),
    )
    result: dict[str, Any] = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}
    for _, place, entity, show in found.items:
        result[place].append(show(entity))
    return Answer({**result, **marker_fields(found)}, len(found.items))


OPERATIONS = {("iam", "GetAccountAuthorizationDetails"): get_account_authorization_details}
