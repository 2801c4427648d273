"""The schema of every table: column, type, unit, the API field behind it, and what an empty cell means.

Validated at three borders: leaving `analyse.tables`, leaving the checks, entering `report`. Lists inside a cell
are joined by `;`. Account ids are text everywhere, because a leading zero is part of the id.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from hygiene.model import RightSizing
from hygiene.schema import Table, columns_of, flag, frame_of, moment, number, text, validated, whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

__all__ = [
    "AccountReview",
    "Changes",
    "Coverage",
    "Decisions",
    "Exceptions",
    "Findings",
    "FollowUps",
    "Review",
    "ReviewTables",
    "Roles",
    "columns_of",
    "frame_of",
    "validated",
]

ACCOUNT_ID = r"\d{12}"

USAGE_STATUSES = ("in_use", "unused", "too_new", "excluded", "unknown")
USAGE_REASONS = (
    "recent",
    "stale",
    "not_used_in_tracking_period",
    "never_used",
    "too_new",
    "service_linked",
    "sso_reserved",
    "no_data",
)
ROLE_KINDS = (
    "service-linked",
    "sso-reserved",
    "public",
    "cross-account",
    "federated-oidc",
    "federated-saml",
    "service",
    "same-account",
)
"""Leading kind first: what decides wording and risk comes before what merely also holds."""

SEVERITIES = ("critical", "high", "medium", "low", "info")
CONFIDENCES = ("certain", "likely", "possible")
COVERAGE_STATUSES = ("read", "partial", "failed", "skipped")
SUGGESTIONS = ("remove", "investigate", "reduce", "keep")
DECISIONS = ("keep", "reduce", "remove", "not-mine")
DECISION_STATES = (
    "open",
    "answered",
    "verified",
    "overdue",
    "re-opened",
    "waived",
    "no-response",
    "stale-decision",
)
EXCEPTION_STATES = ("live", "expiring", "expired", "unused", "not-yet")


class Roles(Table):
    """One row per role of the population, excluded ones too; `roles.csv`."""

    account_id = text("The account that holds the role", pattern=ACCOUNT_ID)
    account_name = text("Organizations' name; empty when not known", nullable=True)
    ou_path = text("Names from the root down; empty without an organization", nullable=True)
    role_name = text("Unique in its account only while the role lives")
    role_arn = text("GetAccountAuthorizationDetails Arn", unique=True)
    role_id = text("AROA…: what stays the same; a role made again has another one")
    path = text("IAM path; /aws-service-role/ and /aws-reserved/ are AWS's own")
    kind = text("The leading kind; empty when nobody can assume the role", nullable=True)
    kinds = text("All kinds, ;-joined", nullable=True)
    owner = text("Who is asked; empty when nobody was found", nullable=True)
    owner_source = text("tag:<key>, mapping, contact or fallback", nullable=True)
    created_at = moment("CreateDate", nullable=True)
    age_days = whole("Whole days from creation to as_of", nullable=True)
    last_used_at = moment(
        "RoleLastUsed, or later use that last-accessed data or CloudTrail saw; empty: see usage_reason, never simply "
        "'never'",
        nullable=True,
    )
    last_used_region = text("RoleLastUsed.Region, or the Region of the later event", nullable=True)
    unused_days = whole("Whole days from last use to as_of", nullable=True)
    usage_status = text(isin=USAGE_STATUSES)
    usage_reason = text(isin=USAGE_REASONS)
    max_session_hours = number("ListRoles MaxSessionDuration; empty: not read", nullable=True)
    permissions_boundary = text("ARN of the boundary; empty: none", nullable=True)
    attached_policies = text("Names of attached managed policies, ;-joined", nullable=True)
    trusted_principals = text("Principals of the trust's Allow statements", nullable=True)
    services_granted = whole("Services effectively allowed", nullable=True)
    services_used = whole("Of those, used in the tracking period", nullable=True)
    services_unused = whole("Granted less used; empty: not read", nullable=True)
    actions_allowed = whole("Actions effectively allowed", nullable=True)
    severity = text("Worst effective finding; empty: none", nullable=True, isin=SEVERITIES)
    risk_score = whole("0 to 100; see analyse.risk", at_least=0, at_most=100)
    checks = text("Ids of its findings, ;-joined", nullable=True)
    suggestion = text(isin=SUGGESTIONS)
    suggestion_reason = text("One sentence, plain words")
    group_id = text("Same permissions and trust across accounts have the same one")
    row_sha256 = text("What was judged; changes when trust, policies or boundary change")
    decision = text(nullable=True, isin=DECISIONS)
    decision_state = text(nullable=True)
    reviewer = text(nullable=True)
    decided_at = moment(nullable=True)
    description = text("ListRoles Description; empty: none, or not read", nullable=True)
    inline_policies = text("Names of inline policies, ;-joined", nullable=True)
    instance_profiles = text("Instance profiles that would break", nullable=True)
    source_template = text("Role template the role was acquired from", nullable=True)
    proposal = text("File with narrower policies, in this folder; empty: none", nullable=True)
    references = text("Resources that AWS Config says name the role, ;-joined, 100 at most", nullable=True)
    references_source = text("config; empty: nobody asked, and no reference says nothing", nullable=True)
    tags = text("Tags of the role as key=value, ;-joined", nullable=True)
    security_hub = text("Security Hub's open findings, ;-joined; empty: none, or not read", nullable=True)
    proposal_opinion = text("What IAM Access Analyzer says of the proposal; empty: no proposal", nullable=True)
    proposal_difference = text("What the proposal keeps and takes away, in words; empty: no proposal", nullable=True)


class Findings(Table):
    """One row per subject, check and `held_back_by`; `findings.csv`."""

    finding_id = text(unique=True)
    account_id = text(pattern=ACCOUNT_ID)
    role_name = text("Empty: the finding is of an account or a user", nullable=True)
    role_arn = text(nullable=True)
    role_id = text(nullable=True)
    check = text()
    severity = text(isin=SEVERITIES)
    confidence = text(isin=CONFIDENCES)
    detail = text("For machines: services, actions, principals, path ids; ;-joined", nullable=True)
    policies = text("The policies that give it, ;-joined", nullable=True)
    evidence = text("One sentence a person can check", nullable=True)
    held_back_by = text("Empty: effective; else boundary, scp, rcp, deny, not-evaluated: …", nullable=True)
    remedy = text()
    source = text()
    first_seen_quarter = text(nullable=True)
    exception = text(nullable=True)


class Coverage(Table):
    """One row per account of the organization, whatever became of it; `coverage.csv`."""

    account_id = text(unique=True, pattern=ACCOUNT_ID)
    account_name = text(nullable=True)
    ou_path = text(nullable=True)
    state = text("Organizations' State; empty without an organization", nullable=True)
    status = text(isin=COVERAGE_STATUSES)
    roles_expected = whole("GetAccountSummary, else ListRoles", nullable=True)
    roles_read = whole(nullable=True)
    last_accessed_expected = whole("Roles for which it can add something", nullable=True)
    last_accessed_read = whole(nullable=True)
    events_from = moment(nullable=True)
    events_to = moment(nullable=True)
    reason = text("Why it is not `read`; never empty then", nullable=True)


class Assumptions(Table):
    """Who assumed a role in the window, one row per role and principal; `assumptions.csv`, where events were read."""

    account_id = text(pattern=ACCOUNT_ID)
    role_arn = text()
    role_id = text()
    principal = text("ARN of a role or user, a service, an account id, or `provider|subject`")
    principal_kind = text()
    principal_account_id = text(nullable=True)
    is_outside = flag("Of an account that is neither ours nor known")
    is_new = text("Not seen in the window before; empty: nothing to compare with", nullable=True, isin=("yes", "no"))
    assumed = whole("Successful calls", at_least=0)
    refused = whole("Calls that were refused", at_least=0)
    first_seen = moment()
    last_seen = moment()
    with_mfa = whole("Successful calls with MFA; empty: nothing was said of it", nullable=True)
    networks = text("Most frequent first, ;-joined", nullable=True)
    user_agents = text("Most frequent first, ;-joined", nullable=True)
    errors = text("Of refusals, ;-joined", nullable=True)
    event_id = text("The latest event, to look up in CloudTrail", nullable=True)
    region = text("Region of that event", nullable=True)


class RoleEvents(Table):
    """Calls that changed a role in the window; `role_events.csv`, where events were read."""

    account_id = text(pattern=ACCOUNT_ID)
    role_arn = text()
    role_id = text()
    time = moment()
    action = text("IAM's API action")
    subject = text("The policy, boundary, tag or profile it was about", nullable=True)
    effect = text("What it did to the role's power")
    by = text()
    network = text(nullable=True)
    user_agent = text(nullable=True)
    event_id = text()
    region = text()


class Changes(Table):
    """What differs from the previous review, one row per role and kind of change; `changes.csv`."""

    account_id = text(pattern=ACCOUNT_ID)
    role_arn = text()
    role_id = text()
    change = text()
    before = text(nullable=True)
    after = text(nullable=True)
    compared_with = text(nullable=True)  # the quarter it differs from: an earlier one where the last was not read


class Decisions(Table):
    """What people are asked, one row per role that is not excluded; `decisions.csv` and `.xlsx`."""

    review_id = text()
    role_id = text()
    role_arn = text(unique=True)
    account_id = text(pattern=ACCOUNT_ID)
    group_id = text()
    row_sha256 = text()
    suggestion = text(isin=SUGGESTIONS)
    suggestion_reason = text()
    decision = text(nullable=True, isin=DECISIONS)
    justification = text(nullable=True)
    target_date = text(nullable=True)
    ticket = text(nullable=True)
    reviewer = text(nullable=True)
    decided_at = moment(nullable=True)
    needs_decision = text(isin=("yes", "no"))


class FollowUps(Table):
    """What became of every decision that still counts, gone roles' too; `followups.csv`."""

    review_id = text("The review in which it was decided")
    account_id = text(pattern=ACCOUNT_ID)
    role_arn = text()
    role_id = text("Of the role that was decided about; it may be gone")
    decision = text(isin=DECISIONS)
    state = text(isin=DECISION_STATES)
    detail = text("What AWS shows now, in words", nullable=True)
    due = text("ISO date by which it was to be carried out; empty: nothing was to be done", nullable=True)
    justification = text(nullable=True)
    ticket = text(nullable=True)
    reviewer = text(nullable=True)
    decided_at = moment(nullable=True)
    verified_quarter = text(
        "The quarter whose review first saw it carried out, even if it was undone since; empty: none yet",
        nullable=True,
    )


