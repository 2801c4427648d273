"""One account as every check sees it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hygiene.analyse.permissions import RolePermissions, power_mask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hygiene.analyse.logged_use import LoggedUse
    from hygiene.analyse.reference import Reference
    from hygiene.model import Account, AccountDocuments
    from hygiene.policy.trust import TrustedPrincipal

    RoleRow = Mapping[Any, Any]
    TrustRow = Mapping[Any, Any]


@dataclass(frozen=True)
class Estate:
    """The facts of one account, by role.

    `rows`: by role ARN the columns of the Roles schema that are facts, not judgements. `permissions`: by role ARN.
    """

    account: Account
    reference: Reference
    rows: Mapping[str, RoleRow]
    permissions: Mapping[str, RolePermissions]
    trusted: Mapping[str, tuple[TrustedPrincipal, ...]]
    """By role ARN, for checks that look at a statement's conditions."""
    trust_problems: Mapping[str, tuple[str, ...]]
    policy_documents: Mapping[str, object]
    """Managed policies by ARN, each with its default version's document."""
    documents: AccountDocuments
    """AWS's own answers: quotas, credential report, last accessed information."""
    logged: LoggedUse

    @property
    def account_summary(self) -> Mapping[str, int] | None:
        """IAM's counts and quotas of the account; None when they were not read."""
        return self.documents.account_summary

    @cached_property
    def friends(self) -> frozenset[str]:
        """Accounts that are not outsiders here: this one, the organization's, and those the configuration names."""
        return self.reference.friends | {self.account.id}

    def role(self, role_arn: str) -> RoleRow:
        """Return the row of one role."""
        return self.rows[role_arn]

    def roles_by_usage(self, status: str) -> Iterator[RoleRow]:
        """Yield the rows of the roles with this usage status."""
        return (row for row in self.rows.values() if row["usage_status"] == status)

    def is_powerful(self, role_arn: str) -> bool:
        """Whether the role may change things on any resource of their kind, or could for all we know."""
        permissions = self.permissions[role_arn]
        return not permissions.is_complete or bool(permissions.effective.final.anywhere_if & power_mask())

    def trust_of(self, *relations: str) -> Iterator[TrustRow]:
        """Yield the trusted principals of these relations, as rows."""
        for arn, trusted in self.trusted.items():
            yield from (_trust_row(arn, found) for found in trusted if found.relation in relations)

    @cached_property
    def editable(self) -> tuple[str, ...]:
        """The ARNs of roles whose permissions somebody in the company can change.

        AWS owns service-linked roles: a finding about their permissions would ask for the impossible.
        """
        return tuple(arn for arn, row in self.rows.items() if row["kind"] != "service-linked")


def _trust_row(role_arn: str, found: TrustedPrincipal) -> TrustRow:
    """Return what checks ask of a trusted principal; everything is of the very statement that lets it in.

    `statement`: its number in the document, from 1. `principal`: as written. `condition_keys`: lower case, ;-joined.
    """
    keys = sorted({clause.key for clause in found.statement.condition})
    return {
        "role_arn": role_arn,
        "statement": found.statement.number,
        "principal": found.principal.value,
        "principal_account_id": found.account_id,
        "is_whole_account": found.is_whole_account,
        "is_limited": found.is_limited,
        "is_pinned": found.is_pinned,
        "has_external_id": found.external_id is not None,
        "condition_keys": ";".join(keys) or None,
    }
