"""One question to a snapshot: may this role do this? Snapshot and question in, the Decision with its premises out.

What the snapshot knows about the role (its ARN, tags, organization) is put into the request's context by itself; what
depends on the moment of the request (address, Region, MFA) only the person who asks can say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hygiene.documents import boundary_arn, default_documents, identity_policies, is_service_linked
from hygiene.errors import ConfigError
from hygiene.policy import Decision, NamedPolicy, evaluate
from hygiene.snapshot import open_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hygiene.model import Account, AccountDocuments, JsonObject, Organization
    from hygiene.snapshot import Snapshot

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"

_ROLE = re.compile(r"arn:[^:]+:iam::(?P<account>\d{12}):role/(?:.*/)?(?P<name>[^/]+)", re.DOTALL)
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+")
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Question:
    """May the role do the action on the resource? `context`: condition key to values, as the person gives them."""

    role_arn: str
    action: str
    resource: str = "*"
    context: Mapping[str, Sequence[str]] = field(default_factory=dict)
    resource_account: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The decision, the context it was made in, and sentences about what was taken for granted."""

    decision: Decision
    context: Mapping[str, Any]
    notes: tuple[str, ...]

    def absent_keys(self) -> tuple[str, ...]:
        """Return the condition keys, in lower case, that statements on this request ask for and nobody gave."""
        given = {key.lower() for key in self.context}
        touching = (*self.decision.statements, *self.decision.near_misses)
        asked = {clause.key for each in touching for clause in each.statement.condition}
        return tuple(sorted(asked - given))


def ask(location: str, question: Question) -> Answer:
    """Return the answer. Raises ConfigError with a sentence when the question, or the role in it, makes no sense."""
    account_id = _checked(question)
    snapshot = open_snapshot(location)
    documents = snapshot.documents(account_id)
    role = _role(documents, question.role_arn, snapshot.location)
    policies = default_documents((documents.authorization_details or {})["Policies"])
    boundary = boundary_arn(role)
    place = _Place.of(snapshot.organization, account_id, role, question)
    context = _context(role, place, question)
    decision = evaluate(
        {
            "principal": question.role_arn,
            "action": question.action,
            "resource": question.resource,
            "resource_account": place.resource_account,
            "context": context,
        },
        identity=[NamedPolicy(policy.name, policy.document) for policy in identity_policies(role, policies)],
        boundary=NamedPolicy(boundary, policies.get(boundary)) if boundary else None,
        service_control_policies=place.levels(SCP),
        resource_control_policies=place.levels(RCP),
    )
    return Answer(decision, context, tuple(_notes(place, snapshot, decision)))


def _checked(question: Question) -> str:
    """Return the account id of the role."""
    found = _ROLE.fullmatch(question.role_arn)
    if found is None:
        raise ConfigError(
            f"{question.role_arn!r} is no role ARN; write one such as arn:aws:iam::111122223333:role/app."
        )
    if not _ACTION.fullmatch(question.action):
        raise ConfigError(f"{question.action!r} is no single action; write one such as s3:GetObject.")
    if question.resource != "*" and not question.resource.startswith("arn:"):
        raise ConfigError(f"{question.resource!r} is no ARN; write one such as arn:aws:s3:::reports/a.csv, or '*'.")
    if question.resource_account is not None and not _ACCOUNT.fullmatch(question.resource_account):
        raise ConfigError(f"--resource-account {question.resource_account!r}: an account id has 12 digits.")
    return found["account"]


