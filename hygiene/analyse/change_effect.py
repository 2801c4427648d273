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
    TRUST = 2
    MORE = 3
    MUCH_MORE = 4

    @property
    def label(self) -> str:
        """The effect in words, as a sentence begins."""
        return ("Took something away", "Changed it", "Changed whom it trusts", "Gave it more", "Gave it much more")[
            self
        ]


_LESS = frozenset(
    {"DetachRolePolicy", "DeleteRolePolicy", "PutRolePermissionsBoundary", "RemoveRoleFromInstanceProfile"}
)
_GIVES_POLICY = frozenset({"AttachRolePolicy", "PutRolePolicy", "CreatePolicyVersion", "SetDefaultPolicyVersion"})


def effect_of(change: RoleChange, estate: Estate) -> Effect:
    """Return what the call did. A policy whose text is not known any more gave something, nobody can say how much."""
    if change.action in _LESS:
        return Effect.LESS
    if change.action == "DeleteRolePermissionsBoundary":
        return Effect.MUCH_MORE
    if change.action == "UpdateAssumeRolePolicy":
        return _trust(change, estate)
    if change.action in _GIVES_POLICY:
        return _policy(change, estate)
    return Effect.OTHER


def _trust(change: RoleChange, estate: Estate) -> Effect:
    """Judge the new trust policy: what stood there before, the call does not say."""
    trusted = trusted_principals(parse_document(change.document), estate.account.id) if change.document else ()
    lets_strangers_in = any(
        found.relation in {"anybody", "not-principal"}
        or (found.relation == "other-account" and found.account_id not in estate.friends)
        for found in trusted
    )
    return Effect.MUCH_MORE if lets_strangers_in else Effect.TRUST


def _policy(change: RoleChange, estate: Estate) -> Effect:
    document = change.document or estate.policy_documents.get(change.subject)
    if document is None:
        return Effect.MUCH_MORE if _CHANGES_IAM.fullmatch(change.subject) else Effect.MORE
    given = reach_of(parse_document(document)).grant.anywhere_if
    changes_iam = given & power_mask() & catalogue().services.get("iam", 0)
    return Effect.MUCH_MORE if changes_iam else Effect.MORE
