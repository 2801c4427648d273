"""The users and groups of an account that a role could become or join, and which of them would be worth it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.analyse.permissions import power_mask
from hygiene.documents import boundary_arn, identity_policies
from hygiene.policy.document import parse_document
from hygiene.policy.effective import effective_permissions
from hygiene.policy.principal import KnownPrincipal
from hygiene.policy.reach import reach_of, union

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hygiene.model import JsonObject

_INLINE = ("UserPolicyList", "GroupPolicyList")


def worth_becoming(details: JsonObject, documents: Mapping[str, object]) -> dict[str, bool]:
    """Return, for the ARN of each user and group, whether it may change any resource, or could for all we know.

    `details` is GetAccountAuthorizationDetails, `documents` the managed policies by ARN.
    """
    groups = {str(group.get("GroupName", "")): group for group in _listed(details, "GroupDetailList")}
    worth = {str(group.get("Arn", "")): _is_powerful([group], documents) for group in groups.values()}
    for user in _listed(details, "UserDetailList"):
        listed = user.get("GroupList")
        joined = [group for name, group in groups.items() if isinstance(listed, list) and name in listed]
        worth[str(user.get("Arn", ""))] = _is_powerful([user, *joined], documents)
    return worth


def _listed(details: JsonObject, name: str) -> Iterator[JsonObject]:
    entries = details.get(name)
    return (entry for entry in entries if isinstance(entry, dict)) if isinstance(entries, list) else iter(())


def _is_powerful(entries: list[JsonObject], documents: Mapping[str, object]) -> bool:
    """Whether the first entry is powerful with the policies of all of them."""
    policies = [
        parse_document(held.document) for entry in entries for held in identity_policies(_as_role(entry), documents)
    ]
    if any(policy.problems for policy in policies):
        return True
    bound = boundary_arn(entries[0])
    boundary = parse_document(documents.get(bound)) if bound else None
    effective = effective_permissions(
        union([reach_of(policy) for policy in policies]),
        principal=KnownPrincipal(str(entries[0].get("Arn", ""))),
        boundary=reach_of(boundary) if boundary and not boundary.problems else None,
    )
    return bool(effective.final.anywhere_if & power_mask())


def _as_role(entry: JsonObject) -> dict[str, Any]:
    """Return the entry with its inline policies under the name they have in a role."""
    inline: list[Any] = next((entry[name] for name in _INLINE if entry.get(name)), [])
    return {**entry, "RolePolicyList": inline}
