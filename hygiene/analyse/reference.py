"""What every account is judged against: the moment, the population, whom we know, and the ceilings above accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from hygiene.analyse.permissions import Ceilings
from hygiene.policy.actions import catalogue
from hygiene.policy.document import parse_document
from hygiene.policy.reach import Grant, Reach, reach_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hygiene.activity import Assumption
    from hygiene.activity.networks import Network
    from hygiene.analyse.owners import OwnerRules
    from hygiene.model import Account, Organization

SERVICE_CONTROL_POLICY, RESOURCE_CONTROL_POLICY = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"


@dataclass(frozen=True, slots=True)
class EarlierPolicy:
    """An AWS managed policy at the time of an earlier snapshot."""

    version: str
    document: object


@dataclass(frozen=True, slots=True)
class EarlierCallers:
    """Who assumed an account's roles in the window before: pairs of role ARN and principal.

    `has_holes`: some days of it were not read, so who was not seen may have been there.
    """

    begins: datetime
    ends: datetime
    has_holes: bool
    callers: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Reference:
    """Fixed for a whole review. `organization` is None for one account, or where the account list was refused."""

    as_of: datetime
    organization: Organization | None
    known_accounts: frozenset[str]
    unused_after_days: int
    owner_rules: OwnerRules
    earlier_policies: Mapping[str, EarlierPolicy] = field(default_factory=dict)
    """AWS managed policies as the earlier snapshot has them, by ARN; empty without an earlier one."""

    earlier_callers: Mapping[str, EarlierCallers] = field(default_factory=dict)
    """By account id, where the earlier snapshot read events."""

    callers_elsewhere: Mapping[str, tuple[Assumption, ...]] = field(default_factory=dict)
    """By account id: who of another account assumed a role of it or tried to, as the caller's own log says."""

    expected_networks: tuple[Network, ...] = ()
    """From where roles are assumed; empty where the configuration names none."""

    permission_sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Permission set of IAM Identity Center → accounts it is provisioned to; empty when it was not read."""

    references: Mapping[str, tuple[str, ...]] | None = None
    """Role ARN → resources that name it, from AWS Config; None when it was not asked."""

    @cached_property
    def accounts(self) -> dict[str, Account]:
        """The organization's accounts by id."""
        return {account.id: account for account in self.organization.accounts} if self.organization else {}

    @cached_property
    def friends(self) -> frozenset[str]:
        """Accounts that are not outsiders: the organization's own, and those the configuration names."""
        return frozenset(self.accounts) | self.known_accounts

    @property
    def organization_id(self) -> str:
        """The organization's id; empty where there is none, or it is not known."""
        return self.organization.id if self.organization else ""

    @cached_property
    def _by_target(self) -> dict[tuple[str, str], Reach]:
        """Return (policy type, target) → the union of the policies attached there."""
        found: dict[tuple[str, str], Reach] = {}
        for policy in self.organization.policies if self.organization else ():
            document = parse_document(policy.content)
            reach = reach_of(document)
            if document.problems:
                # What was not read must not make powerful roles look harmless: it is taken to allow everything.
                reach = reach._replace(grant=_full())
            for target in policy.targets:
                found[policy.type, target] = found.get((policy.type, target), Reach()) | reach
        return found

    def ceilings(self, account_id: str) -> Ceilings:
        """Return the account's SCP and RCP levels, root first, each the union of the policies attached there.

        The management account is exempt from both. A level without any policy is one the export does not hold: AWS
        never lets the last policy be detached, so it says nothing rather than denying everything.
        https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
        """
        account = self.accounts.get(account_id)
        if account is None or self.organization is None or account_id == self.organization.management_account_id:
            return Ceilings(self.organization_id)
        targets = (*account.ou_ids, account_id)
        levels = {
            kind: [self._by_target[kind, target] for target in targets if (kind, target) in self._by_target]
            for kind in (SERVICE_CONTROL_POLICY, RESOURCE_CONTROL_POLICY)
        }
        # RCPFullAWSAccess, which alone allows, cannot be detached: a level that lists no Allow just leaves it out.
        # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
        rcps = (
            level if level.grant.somewhere_if else level._replace(grant=_full())
            for level in levels[RESOURCE_CONTROL_POLICY]
        )
        return Ceilings(self.organization_id, tuple(levels[SERVICE_CONTROL_POLICY]), tuple(rcps))


def _full() -> Grant:
    return Grant(*[catalogue().everything] * 4)
