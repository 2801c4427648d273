"""What a simulated AWS organization looks like: plain frozen dataclasses, no AWS and no clock.

Every moment is told as days before the simulated clock, so that one world serves any date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hygiene.simulate.cloudtrail.events import Event
    from hygiene.simulate.cloudtrail.trail import Trail
    from hygiene.simulate.evidence import Aggregator, Analyzer, SecurityHub

Document = Mapping[str, Any]
"""An IAM policy document as an object."""

HUB_ROLE = "role-hygiene-hub"
READER_ROLE = "role-hygiene-reader"

DEFAULT_REGIONS = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}
"""The home Region of IAM in each partition; a partition not named here cannot be simulated."""


@dataclass(frozen=True)
class Policy:
    """A customer managed policy; `earlier` are its older versions, oldest first."""

    name: str
    document: Document
    path: str = "/"
    description: str = ""
    earlier: tuple[Document, ...] = ()
    created_days_ago: float = 700


@dataclass(frozen=True)
class Role:
    """An IAM role with its history.

    `managed` holds names of policies of the account, names of AWS managed policies prefixed `aws:`, or full ARNs.
    `used_services` maps a service namespace, `used_actions` an action, to the days since its last use.
    `incarnation` tells apart roles that have one name at different times: each has an id of its own.
    """

    name: str
    trust: Document
    inline: Mapping[str, Document] = field(default_factory=dict)
    managed: tuple[str, ...] = ()
    boundary: str | None = None
    path: str = "/"
    description: str = ""
    max_session_hours: float = 1
    tags: Mapping[str, str] = field(default_factory=dict)
    created_days_ago: float = 500
    last_used_days_ago: float | None = None
    last_used_region: str | None = None
    used_services: Mapping[str, float] = field(default_factory=dict)
    used_actions: Mapping[str, float] = field(default_factory=dict)
    instance_profile: bool = False
    source_template: str | None = None
    incarnation: str = ""


@dataclass(frozen=True)
class User:
    """An IAM user; `key_ages` are the days since each access key was made, at most two."""

    name: str
    inline: Mapping[str, Document] = field(default_factory=dict)
    managed: tuple[str, ...] = ()
    path: str = "/"
    tags: Mapping[str, str] = field(default_factory=dict)
    created_days_ago: float = 900
    has_password: bool = False
    password_last_used_days_ago: float | None = None
    has_mfa: bool = False
    key_ages: tuple[float, ...] = ()
    key_last_used_days_ago: float | None = None


@dataclass(frozen=True)
class Account:
    """An AWS account; `ou` is the path of its organizational unit, "" the root.

    `reader` decides the role the collector assumes: "standard", "refuses" (its trust policy names somebody else),
    "no-last-accessed" (may not generate last-accessed reports), "absent", or a permissions policy of one's own.
    `quotas` overrides entries of GetAccountSummary; `contacts`: SECURITY, OPERATIONS or BILLING → mail address.
    """

    id: str
    name: str
    email: str = ""
    ou: str = ""
    state: str = "ACTIVE"
    roles: tuple[Role, ...] = ()
    policies: tuple[Policy, ...] = ()
    users: tuple[User, ...] = ()
    oidc_providers: tuple[str, ...] = ()
    saml_providers: tuple[str, ...] = ()
    quotas: Mapping[str, int] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    contacts: Mapping[str, str] = field(default_factory=dict)
    reader: str | Document = "standard"
    joined_days_ago: float = 1200
    joined_method: str = "CREATED"


@dataclass(frozen=True)
class OrganizationPolicy:
    """A service or resource control policy and where it is attached: "" the root, an OU path, an account id.

    With `instead_of_full_access` the AWS managed policy that allows everything is detached from those targets.
    """

    name: str
    document: Document
    targets: tuple[str, ...]
    description: str = ""
    instead_of_full_access: bool = False


@dataclass(frozen=True)
class Hub:
    """Who collects: `role/NAME` or `user/NAME` of an account. A missing hub role is seeded."""

    account_id: str
    principal: str = f"role/{HUB_ROLE}"


@dataclass(frozen=True)
class World:
    """An organization, or with `organization_id=None` accounts that are in none."""

    accounts: tuple[Account, ...]
    hub: Hub
    organization_id: str | None = None
    management_account: str | None = None
    ous: tuple[str, ...] = ()
    scps: tuple[OrganizationPolicy, ...] = ()
    rcps: tuple[OrganizationPolicy, ...] = ()
    delegated_administrators: tuple[str, ...] = ()
    partition: str = "aws"
    outside: tuple[str, ...] = ()
    """Ids of accounts that are seeded but belong to no organization."""
    events: tuple[Event, ...] = ()
    """What CloudTrail recorded, in any order."""
    trail: Trail | None = None
    analyzers: tuple[Analyzer, ...] = ()
    aggregators: tuple[Aggregator, ...] = ()
    security_hubs: tuple[SecurityHub, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no AWS organization could be, while the author still looks at it."""
        ids = [account.id for account in self.accounts]
        if len(set(ids)) != len(ids):
            raise ValueError("Two accounts of the world share an id.")
        bad = [i for i in ids if len(i) != 12 or not i.isdigit()]
        if bad:
            raise ValueError(f"Account ids have twelve digits, these do not: {', '.join(bad)}")
        if self.partition not in DEFAULT_REGIONS:
            raise ValueError(f"The partition {self.partition!r} cannot be simulated.")
        if self.organization_id and self.management_account not in ids:
            raise ValueError("An organization needs its management account among the accounts.")
        if self.hub.account_id not in ids:
            raise ValueError("The account of the hub is not part of the world.")
        self._check_places(set(ids))

    def _check_places(self, ids: set[str]) -> None:
        named = {account.ou for account in self.accounts if account.ou}
        named |= {target for policy in (*self.scps, *self.rcps) for target in policy.targets if target}
        unknown = named - set(self.ous) - ids
        if unknown:
            raise ValueError(f"These organizational units or accounts are not in the world: {sorted(unknown)}")

    @property
    def region(self) -> str:
        """The home Region of IAM in this partition."""
        return DEFAULT_REGIONS[self.partition]

    def member_accounts(self) -> tuple[Account, ...]:
        """The accounts of the organization, the management account among them."""
        if self.organization_id is None:
            return ()
        return tuple(a for a in self.accounts if a.id not in self.outside)
