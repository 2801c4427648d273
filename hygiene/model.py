"""The frozen values that travel between the stages; plain data, no behaviour beyond reading it."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hygiene.activity.model import Activity

JsonObject = dict[str, Any]

SCHEMA_VERSION = 1
"""Of snapshots, manifests and summaries. A reader refuses a newer one with a sentence."""

TRACKING_PERIOD_DAYS = 400
"""IAM's trailing tracking period for RoleLastUsed and service last accessed information.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
"""


class AccountState(StrEnum):
    """Organizations' account states; only an ACTIVE account can be read."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    PENDING_ACTIVATION = "PENDING_ACTIVATION"
    PENDING_CLOSURE = "PENDING_CLOSURE"
    CLOSED = "CLOSED"
    UNKNOWN = "UNKNOWN"


class GapKind(StrEnum):
    """Why something that was asked for is missing."""

    DENIED = "denied"
    THROTTLED = "throttled"
    GONE = "gone"
    FAILED = "failed"
    DAMAGED = "damaged"


class MessageKind(StrEnum):
    """What a message of a review is; each is sent once per review and owner."""

    ASK = "ask"
    REMINDER_1 = "reminder-1"
    REMINDER_2 = "reminder-2"
    ESCALATION = "escalation"
    SUMMARY = "summary"


class Channel(StrEnum):
    """A way by which a finished review leaves the house, in the order of use: what is announced is there by then."""

    S3 = "s3"
    MAIL = "mail"
    SNS = "sns"
    WEBHOOK = "webhook"
    SECURITY_HUB = "security-hub"


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the population.

    `ou_ids` runs from the organization's root to the account's own organizational unit;
    `ou_path` is the same in names, such as `Root/Workloads/Prod`, empty without an organization.
    """

    id: str
    name: str = ""
    state: AccountState = AccountState.ACTIVE
    ou_ids: tuple[str, ...] = ()
    ou_path: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ControlPolicy:
    """A service or resource control policy with the ids of the roots, OUs and accounts it is attached to."""

    type: str
    id: str
    name: str
    content: JsonObject | str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Organization:
    """The population's frame: accounts, their place in the tree, and the policies above them."""

    id: str
    management_account_id: str
    accounts: tuple[Account, ...]
    policies: tuple[ControlPolicy, ...] = ()

    def account_ids(self) -> frozenset[str]:
        """Every account the organization lists, whatever its state."""
        return frozenset(account.id for account in self.accounts)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was asked for and not obtained. Gaps are data: they end up in coverage and on the page.

    `collector` names the snapshot file (without `.json`) or `assume-role`; `subject` is a role ARN where the gap
    concerns one role, else empty.
    """

    account_id: str
    collector: str
    kind: GapKind
    operation: str
    code: str
    message: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class AccountDocuments:
    """AWS's own answers for one account, as they lie in the snapshot. `None` means: not in the snapshot.

    `changed` names the files that are not the ones that were collected: somebody has edited them since.
    """

    account_id: str
    authorization_details: JsonObject | None = None
    roles: tuple[JsonObject, ...] | None = None
    account_summary: Mapping[str, int] | None = None
    last_accessed: Mapping[str, JsonObject] | None = None
    identity_providers: JsonObject | None = None
    contacts: JsonObject | None = None
    credential_report: tuple[JsonObject, ...] | None = None
    reconciliation: JsonObject | None = None
    access_analyzer: JsonObject | None = None
    security_hub: JsonObject | None = None
    activity: Activity | None = None
    gaps: tuple[Gap, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skip:
    """An account that is left out on purpose, with the reason the auditor will read."""

    account_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class CheckInfo:
    """What the report says about a check; the glossary, `hygiene checks` and the README come from it."""

    id: str
    title: str
    group: str
    severity: str
    why: str
    remedy: str
    source: str
    threshold: str = ""


_OPINIONS_TOLD = 5


@dataclass(frozen=True, slots=True)
class Opinion:
    """What IAM Access Analyzer's ValidatePolicy said about proposed policies: its errors and security warnings."""

    asked_at: datetime
    findings: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Return it as the page and the file say it: what is said again and again once, and the first few alone."""
        times = Counter(self.findings)
        told = [text if number == 1 else f"{text} ({number:,} times)" for text, number in times.items()]
        more = [f"and {len(told) - _OPINIONS_TOLD:,} more"] if len(told) > _OPINIONS_TOLD else []
        said = "; ".join([*told[:_OPINIONS_TOLD], *more]) or "no error and no security warning"
        return f"IAM Access Analyzer, asked on {self.asked_at:%Y-%m-%d}: {said}"


NOT_ASKED = "IAM Access Analyzer was not asked"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Narrower policies for one role, as the text of a JSON file, compressed: an organization has thousands.

    `path` is the file's in the report, with `/`; nothing in it comes from a stranger unchecked.
    """

    role_arn: str
    path: str
    difference: str
    """What the policies take away, in a sentence; the JSON says it too."""
    compressed: bytes
    opinion: Opinion | None = None
    """Of a third party, beside our own proof; None: it was not asked."""

    def text(self) -> str:
        """Return the JSON."""
        return zlib.decompress(self.compressed).decode()


@dataclass(frozen=True, slots=True)
class Removal:
    """What there is to save and to take apart before a role can be deleted."""

    account_id: str
    role_name: str
    role_arn: str
    inline_policies: tuple[str, ...]
    attached_policy_arns: tuple[str, ...]
    instance_profiles: tuple[str, ...]
    permissions_boundary: str = ""
    references: tuple[str, ...] = ()
    """Resources that AWS Config says name the role."""

    role_id: str = ""
    """What a role made anew under the same name does not have; empty: not known."""


@dataclass(frozen=True, slots=True)
class RightSizing:
    """What the review puts into people's hands to act on: narrower policies, and how to remove what is unused."""

    proposals: tuple[Proposal, ...] = ()
    removals: tuple[Removal, ...] = ()
    policies: bytes = b""
    """The account's policies as they were judged: JSON, compressed with zlib; empty: it has no roles."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the first screen about the data itself. `level`: `gap`, `warning` or `note`."""

    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A finding that is worth telling at once. `parts` are what it is made of: callers, networks, changes by day.

    Strangers wrote the texts, and nothing in them is escaped yet.
    """

    finding_id: str
    check: str
    severity: str
    account_id: str
    account_name: str
    role_arn: str
    evidence: str
    parts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a channel is told: a subject of one line, a text for people, and `facts` as JSON for machines."""

    subject: str
    text: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """Everything about a review that is not a table: what was reviewed, when, with which rules."""

    review_id: str
    quarter: str
    as_of: datetime
    as_of_source: str
    organization_id: str
    population_proven: bool
    unused_after_days: int
    checks: tuple[CheckInfo, ...]
    notices: tuple[Notice, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    previous_quarter: str = ""
    compared_by: str = ""
    """What the changes of permissions and trust rest on; empty: there is no earlier review."""
    trend: tuple[Mapping[str, Any], ...] = ()
    """The earlier quarters' numbers, oldest first; see `report.trend`."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What differs from run to run; it goes into `manifest.json` and nowhere else."""

    run_id: str
    started_at: datetime
    finished_at: datetime
    collector_arn: str = ""
    snapshot_location: str = ""
    snapshot_manifest_sha256: str = ""
    previous_manifest_sha256: str = ""
    supersedes: str = ""
    ledger: tuple[ReportFile, ...] = ()
    """What people answered and what was sent when the report was made, as files below OUT."""


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One file of a report, as its manifest lists it; `path` is relative and uses `/`."""

    path: str
    sha256: str
    bytes: int
