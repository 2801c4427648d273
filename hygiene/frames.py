"""The schema of every table: column, type, unit, the API field behind it, and what an empty cell means.

Validated at three borders: leaving `analyse.tables`, leaving the checks, entering `report`. Lists inside a cell
are joined by `;`. Account ids are text everywhere, because a leading zero is part of the id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pandera.pandas as pa

from hygiene.errors import FrameError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_UTC = {"unit": "us", "tz": "UTC"}

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


class _Frame(pa.DataFrameModel):
    class Config:
        strict = True
        coerce = True
        ordered = True


class Roles(_Frame):
    """One row per role of the population, excluded ones too; `roles.csv`."""

    account_id: str = pa.Field(str_matches=r"^\d{12}$", description="The account that holds the role")
    account_name: str = pa.Field(nullable=True, description="Organizations' name; empty when not known")
    ou_path: str = pa.Field(nullable=True, description="Names from the root down; empty without an organization")
    role_name: str = pa.Field(description="Unique in its account only while the role lives")
    role_arn: str = pa.Field(unique=True, description="GetAccountAuthorizationDetails Arn")
    role_id: str = pa.Field(description="AROA…: what stays the same; a role made again has another one")
    path: str = pa.Field(description="IAM path; /aws-service-role/ and /aws-reserved/ are AWS's own")
    kind: str = pa.Field(nullable=True, description="The leading kind; empty when nobody can assume the role")
    kinds: str = pa.Field(nullable=True, description="All kinds, ;-joined")
    owner: str = pa.Field(nullable=True, description="Who is asked; empty when nobody was found")
    owner_source: str = pa.Field(nullable=True, description="tag:<key>, mapping, contact or fallback")
    created_at: pd.DatetimeTZDtype = pa.Field(nullable=True, dtype_kwargs=_UTC, description="CreateDate")
    age_days: pd.Int64Dtype = pa.Field(nullable=True, description="Whole days from creation to as_of")
    last_used_at: pd.DatetimeTZDtype = pa.Field(
        nullable=True,
        dtype_kwargs=_UTC,
        description="RoleLastUsed; empty: see usage_reason, never simply 'never'",
    )
    last_used_region: str = pa.Field(nullable=True, description="RoleLastUsed.Region")
    unused_days: pd.Int64Dtype = pa.Field(nullable=True, description="Whole days from last use to as_of")
    usage_status: str = pa.Field(isin=USAGE_STATUSES)
    usage_reason: str = pa.Field(isin=USAGE_REASONS)
    max_session_hours: float = pa.Field(nullable=True, description="ListRoles MaxSessionDuration; empty: not read")
    permissions_boundary: str = pa.Field(nullable=True, description="ARN of the boundary; empty: none")
    attached_policies: str = pa.Field(nullable=True, description="Names of attached managed policies, ;-joined")
    trusted_principals: str = pa.Field(nullable=True, description="Principals of the trust's Allow statements")
    services_granted: pd.Int64Dtype = pa.Field(nullable=True, description="Services effectively allowed")
    services_used: pd.Int64Dtype = pa.Field(nullable=True, description="Of those, used in the tracking period")
    services_unused: pd.Int64Dtype = pa.Field(nullable=True, description="Granted less used; empty: not read")
    actions_allowed: pd.Int64Dtype = pa.Field(nullable=True, description="Actions effectively allowed")
    severity: str = pa.Field(nullable=True, isin=SEVERITIES, description="Worst effective finding; empty: none")
    risk_score: pd.Int64Dtype = pa.Field(ge=0, le=100, description="0 to 100; see analyse.risk")
    checks: str = pa.Field(nullable=True, description="Ids of its findings, ;-joined")
    suggestion: str = pa.Field(isin=SUGGESTIONS)
    suggestion_reason: str = pa.Field(description="One sentence, plain words")
    group_id: str = pa.Field(description="Same permissions and trust across accounts have the same one")
    row_sha256: str = pa.Field(description="What was judged; changes when trust, policies or boundary change")
    decision: str = pa.Field(nullable=True, isin=DECISIONS)
    decision_state: str = pa.Field(nullable=True)
    reviewer: str = pa.Field(nullable=True)
    decided_at: pd.DatetimeTZDtype = pa.Field(nullable=True, dtype_kwargs=_UTC)
    description: str = pa.Field(nullable=True, description="ListRoles Description; empty: none, or not read")
    inline_policies: str = pa.Field(nullable=True, description="Names of inline policies, ;-joined")
    instance_profiles: str = pa.Field(nullable=True, description="Instance profiles that would break")
    source_template: str = pa.Field(nullable=True, description="Role template the role was acquired from")


class TrustPrincipals(_Frame):
    """One row per principal of an Allow statement of a trust policy that lets somebody assume the role."""

    role_arn: str = pa.Field()
    statement: int = pa.Field(ge=1, description="Number of the statement in the document, from 1")
    principal_type: str = pa.Field(description="AWS, Service, Federated, CanonicalUser, or NotPrincipal")
    principal: str = pa.Field(description="As written; an account id and its root ARN are both kept")
    relation: str = pa.Field(
        description="service, own-account, other-account, anybody, saml, oidc, orphaned, or not-principal"
    )
    principal_account_id: str = pa.Field(nullable=True, description="Account of the principal, where it has one")
    is_whole_account: bool = pa.Field(description="The account's root: whoever that account lets")
    is_limited: bool = pa.Field(description="A condition of this statement says who the caller must be")
    is_pinned: bool = pa.Field(description="A condition of this statement names principals of the account")
    has_external_id: bool = pa.Field(description="An effective sts:ExternalId in this very statement")
    condition_keys: str = pa.Field(nullable=True, description="Lower-case keys, ;-joined")


class Findings(_Frame):
    """One row per subject, check and `held_back_by`; `findings.csv`."""

    finding_id: str = pa.Field(unique=True)
    account_id: str = pa.Field(str_matches=r"^\d{12}$")
    role_name: str = pa.Field(nullable=True, description="Empty: the finding is of an account or a user")
    role_arn: str = pa.Field(nullable=True)
    role_id: str = pa.Field(nullable=True)
    check: str = pa.Field()
    severity: str = pa.Field(isin=SEVERITIES)
    confidence: str = pa.Field(isin=CONFIDENCES)
    detail: str = pa.Field(
        nullable=True, description="For machines: services, actions, principals, path ids; ;-joined"
    )
    policies: str = pa.Field(nullable=True, description="The policies that give it, ;-joined")
    evidence: str = pa.Field(nullable=True, description="One sentence a person can check")
    held_back_by: str = pa.Field(
        nullable=True, description="Empty: effective; else boundary, scp, rcp, deny, not-evaluated: …"
    )
    remedy: str = pa.Field()
    source: str = pa.Field()
    first_seen_quarter: str = pa.Field(nullable=True)
    exception: str = pa.Field(nullable=True)


class Coverage(_Frame):
    """One row per account of the organization, whatever became of it; `coverage.csv`."""

    account_id: str = pa.Field(unique=True, str_matches=r"^\d{12}$")
    account_name: str = pa.Field(nullable=True)
    ou_path: str = pa.Field(nullable=True)
    state: str = pa.Field(nullable=True, description="Organizations' State; empty without an organization")
    status: str = pa.Field(isin=COVERAGE_STATUSES)
    roles_expected: pd.Int64Dtype = pa.Field(nullable=True, description="GetAccountSummary, else ListRoles")
    roles_read: pd.Int64Dtype = pa.Field(nullable=True)
    last_accessed_expected: pd.Int64Dtype = pa.Field(
        nullable=True, description="Roles for which it can add something"
    )
    last_accessed_read: pd.Int64Dtype = pa.Field(nullable=True)
    events_from: pd.DatetimeTZDtype = pa.Field(nullable=True, dtype_kwargs=_UTC)
    events_to: pd.DatetimeTZDtype = pa.Field(nullable=True, dtype_kwargs=_UTC)
    reason: str = pa.Field(nullable=True, description="Why it is not `read`; never empty then")


class Changes(_Frame):
    """What differs from the previous review, one row per role and kind of change; `changes.csv`."""

    account_id: str = pa.Field(str_matches=r"^\d{12}$")
    role_arn: str = pa.Field()
    role_id: str = pa.Field()
    change: str = pa.Field()
    before: str = pa.Field(nullable=True)
    after: str = pa.Field(nullable=True)


class Decisions(_Frame):
    """What people are asked, one row per role that is not excluded; `decisions.csv` and `.xlsx`."""

    review_id: str = pa.Field()
    role_id: str = pa.Field()
    role_arn: str = pa.Field(unique=True)
    account_id: str = pa.Field(str_matches=r"^\d{12}$")
    group_id: str = pa.Field()
    row_sha256: str = pa.Field()
    suggestion: str = pa.Field(isin=SUGGESTIONS)
    suggestion_reason: str = pa.Field()
    decision: str = pa.Field(nullable=True, isin=DECISIONS)
    justification: str = pa.Field(nullable=True)
    target_date: str = pa.Field(nullable=True)
    ticket: str = pa.Field(nullable=True)
    reviewer: str = pa.Field(nullable=True)
    decided_at: pd.DatetimeTZDtype = pa.Field(nullable=True, dtype_kwargs=_UTC)
    needs_decision: str = pa.Field(isin=("yes", "no"))


@dataclass(frozen=True, slots=True)
class ReviewTables:
    """The five tables a report is made of, each valid by its schema."""

    roles: pd.DataFrame
    findings: pd.DataFrame
    coverage: pd.DataFrame
    changes: pd.DataFrame
    decisions: pd.DataFrame


def columns_of(schema: type[pa.DataFrameModel]) -> list[str]:
    """Column names of a schema, in order."""
    return list(schema.to_schema().columns)


def frame_of(schema: type[pa.DataFrameModel], rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return a valid frame of the schema from row mappings; a key that is missing becomes an empty cell.

    Raises FrameError when a value breaks the schema.
    """
    names = columns_of(schema)
    held = list(rows)
    columns = {name: [row.get(name) for row in held] for name in names}
    return validated(schema, pd.DataFrame(columns, columns=pd.Index(names)))


def validated(schema: type[pa.DataFrameModel], frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the schema's types. Raises FrameError, naming schema and column, when it does not fit."""
    if frame.empty:
        return schema.empty()
    try:
        return schema.validate(frame)
    except (pa.errors.SchemaError, pa.errors.SchemaErrors) as error:
        column = getattr(error.schema, "name", None)
        raise FrameError(
            f"A row broke the schema {schema.__name__} (column {column}). This is a bug in hygiene; "
            "please report it with the -vv output."
        ) from error
