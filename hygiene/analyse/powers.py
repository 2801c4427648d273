"""Reads some roles of an account into comparable values: what each may do, and who may assume it.

No check runs and no table is made, so that an earlier snapshot costs only the roles that changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.documents import default_documents, judged_parts
from hygiene.policy.document import parse_document
from hygiene.policy.fingerprint import canonical, sha256
from hygiene.policy.powers import Powers, entrances_of
from hygiene.policy.trust import trusted_principals

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from hygiene.analyse.permissions import Ceilings, PolicyCompiler
    from hygiene.model import AccountDocuments, JsonObject


def role_powers(
    documents: AccountDocuments, role_ids: AbstractSet[str], ceilings: Ceilings, compiler: PolicyCompiler
) -> dict[str, Powers]:
    """Return role id → powers, for those of the wanted roles that the documents hold."""
    details = documents.authorization_details or {"RoleDetailList": [], "Policies": []}
    policy_documents = default_documents(details["Policies"])
    found = {str(role.get("RoleId") or role["Arn"]): role for role in details["RoleDetailList"]}
    return {
        role_id: _powers(found[role_id], documents.account_id, policy_documents, ceilings, compiler)
        for role_id in sorted(role_ids & found.keys())
    }


def _powers(
    role: JsonObject,
    account_id: str,
    policy_documents: Mapping[str, object],
    ceilings: Ceilings,
    compiler: PolicyCompiler,
) -> Powers:
    permissions = compiler.role(role, policy_documents, ceilings)
    trust = parse_document(role.get("AssumeRolePolicyDocument"))
    judged = judged_parts(role, policy_documents)
    return Powers(
        grant=permissions.effective.final if permissions.is_complete else None,
        entrances=None if trust.problems else entrances_of(trusted_principals(trust, account_id)),
        policies_sha256=sha256(canonical([judged["policies"], judged["boundary"]])),
        trust_sha256=sha256(canonical(judged["trust"])),
    )
