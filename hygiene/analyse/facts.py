"""One account's documents → the facts of each role: what is there, before anybody judges it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from hygiene.analyse.estate import Estate
from hygiene.analyse.fingerprints import Fingerprints
from hygiene.analyse.logged_use import LoggedUse, logged_use
from hygiene.analyse.owners import contact_of, owner_of, role_tags
from hygiene.analyse.security_hub import said_of_roles
from hygiene.analyse.services import ServiceUse, service_use
from hygiene.analyse.usage import USAGE_COLUMNS, add_usage
from hygiene.documents import (
    boundary_arn,
    default_documents,
    has_last_used,
    is_worth_asking,
    last_used_at,
    parse_time,
)
from hygiene.policy.actions import catalogue
from hygiene.policy.document import parse_document
from hygiene.policy.fingerprint import canonical
from hygiene.policy.trust import TrustedPrincipal, role_kinds, trusted_principals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hygiene.analyse.estate import RoleRow
    from hygiene.analyse.permissions import PolicyCompiler, RolePermissions
    from hygiene.analyse.reference import Reference
    from hygiene.model import Account, AccountDocuments, JsonObject


def build_estate(
    documents: AccountDocuments, account: Account, reference: Reference, compiler: PolicyCompiler
) -> Estate:
    """Return the tables of an account whose authorization details were read."""
    details = documents.authorization_details
    assert details is not None, "only accounts that were read have an estate"  # noqa: S101 (for the type checker)
    policy_documents = default_documents(details["Policies"])
    listing = {role["Arn"]: role for role in documents.roles or () if "Arn" in role}
    ceilings = reference.ceilings(account.id)
    fingerprints = Fingerprints(account.id, policy_documents)
    said = said_of_roles(documents.security_hub)
    contact = contact_of(documents.contacts)
    logged = logged_use(documents.activity)
    facts = _Facts(documents, account, reference, policy_documents, listing, fingerprints, said, contact, logged)
    trusts = _TrustPolicies(account.id)
    rows, permissions, problems, trusted_by = [], {}, {}, {}
    for role in _distinct(details["RoleDetailList"]):
        arn = str(role["Arn"])
        trusted, unread = trusts.read(role.get("AssumeRolePolicyDocument"))
        trusted_by[arn] = trusted
        permissions[arn] = compiler.role(role, policy_documents, ceilings)
        if unread:
            problems[arn] = unread
        rows.append(facts.row(role, trusted, permissions[arn]))
    return Estate(
        account=account,
        reference=reference,
        rows={row["role_arn"]: row for row in _with_usage(rows, reference)},
        permissions=permissions,
        trusted=trusted_by,
        trust_problems=problems,
        policy_documents=policy_documents,
        documents=documents,
        logged=logged,
    )


def _distinct(roles: list[JsonObject]) -> list[JsonObject]:
    """Return the roles, one per ARN: merged pages and hand-made exports may hold one twice."""
    return list({str(role["Arn"]): role for role in roles}.values())


class _TrustPolicies:
    """Reads the trust policies of one account; hundreds of its roles trust the same service in the same words."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._read: dict[str, tuple[tuple[TrustedPrincipal, ...], tuple[str, ...]]] = {}

    def read(self, document: object) -> tuple[tuple[TrustedPrincipal, ...], tuple[str, ...]]:
        """Return whom the document trusts, and sentences about what could not be read in it."""
        key = document if isinstance(document, str) else canonical(document)
        if key not in self._read:
            parsed = parse_document(document)
            self._read[key] = (trusted_principals(parsed, self._account_id), parsed.problems)
        return self._read[key]


