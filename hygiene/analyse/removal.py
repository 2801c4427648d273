"""What to save and to take apart of each unused role before it can be deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.documents import boundary_arn
from hygiene.model import Removal

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from hygiene.analyse.estate import Estate
    from hygiene.model import JsonObject


def removals_of(estate: Estate, managed: Container[str]) -> Iterator[Removal]:
    """Yield the roles the review suggests to remove, less those that AWS or a platform manages (`managed`, ARNs)."""
    details = estate.documents.authorization_details or {}
    roles = {str(role["Arn"]): role for role in details.get("RoleDetailList", [])}
    unused = (row["role_arn"] for row in estate.roles_by_usage("unused"))
    named = estate.reference.references or {}
    yield from (_removal(roles[arn], estate.account.id, named.get(arn, ())) for arn in unused if arn not in managed)


def _removal(role: JsonObject, account_id: str, references: tuple[str, ...]) -> Removal:
    return Removal(
        account_id=account_id,
        role_name=str(role["RoleName"]),
        role_arn=str(role["Arn"]),
        inline_policies=_names(role, "RolePolicyList", "PolicyName"),
        attached_policy_arns=_names(role, "AttachedManagedPolicies", "PolicyArn"),
        instance_profiles=_names(role, "InstanceProfileList", "InstanceProfileName"),
        permissions_boundary=boundary_arn(role),
        references=references,
        role_id=str(role.get("RoleId") or ""),
    )


def _names(role: JsonObject, part: str, name: str) -> tuple[str, ...]:
    return tuple(sorted(str(entry.get(name, "")) for entry in role.get(part) or ()))
