"""The policies of an account's roles as JSON text, for people who want to read what was judged."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

from hygiene.documents import boundary_arn, default_documents, is_aws_managed, objects_in
from hygiene.policy.document import decode_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hygiene.model import AccountDocuments, JsonObject

# Documents come from JSON, so nothing in them is circular; not looking for that is a third faster. ASCII alone is
# written: what could turn the reading direction, or hide, stands there as its code.
_json = json.JSONEncoder(check_circular=False).encode
_LEVEL = 1
"""Five times smaller, for a third of the time that making the text takes."""


def policy_texts(documents: AccountDocuments) -> bytes:
    """Return JSON as UTF-8, compressed with zlib; empty where the account has no roles.

    `roles`: role ARN → `trust`, `inline` by name, `attached` (ARNs), `boundary` (ARN, or empty); a role on each line.
    `policies`: ARN → default version of the account's own managed policies; AWS's are public, and left out. What
    cannot be read stands there as it came.
    """
    details = documents.authorization_details or {}
    # A role listed twice counts with its last entry, as everywhere.
    roles = {str(role["Arn"]): _role(role) for role in details.get("RoleDetailList", [])}
    if not roles:
        return b""
    own = {
        arn: _readable(document)
        for arn, document in default_documents(details.get("Policies", [])).items()
        if not is_aws_managed(arn)
    }
    text = "".join(("{\n", *_part("roles", roles), ",\n", *_part("policies", own), "\n}\n"))
    return zlib.compress(text.encode(), _LEVEL)


def _part(name: str, entries: Mapping[str, Any]) -> Iterator[str]:
    yield f"{_json(name)}: {{\n"
    yield ",\n".join(f"{_json(key)}: {_json(entries[key])}" for key in sorted(entries))
    yield "\n}"


def _role(role: JsonObject) -> JsonObject:
    return {
        "trust": _readable(role.get("AssumeRolePolicyDocument")),
        "inline": {
            str(policy.get("PolicyName", "")): _readable(policy.get("PolicyDocument"))
            for policy in objects_in(role.get("RolePolicyList"))
        },
        "attached": [str(policy.get("PolicyArn", "")) for policy in objects_in(role.get("AttachedManagedPolicies"))],
        "boundary": boundary_arn(role),
    }


def _readable(document: object) -> object:
    try:
        return decode_document(document)
    except ValueError:
        return document