def _role(documents: AccountDocuments, role_arn: str, location: str) -> JsonObject:
    if documents.authorization_details is None:
        why = "; ".join(gap.message for gap in documents.gaps)
        raise ConfigError(
            f"{location} does not hold the roles of account {documents.account_id}{f' ({why})' if why else ''}."
        )
    roles: list[JsonObject] = documents.authorization_details["RoleDetailList"]
    # A role listed twice counts with its last entry, as in the report.
    named = {str(role["Arn"]): role for role in roles}
    if role_arn in named:
        return named[role_arn]
    name = role_arn.rsplit("/", 1)[-1]
    alike = sorted(arn for arn in named if arn.rsplit("/", 1)[-1].lower() == name.lower())
    hint = f" Did you mean {alike[0]}?" if alike else ""
    raise ConfigError(f"{role_arn} is not in {location}.{hint}")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where role and resource stand in the organization; None for an account that is in none we know."""

    organization: Organization | None
    role_account: Account | None
    resource_account: str | None
    """As asked, or as the resource's ARN says; None when neither does."""
    is_exempt: bool
    """Whether AWS owns the role: neither SCPs nor RCPs bind service-linked roles."""
    account_id: str

    @classmethod
    def of(cls, organization: Organization | None, account_id: str, role: JsonObject, question: Question) -> _Place:
        named = question.resource.split(":")[4:5] if question.resource.startswith("arn:") else []
        owner = question.resource_account or next((part for part in named if _ACCOUNT.fullmatch(part)), None)
        own = _account(organization, account_id)
        return cls(organization, own, owner, is_service_linked(role), account_id)

    @property
    def rcp_account(self) -> Account | None:
        """Whose RCPs count: the resource's account, the role's own where nothing says otherwise."""
        if self.resource_account is None:
            return self.role_account
        return _account(self.organization, self.resource_account)

    def levels(self, kind: str) -> list[dict[str, Any]]:
        """Return the levels from the root to the account.

        The management account is exempt from both kinds. A level without any policy is one the export does not hold
        (AWS never lets the last one be detached), so it says nothing rather than denying everything.
        https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
        https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
        """
        account = self.role_account if kind == SCP else self.rcp_account
        if self.organization is None or account is None or self.is_exempt:
            return []
        if account.id == self.organization.management_account_id:
            return []
        attached = [policy for policy in self.organization.policies if policy.type == kind]
        levels = []
        for target in (*account.ou_ids, account.id):
            here = [
                NamedPolicy(policy.name or policy.id, policy.content)
                for policy in attached
                if target in policy.targets
            ]
            if here:
                levels.append({"target": target, "policies": here})
        return levels


def _account(organization: Organization | None, account_id: str) -> Account | None:
    accounts = organization.accounts if organization else ()
    return next((account for account in accounts if account.id == account_id), None)


def _known_context(role: JsonObject, place: _Place) -> dict[str, Any]:
    """Return the keys that are the same in every request of the role to this resource.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    context: dict[str, Any] = {
        "aws:PrincipalArn": str(role["Arn"]),
        "aws:PrincipalAccount": place.account_id,
        "aws:PrincipalType": "AssumedRole",
        "aws:PrincipalIsAWSService": "false",
    }
    tags = role.get("Tags")
    for tag in tags if isinstance(tags, list) else ():
        if isinstance(tag, dict) and "Key" in tag:
            context[f"aws:PrincipalTag/{tag['Key']}"] = str(tag.get("Value", ""))
    context |= _organization_keys("Principal", place.organization, place.role_account)
    if place.resource_account:
        context["aws:ResourceAccount"] = place.resource_account
        context |= _organization_keys(
            "Resource", place.organization, _account(place.organization, place.resource_account)
        )
    return context


def _organization_keys(whose: str, organization: Organization | None, account: Account | None) -> dict[str, Any]:
    if organization is None or account is None or not organization.id:
        return {}
    path = "/".join((organization.id, *account.ou_ids, ""))
    return {f"aws:{whose}OrgID": organization.id, f"aws:{whose}OrgPaths": [path]}


def _context(role: JsonObject, place: _Place, question: Question) -> dict[str, Any]:
    """Return what is known of the request; what the person says counts more, in any letter case of the key."""
    known = _known_context(role, place)
    region = question.resource.split(":")[3:4] if question.resource.startswith("arn:") else []
    if region and _REGION.fullmatch(region[0]):
        # A resource's API calls go to the Region it is in.
        known["aws:RequestedRegion"] = region[0]
    said = {key.lower() for key in question.context}
    kept = {key: value for key, value in known.items() if key.lower() not in said}
    return {**kept, **{key: list(values) for key, values in question.context.items()}}


def _notes(place: _Place, snapshot: Snapshot, decision: Decision) -> Iterator[str]:
    yield from snapshot.problems
    if place.organization is None:
        yield "The snapshot holds no organization: control policies are not considered."
    elif place.role_account is None:
        yield f"Account {place.account_id} is not in the organization's list: control policies are not considered."
    elif place.is_exempt:
        yield "Control policies do not bind service-linked roles."
    elif place.account_id == place.organization.management_account_id:
        yield "Service control policies do not bind the management account."
    elif not place.levels(SCP):
        yield "The snapshot holds no service control policy for the account."
    if place.resource_account is None and place.levels(RCP):
        yield "The resource is taken to belong to the role's own account; --resource-account says otherwise."
    elsewhere = place.resource_account not in (None, place.account_id)
    if elsewhere and decision.outcome == "Allowed":
        yield f"The resource's own policy in account {place.resource_account} has to allow it too."
