"""Narrows the policies of one role: those it has in, those to keep, to replace and to put in their place out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hygiene.documents import CUSTOMER_MANAGED, INLINE, AttachedPolicy
from hygiene.policy.document import decode_document
from hygiene.policy.narrow import Excess, narrowed
from hygiene.policy.packing import INLINE_POLICIES_CHARACTERS, packed, size_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hygiene.model import JsonObject
    from hygiene.policy.document import PolicyDocument

_NAME_CHARACTERS = 100
"""IAM allows 128; room for the number behind it."""


@dataclass(frozen=True, slots=True)
class ProposedPolicy:
    """A policy to make: `inline` ones take the place of the one with their name."""

    name: str
    kind: str
    document: JsonObject


@dataclass(slots=True)
class NarrowedPolicies:
    """What becomes of a role's policies. A replaced policy of which nothing is left has no successor."""

    policies: list[ProposedPolicy] = field(default_factory=list)
    replaced: list[AttachedPolicy] = field(default_factory=list)
    kept: list[AttachedPolicy] = field(default_factory=list)
    kept_documents: list[PolicyDocument] = field(default_factory=list)


def narrow_policies(
    role_name: str, policies: Sequence[AttachedPolicy], read: Sequence[PolicyDocument], excess: Excess
) -> NarrowedPolicies:
    """Return the role's policies without the excess. `read`: their documents as parsed, in the same order.

    A managed policy may be on other roles too, so what is left of it goes into a new one; several share one where
    they fit. An inline policy is replaced in place, unless all inline policies together would be too long for a role.
    Raises TooLongError where a statement fits no policy.
    """
    result = NarrowedPolicies()
    inline: list[tuple[str, JsonObject]] = []
    managed: list[tuple[str, JsonObject]] = []
    inline_size = 0
    for policy, document in zip(policies, read, strict=True):
        left, is_changed = _left_of(policy, document, excess)
        if not is_changed:
            result.kept.append(policy)
            result.kept_documents.append(document)
            inline_size += size_of(decode_document(policy.document)) if policy.kind == INLINE else 0
            continue
        result.replaced.append(policy)
        if policy.kind == INLINE and left:
            inline.append((policy.name, {"Version": document.version, "Statement": left}))
        else:
            managed += [(document.version, statement) for statement in left]
    inline_size += sum(size_of(document) for _, document in inline)
    if inline_size > INLINE_POLICIES_CHARACTERS:
        managed += [(str(one["Version"]), statement) for _, one in inline for statement in one["Statement"]]
        inline = []
    result.policies += [ProposedPolicy(name, INLINE, document) for name, document in inline]
    result.policies += [
        ProposedPolicy(f"{_stem(role_name)}-{number}", CUSTOMER_MANAGED, document)
        for number, document in enumerate(packed(managed), start=1)
    ]
    return result


def _left_of(policy: AttachedPolicy, document: PolicyDocument, excess: Excess) -> tuple[list[JsonObject], bool]:
    """Return the policy's statements without the excess, and whether anything was taken away."""
    listed = decode_document(policy.document).get("Statement", [])
    raw = listed if isinstance(listed, list) else [listed]
    results = [(before, narrowed(before, one, excess)) for before, one in zip(raw, document.statements, strict=True)]
    left = [after for _, after in results if after is not None]
    return left, any(after is not before for before, after in results)


def _stem(role_name: str) -> str:
    """Return what new policies are called by: IAM's own alphabet, whatever a hand-made export calls the role."""
    return re.sub(r"[^A-Za-z0-9+=,.@_-]", "-", role_name)[:_NAME_CHARACTERS] + "-right-sized"
