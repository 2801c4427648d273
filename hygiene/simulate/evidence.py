"""What other services know about roles, for those who write worlds: Access Analyzer, AWS Config, Security Hub."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

UNUSED_ROLE, UNUSED_PERMISSION = "UnusedIAMRole", "UnusedPermission"


@dataclass(frozen=True)
class UnusedService:
    """A service of an unused-permission finding: its unused actions with the days since each was used, None never.

    Without actions the whole service is unused.
    """

    namespace: str
    used_days_ago: float | None = None
    actions: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class AnalyzerFinding:
    """An unused-access finding about a role; `services` belong to UNUSED_PERMISSION."""

    kind: str
    role_arn: str
    used_days_ago: float | None = None
    services: tuple[UnusedService, ...] = ()
    found_days_ago: float = 30
    status: str = "ACTIVE"


@dataclass(frozen=True)
class Analyzer:
    """An analyzer of IAM Access Analyzer, and the account it lives in; `region` is by default IAM's home."""

    name: str
    account_id: str
    kind: str = "ORGANIZATION_UNUSED_ACCESS"
    region: str = ""
    unused_days: int = 90
    status: str = "ACTIVE"
    findings: tuple[AnalyzerFinding, ...] = ()


@dataclass(frozen=True)
class ConfiguredResource:
    """A resource as AWS Config recorded it."""

    kind: str
    arn: str
    configuration: Mapping[str, Any]
    """The configuration item's own; it may be anything the service describes the resource with."""

    @property
    def account_id(self) -> str:
        """Whose it is."""
        return self.arn.split(":")[4]

    @property
    def region(self) -> str:
        """Where it is."""
        return self.arn.split(":")[3]

    @property
    def name(self) -> str:
        """The end of the ARN."""
        return self.arn.split(":")[-1].rpartition("/")[2]


@dataclass(frozen=True)
class Aggregator:
    """A configuration aggregator, of the organization unless it names accounts, and what it sees."""

    name: str
    account_id: str
    region: str = ""
    account_ids: tuple[str, ...] = ()
    resources: tuple[ConfiguredResource, ...] = ()


@dataclass(frozen=True)
class SecurityHub:
    """Security Hub of one account and Region, with findings in the AWS Security Finding Format."""

    account_id: str
    region: str = ""
    findings: tuple[Mapping[str, Any], ...] = ()
    seen_days_ago: float = 20
    """When the findings were made that do not say it themselves."""
