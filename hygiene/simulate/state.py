"""Everything the simulated AWS knows beyond moto's backends: the world, the clock, usage, jobs, credentials."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import TYPE_CHECKING, Any

from moto.core.base_backend import BackendDict
from moto.iam.models import IAMBackend, iam_backends
from moto.iam.models import Role as MotoRole
from moto.organizations.models import OrganizationsBackend, organizations_backends

from hygiene.simulate.calls import CallLog
from hygiene.simulate.credentials import CredentialStore
from hygiene.simulate.event_store import EventStore
from hygiene.simulate.faults import Faults
from hygiene.simulate.trail_bucket import TrailBucket

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hygiene.simulate.athena.execution import Execution
    from hygiene.simulate.world import Account, World


_KNOWN_AFTER = timedelta(hours=4)


@dataclass
class Usage:
    """When a role last used each service and action, in simulated time without a zone, as moto keeps moments."""

    services: dict[str, datetime] = field(default_factory=dict)
    actions: dict[str, datetime] = field(default_factory=dict)
    region: str = ""
    lately: dict[str, datetime] = field(default_factory=dict)
    """By service, what was called here; see `service`."""

    def service(self, name: str, now: datetime) -> datetime | None:
        """Return when the service was used last, as far as IAM knows: recent activity takes up to four hours.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
        """
        lately = self.lately.get(name)
        return lately if lately is not None and lately <= now - _KNOWN_AFTER else self.services.get(name)


@dataclass
class Job:
    """A last-accessed job; it belongs to the access key (the session) that asked for it."""

    id: str
    account_id: str
    role_arn: str
    granularity: str
    access_key_id: str
    created: datetime
    ready_at: float
    fails: bool


@dataclass
class CredentialReport:
    """The credential report of an account: its rows as they were when it was made."""

    made: datetime
    ready_at: float
    content: str
    asked: int = 1


class State:
    """The simulated organization while it runs. Roles, policies and OUs live in moto's backends alone."""

    def __init__(self, world: World, clock: Callable[[], datetime]) -> None:
        self.world = world
        self.clock = clock
        self.lock = RLock()
        self.faults = Faults()
        self.calls = CallLog()
        self.accounts: Mapping[str, Account] = {account.id: account for account in world.accounts}
        self.members = {account.id for account in world.member_accounts()}
        self.usage: dict[str, Usage] = {}
        self.source_templates: dict[str, str] = {}
        self.jobs: dict[str, Job] = {}
        self.jobs_by_arn: Counter[str] = Counter()
        self.reports: dict[str, CredentialReport] = {}
        self.credentials = CredentialStore(self.iam, world)
        self.counter = itertools.count(1)
        self.queries: dict[str, Execution] = {}
        self.events = EventStore(world, self.now())
        self.trail_bucket = TrailBucket(world, self.events)

    def now(self) -> datetime:
        """The simulated moment, in UTC and without a zone, as moto keeps its moments."""
        moment = self.clock()
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment

    def ago(self, days: float) -> datetime:
        """A moment so many days before now, to the second."""
        return (self.now() - timedelta(days=days)).replace(microsecond=0)

    def iam(self, account_id: str) -> IAMBackend:
        """The IAM of an account."""
        return iam_backends[account_id][self.world.partition]

    def organizations(self) -> OrganizationsBackend | None:
        """The organization, kept in the management account's backend."""
        if self.world.management_account is None or not self.members:
            return None
        return organizations_backends[self.world.management_account][self.world.partition]

    def role(self, arn: str) -> MotoRole | None:
        """The role of an ARN in any account of the world."""
        account_id, name = arn.split(":")[4], arn.rpartition("/")[2]
        if account_id not in self.accounts:
            return None
        # By name first: an ARN is put together anew each time it is asked for.
        return next((r for r in self.iam(account_id).roles.values() if r.name == name and r.arn == arn), None)

    def roles(self, account_id: str) -> list[MotoRole]:
        """The roles of an account by ARN."""
        return sorted(self.iam(account_id).roles.values(), key=lambda role: role.arn)

    def record_use(self, role: MotoRole, service: str, region: str) -> None:
        """A session of the role has called a service."""
        now = self.now().replace(microsecond=0)
        found: Any = role
        found.last_used, found.last_used_region = now, region
        usage = self.usage.setdefault(role.id, Usage(region=region))
        known = usage.service(service, self.now())
        if known is not None:
            usage.services[service] = known
        usage.lately[service] = now
        usage.region = region


def forget_everything() -> None:
    """Empty every moto backend, so that each start sees its own world alone."""
    BackendDict.reset()
    organizations_backends.master_accounts.clear()
