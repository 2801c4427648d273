"""Small accounts for tests: each builder has sensible defaults, so that a test shows only what matters to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hygiene.analyse.account import AccountAnalysis, analyse_account
from hygiene.analyse.catalogue import configured_checks
from hygiene.analyse.examination import Examiner
from hygiene.analyse.organization import Analysis, Analyst, PartsInMemory, examined_here
from hygiene.analyse.owners import OwnerRules
from hygiene.analyse.permissions import PolicyCompiler
from hygiene.analyse.reference import Reference
from hygiene.model import Account, AccountDocuments, ControlPolicy, Organization

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hygiene.config import CheckSettings

AS_OF = datetime(2026, 12, 31, 6, 0, tzinfo=UTC)
ACCOUNT = "111122223333"
SISTER = "444455556666"
STRANGER = "999988887777"

UNREAD = object()
"""For `last_used`: RoleLastUsed is not in the document at all."""

Json = dict[str, Any]


def days_ago(days: float) -> str:
    return (AS_OF - timedelta(days=days)).isoformat()


def statement(action: Any = "s3:GetObject", resource: Any = "*", effect: str = "Allow", **more: Any) -> Json:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def document(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trusts(principal: Any, action: Any = "sts:AssumeRole", **more: Any) -> Json:
    return document({"Effect": "Allow", "Principal": principal, "Action": action, **more})


LAMBDA = trusts({"Service": "lambda.amazonaws.com"})
ADMIN = document(statement("*"))
MODEST = document(statement("s3:GetObject", "arn:aws:s3:::reports/*"))


def a_role(
    name: str = "app",
    *,
    account: str = ACCOUNT,
    trust: Any = LAMBDA,
    inline: Any = MODEST,
    attached: Sequence[str] = (),
    boundary: str = "",
    path: str = "/",
    created: float = 1000,
    last_used: Any = 1,
    tags: dict[str, str] | None = None,
    **more: Any,
) -> Json:
    """Return a RoleDetail; `created` and `last_used` in days ago, `last_used=None` for no use in the period."""
    role: Json = {
        "Path": path,
        "RoleName": name,
        "RoleId": f"AROA{name.upper().replace('-', '')[:16]:0<16}",
        "Arn": f"arn:aws:iam::{account}:role{path}{name}",
        "CreateDate": days_ago(created),
        "AssumeRolePolicyDocument": trust,
        "InstanceProfileList": [],
        "RolePolicyList": [{"PolicyName": "inline", "PolicyDocument": inline}] if inline is not None else [],
        "AttachedManagedPolicies": [{"PolicyName": arn.rsplit("/", 1)[-1], "PolicyArn": arn} for arn in attached],
        "Tags": [{"Key": key, "Value": value} for key, value in (tags or {"owner": "ana@example.com"}).items()],
        **more,
    }
    if last_used is not UNREAD:
        role["RoleLastUsed"] = (
            {} if last_used is None else {"LastUsedDate": days_ago(last_used), "Region": "eu-west-1"}
        )
    if boundary:
        role["PermissionsBoundary"] = {"PermissionsBoundaryArn": boundary, "PermissionsBoundaryType": "Policy"}
    return role


def a_policy(arn: str, content: Any) -> Json:
    versions = [{"Document": content, "VersionId": "v1", "IsDefaultVersion": True, "CreateDate": days_ago(900)}]
    return {"Arn": arn, "PolicyName": arn.rsplit("/", 1)[-1], "DefaultVersionId": "v1", "PolicyVersionList": versions}


def details(*roles: Json, policies: Sequence[Json] = ()) -> Json:
    return {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": list(roles), "Policies": list(policies)}


def an_organization(*accounts: Account, policies: Sequence[ControlPolicy] = ()) -> Organization:
    held = accounts or (
        Account(ACCOUNT, "production", ou_ids=("r-1",)),
        Account(SISTER, "development", ou_ids=("r-1",)),
    )
    return Organization("o-test", "000011112222", held, tuple(policies))


def an_scp(content: Json, target: str = "r-1") -> ControlPolicy:
    return ControlPolicy("SERVICE_CONTROL_POLICY", "p-1", "limit", content, (target,))


def a_reference(organization: Organization | None = None, **more: Any) -> Reference:
    settings: Json = {
        "as_of": AS_OF,
        "organization": organization,
        "known_accounts": frozenset(),
        "unused_after_days": 90,
        "owner_rules": OwnerRules(("owner", "team")),
        **more,
    }
    return Reference(**settings)


def analysed(
    *roles: Json,
    policies: Sequence[Json] = (),
    reference: Reference | None = None,
    checks: dict[str, CheckSettings] | None = None,
    **documents: Any,
) -> AccountAnalysis:
    """Judge an account of these roles by all checks."""
    chosen = reference or a_reference(an_organization())
    account = chosen.accounts.get(ACCOUNT, Account(ACCOUNT))
    held = AccountDocuments(ACCOUNT, authorization_details=details(*roles, policies=policies), **documents)
    return analyse_account(held, account, chosen, configured_checks(checks or {}), PolicyCompiler())


def analysed_population(
    *documents: AccountDocuments,
    reference: Reference | None = None,
    skipped: dict[str, str] | None = None,
    started_at: datetime | None = None,
) -> Analysis:
    """Judge a population of these accounts by all checks."""
    chosen, checks, parts = reference or a_reference(an_organization()), configured_checks({}), PartsInMemory()
    held = {document.account_id: document for document in documents}

    class Held:
        def documents(self, account_id: str) -> AccountDocuments:
            return held[account_id]

    here = examined_here(Held(), Examiner(chosen, checks, started_at), parts.put)
    return Analyst(chosen, checks, parts).analyse(list(held), skipped or {}, here)


def found(analysis: AccountAnalysis, check: str) -> list[Json]:
    """Return the findings of one check."""
    return [finding for finding in analysis.findings if finding["check"] == check]