@dataclass(frozen=True)
class _Facts:
    """Reads the facts of one role at a time."""

    documents: AccountDocuments
    account: Account
    reference: Reference
    policy_documents: Mapping[str, object]
    listing: Mapping[str, JsonObject]
    fingerprints: Fingerprints
    security_hub: Mapping[str, str]
    contact: str
    logged: LoggedUse

    def row(
        self, role: JsonObject, trusted: tuple[TrustedPrincipal, ...], permissions: RolePermissions
    ) -> dict[str, Any]:
        listed = self.listing.get(str(role["Arn"]), {})
        kinds = role_kinds(str(role.get("Path", "/")), trusted)
        owner, owner_source = owner_of(role, self.account.id, self.reference.owner_rules, self.contact)
        role_id = str(role.get("RoleId") or role["Arn"])
        group_id, row_sha256 = self.fingerprints.of(role, role_id)
        use = self._service_use(role, permissions)
        created_at = parse_time(role.get("CreateDate"))
        assumed = self.logged.of(str(role["Arn"]), created_at)
        reported_at = _latest(last_used_at(role), use.newest if use else None)
        is_later = assumed is not None and (reported_at is None or assumed.time > reported_at)
        return {
            "account_id": self.account.id,
            "account_name": self.account.name or None,
            "ou_path": self.account.ou_path or None,
            "role_name": str(role["RoleName"]),
            "role_arn": str(role["Arn"]),
            "role_id": role_id,
            "path": str(role.get("Path", "/")),
            "kind": kinds[0] if kinds else None,
            "kinds": _joined(kinds),
            "owner": owner or None,
            "owner_source": owner_source or None,
            "created_at": created_at,
            "last_used_at": assumed.time if assumed and is_later else reported_at,
            "last_used_region": (assumed.region or None) if assumed and is_later else _region(role),
            "has_last_used": has_last_used(role),
            "max_session_hours": _hours(listed.get("MaxSessionDuration", role.get("MaxSessionDuration"))),
            "permissions_boundary": boundary_arn(role) or None,
            "attached_policies": _joined(_names(role, "AttachedManagedPolicies")),
            "inline_policies": _joined(_names(role, "RolePolicyList")),
            "trusted_principals": _joined(dict.fromkeys(found.principal.value for found in trusted)),
            **_services(use, permissions),
            "group_id": group_id,
            "row_sha256": row_sha256,
            **_references(str(role["Arn"]), self.reference.references),
            "description": listed.get("Description") or role.get("Description") or None,
            "instance_profiles": _joined(
                str(profile.get("InstanceProfileName")) for profile in role.get("InstanceProfileList") or ()
            ),
            "tags": _joined(f"{key}={value}".replace(";", ",") for key, value in sorted(role_tags(role).items())),
            "security_hub": self.security_hub.get(str(role["Arn"])),
            "source_template": (listed.get("SourceRoleTemplate") or {}).get("TemplateArn"),
        }

    def _service_use(self, role: JsonObject, permissions: RolePermissions) -> ServiceUse | None:
        answers = self.documents.last_accessed
        if answers is None or not permissions.is_complete:
            return None
        answer = answers.get(str(role["Arn"]))
        # Without an answer nobody was asked: rightly so where the role was not used, which the log may know better.
        if answer is None and (is_worth_asking(role) or str(role["Arn"]) in self.logged.assumed):
            return None
        called = self.logged.calls(str(role["Arn"]), parse_time(role.get("CreateDate")))
        return service_use(answer, permissions.effective.final.somewhere_if, called)


_REFERENCES_NAMED = 100


def _references(role_arn: str, asked: Mapping[str, tuple[str, ...]] | None) -> dict[str, str | None]:
    """Return the resources that name the role, and who says so; both empty where nobody was asked."""
    named = (asked or {}).get(role_arn, ())
    more = len(named) - _REFERENCES_NAMED
    shown = [*named[:_REFERENCES_NAMED], *([f"and {more} more"] if more > 0 else [])]
    return {"references": _joined(shown), "references_source": None if asked is None else "config"}


def _services(use: ServiceUse | None, permissions: RolePermissions) -> dict[str, int | None]:
    """Return the counts; empty where the data behind them was not read."""
    if not permissions.is_complete:
        return {"services_granted": None, "services_used": None, "services_unused": None, "actions_allowed": None}
    allowed = permissions.effective.final.somewhere_if
    return {
        "services_granted": catalogue().count_services(allowed),
        "services_used": use.used if use else None,
        "services_unused": use.unused if use else None,
        "actions_allowed": (allowed & catalogue().known).bit_count(),
    }


_USAGE_FACTS = {
    "path": "str",
    "created_at": "datetime64[us, UTC]",
    "last_used_at": "datetime64[us, UTC]",
    "has_last_used": "bool",
}


def _with_usage(rows: list[dict[str, Any]], reference: Reference) -> Iterator[RoleRow]:
    """Yield the rows with what their use comes to."""
    facts = pd.DataFrame({name: [row[name] for row in rows] for name in _USAGE_FACTS}).astype(_USAGE_FACTS)
    frame = add_usage(facts, reference.as_of, reference.unused_after_days)
    columns = [frame[name].tolist() for name in USAGE_COLUMNS]
    for row, values in zip(rows, zip(*columns, strict=True), strict=True):
        yield row | dict(zip(USAGE_COLUMNS, values, strict=True))


def _joined(parts: Any) -> str | None:
    return ";".join(parts) or None


def _names(role: JsonObject, part: str) -> list[str]:
    return sorted(str(policy.get("PolicyName", "")) for policy in role.get(part) or ())


def _latest(*moments: Any) -> Any:
    known = [moment for moment in moments if moment is not None]
    return max(known) if known else None


def _region(role: JsonObject) -> str | None:
    used = role.get("RoleLastUsed")
    return used.get("Region") or None if isinstance(used, dict) else None


def _hours(seconds: Any) -> float | None:
    return round(seconds / 3600, 2) if isinstance(seconds, int | float) else None