class Exceptions(Table):
    """Every exception of the configuration and what it does at this moment; `exceptions.csv`."""

    number = whole("Entry of exceptions.yaml, from 1", at_least=1)
    state = text(isin=EXCEPTION_STATES)
    match = text("What is compared and the pattern; all of them hold")
    checks = text("Ids of the checks it waives, ;-joined")
    reason = text()
    owner = text("Who answers for the risk")
    approved_by = text("Somebody else")
    created = text("ISO date")
    expires = text("ISO date; it still holds on that day, UTC")
    compensating_control = text(nullable=True)
    findings = whole("Findings it waives now; 0 while it is not in force", at_least=0)


@dataclass(frozen=True, slots=True)
class AccountReview:
    """One account's part of a review, each table valid by its schema, and what there is to act on."""

    account_id: str
    roles: pd.DataFrame
    findings: pd.DataFrame
    changes: pd.DataFrame
    decisions: pd.DataFrame
    followups: pd.DataFrame
    assumptions: pd.DataFrame
    role_events: pd.DataFrame
    right_sizing: RightSizing = field(default_factory=RightSizing)
    compared_with: str = ""
    """The quarter that its changes are told from; empty where no earlier review read the account."""
    waived: Mapping[int, int] = field(default_factory=dict)
    """Number of an exception → findings of the account that it holds for."""


