"""What one change did to a role's power, as far as the call itself and today's policies tell."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING

from hygiene.analyse.permissions import power_mask
from hygiene.policy.actions import catalogue
from hygiene.policy.document import parse_document
from hygiene.policy.reach import reach_of
from hygiene.policy.trust import trusted_principals

if TYPE_CHECKING:
    from hygiene.activity import RoleChange
    from hygiene.analyse.estate import Estate


_CHANGES_IAM = re.compile(r"arn:[a-z-]+:iam::aws:policy/(AdministratorAccess|IAMFullAccess)")
"""AWS's own, whose text is in no snapshot while nobody has them attached: the light run judges by an earlier one.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html
"""


class Effect(IntEnum):
    """From less power to much more; a higher one is worse."""

    LESS = 0
    OTHER = 1
    MADE = 2
    TRUST = 3
    REWRITTEN = 4
    UNBOUND = 5
    MORE = 6
    MUCH_MORE = 7

    @property
    def label(self) -> str:
        """The effect in words, as a sentence begins."""
        return _LABELS[self]


_LABELS = (
    "Took something away",
    "Changed it",
    "Made it",
    "Changed whom it trusts",
    "Changed what it may do",
    "Set a boundary that holds nothing back",
    "Gave it more",
    "Gave it much more",
)
_LESS = frozenset({"DetachRolePolicy", "DeleteRolePolicy", "RemoveRoleFromInstanceProfile"})
_GIVES_TRUST = {"CreateRole": Effect.MADE, "UpdateAssumeRolePolicy": Effect.TRUST}
_GIVES_POLICY = {
    "AttachRolePolicy": Effect.MORE,
    # The policy may have been there before, and wider: the call does not say.
    "PutRolePolicy": Effect.REWRITTEN,
    "CreatePolicyVersion": Effect.REWRITTEN,
    "SetDefaultPolicyVersion": Effect.REWRITTEN,
}


def effect_of(change: RoleChange, estate: Estate) -> Effect:
    """Return what the call did. A policy whose text is not known any more gave something, nobody can say how much."""
    if change.action in _LESS:
        return Effect.LESS
    if change.action == "DeleteRolePermissionsBoundary":
        return Effect.MUCH_MORE
    if change.action == "PutRolePermissionsBoundary":
        return _boundary(change, estate)
    if change.action in _GIVES_TRUST:
        return Effect.MUCH_MORE if _lets_strangers_in(change, estate) else _GIVES_TRUST[change.action]
    if change.action in _GIVES_POLICY:
        return _policy(change, estate)
    return Effect.OTHER


def _lets_strangers_in(change: RoleChange, estate: Estate) -> bool:
    """Judge the new trust policy: what stood there before, the call does not say."""
    trusted = trusted_principals(parse_document(change.document), estate.account.id) if change.document else ()
    return any(
        found.relation in {"anybody", "not-principal"}
        or (found.relation == "other-account" and found.account_id not in estate.friends)
        for found in trusted
    )


def _boundary(change: RoleChange, estate: Estate) -> Effect:
    """Judge the new boundary: whether a tighter one stood there before, the call does not say."""
    document = estate.policy_documents.get(change.subject)
    if document is None:
        return Effect.UNBOUND if _CHANGES_IAM.fullmatch(change.subject) else Effect.OTHER
    held_back = power_mask() & ~reach_of(parse_document(document)).grant.anywhere_if
    return Effect.OTHER if held_back else Effect.UNBOUND


def _policy(change: RoleChange, estate: Estate) -> Effect:
    policy = change.subject.partition(" ")[0]  # A version may stand behind it.
    document = change.document or estate.policy_documents.get(policy)
    otherwise = _GIVES_POLICY[change.action]
    if document is None:
        return Effect.MUCH_MORE if _CHANGES_IAM.fullmatch(policy) else otherwise
    given = reach_of(parse_document(document)).grant.anywhere_if
    changes_iam = given & power_mask() & catalogue().services.get("iam", 0)
    return Effect.MUCH_MORE if changes_iam else otherwise