class Review(Protocol):
    """A reviewed population: two small tables, and everything else account by account."""

    @property
    def coverage(self) -> pd.DataFrame:
        """The Coverage table."""
        ...

    def exceptions_table(self, waived: Mapping[int, int]) -> pd.DataFrame:
        """Return the Exceptions table; `waived`: as in AccountReview, of all accounts together."""
        ...

    @property
    def group_sizes(self) -> Mapping[str, int]:
        """`group_id` → number of its roles over all accounts; groups of one may be left out."""
        ...

    def accounts(self) -> Iterator[AccountReview]:
        """Yield the accounts that have rows in any table, in order of their ids."""
        ...


@dataclass(frozen=True, slots=True)
class ReviewTables:
    """A review that is small enough to lie in memory as whole tables, each valid by its schema."""

    roles: pd.DataFrame
    findings: pd.DataFrame
    coverage: pd.DataFrame
    changes: pd.DataFrame
    decisions: pd.DataFrame
    followups: pd.DataFrame = field(default_factory=FollowUps.empty)
    exceptions: pd.DataFrame = field(default_factory=Exceptions.empty)
    assumptions: pd.DataFrame = field(default_factory=Assumptions.empty)
    role_events: pd.DataFrame = field(default_factory=RoleEvents.empty)
    right_sizing: Mapping[str, RightSizing] = field(default_factory=dict)
    """By account id."""

    def exceptions_table(self, waived: Mapping[int, int]) -> pd.DataFrame:  # noqa: ARG002 (the protocol's)
        """Return the Exceptions table, which counts already."""
        return self.exceptions

    @property
    def group_sizes(self) -> Mapping[str, int]:
        """`group_id` → number of its roles over all accounts."""
        return {str(key): int(size) for key, size in self.roles["group_id"].value_counts().items()}

    def accounts(self) -> Iterator[AccountReview]:
        """Yield the accounts that have rows in any table, in order of their ids."""
        tables = {name: getattr(self, name) for name in _BY_ACCOUNT}
        held = {name: dict(iter(table.groupby("account_id"))) for name, table in tables.items()}
        for account_id in sorted({*self.right_sizing}.union(*held.values())):
            parts = {name: held[name].get(account_id, table.iloc[:0]) for name, table in tables.items()}
            sizing = self.right_sizing.get(account_id, RightSizing())
            yield AccountReview(account_id, **parts, right_sizing=sizing)


_BY_ACCOUNT = ("roles", "findings", "changes", "decisions", "followups", "assumptions", "role_events")
