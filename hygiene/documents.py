"""What AWS's own answers say about a role: pure readers that more than one stage needs.

The raw documents stay as AWS sent them; nothing here changes them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from hygiene.policy.fingerprint import canonical, readable, sha256
from hygiene.policy.trust import SERVICE_LINKED_PATH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hygiene.activity import Activity
    from hygiene.model import AccountDocuments, JsonObject

INLINE, AWS_MANAGED, CUSTOMER_MANAGED = "inline", "aws-managed", "customer-managed"


class AttachedPolicy(NamedTuple):
    """One identity policy of a role with its default document; `document` is None when it was not exported."""

    name: str
    kind: str
    arn: str
    document: object


def is_service_linked(role: JsonObject) -> bool:
    """Whether AWS owns the role's permissions; only the path says so."""
    return str(role.get("Path", "/")).startswith(SERVICE_LINKED_PATH)


def parse_time(value: object) -> datetime | None:
    """Return the instant in UTC of an ISO 8601 text, epoch seconds or a datetime; None for anything else."""
    try:
        if isinstance(value, str) and value:
            value = datetime.fromisoformat(value.strip())
        elif isinstance(value, int | float) and not isinstance(value, bool):
            value = datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    if not isinstance(value, datetime):
        return None
    # AWS always sends an offset; a hand-made file without one is read as UTC, the zone AWS reports in.
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def last_used_at(role: JsonObject) -> datetime | None:
    """Return RoleLastUsed.LastUsedDate; None when there is none or it was not read, see `has_last_used`."""
    used = role.get("RoleLastUsed")
    return parse_time(used.get("LastUsedDate")) if isinstance(used, dict) else None


def has_last_used(role: JsonObject) -> bool:
    """Whether RoleLastUsed was read: `{}` and null mean "no use in the tracking period", absence means unread.

    ListRoles omits it; only GetRole and GetAccountAuthorizationDetails carry it. A date that cannot be read counts
    as unread too: taking it for "no use" would call a live role unused.
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_RoleLastUsed.html
    """
    used = role.get("RoleLastUsed", False)
    return used is None or used == {} or last_used_at(role) is not None


def default_documents(policies: list[JsonObject]) -> dict[str, object]:
    """Return policy ARN → default version's document, from GetAccountAuthorizationDetails `Policies`."""
    return {str(policy.get("Arn")): _default_document(policy) for policy in policies}


def aws_managed_policies(documents: AccountDocuments) -> dict[str, tuple[str, object]]:
    """Return ARN → (default version, its document) of the AWS managed policies an account uses."""
    listed = (documents.authorization_details or {}).get("Policies", [])
    owned = [policy for policy in listed if is_aws_managed(str(policy.get("Arn")))]
    return {
        str(policy["Arn"]): (str(policy.get("DefaultVersionId", "")), _default_document(policy)) for policy in owned
    }


def is_aws_managed(policy_arn: str) -> bool:
    """Whether AWS owns the policy: public, the same in every account, and nobody's to change."""
    return ":iam::aws:" in policy_arn


def _default_document(policy: JsonObject) -> object:
    versions = policy.get("PolicyVersionList") or []
    chosen = [version for version in versions if version.get("IsDefaultVersion")]
    if not chosen:
        chosen = [version for version in versions if version.get("VersionId") == policy.get("DefaultVersionId")]
    return chosen[0].get("Document") if chosen else None


def identity_policies(role: JsonObject, documents: Mapping[str, object]) -> Iterator[AttachedPolicy]:
    """Yield the role's inline and attached policies, each with its default document."""
    for inline in role.get("RolePolicyList") or []:
        yield AttachedPolicy(str(inline.get("PolicyName", "")), INLINE, "", inline.get("PolicyDocument"))
    for attached in role.get("AttachedManagedPolicies") or []:
        arn = str(attached.get("PolicyArn", ""))
        kind = AWS_MANAGED if is_aws_managed(arn) else CUSTOMER_MANAGED
        yield AttachedPolicy(str(attached.get("PolicyName", "")), kind, arn, documents.get(arn))


def boundary_arn(role: JsonObject) -> str:
    """Return the ARN of the permissions boundary, empty when the role has none."""
    return str((role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn", ""))


def judged_parts(role: JsonObject, documents: Mapping[str, object]) -> dict[str, Any]:
    """Return what is judged of a role: trust policy, policy documents, boundary; no dates and no usage."""
    policies = {
        f"{policy.kind}:{policy.arn or policy.name}": readable(policy.document)
        for policy in identity_policies(role, documents)
    }
    boundary = boundary_arn(role)
    return {
        "trust": readable(role.get("AssumeRolePolicyDocument")),
        "policies": policies,
        "boundary": {"arn": boundary, "document": readable(documents.get(boundary))} if boundary else None,
    }


def permissions_sha256(role: JsonObject, documents: Mapping[str, object]) -> str:
    """Return a fingerprint of the identity policies alone: what service last accessed information depends on."""
    return sha256(canonical(judged_parts(role, documents)["policies"]))


def is_worth_asking(role: JsonObject) -> bool:
    """Whether a last-accessed job can add anything for the role.

    Not where nothing was used in the tracking period (then no service was), not for service-linked roles (their
    policies cannot be edited), not without an identity policy (the job lists what those policies allow).
    A role whose RoleLastUsed was not read is asked: the job is then the only witness.
    """
    if is_service_linked(role):
        return False
    if has_last_used(role) and last_used_at(role) is None:
        return False
    return bool(role.get("RolePolicyList") or role.get("AttachedManagedPolicies"))


def whole_activity(documents: AccountDocuments) -> Activity | None:
    """Return the account's activity where nothing of it is known to be missing from its first day on, else None."""
    activity = documents.activity
    if activity is None or activity.problems or activity.records_damaged:
        return None
    if any(day >= activity.begins.date() for day in activity.missing_days):
        return None
    return None if any(gap.collector in _OF_EVENTS for gap in documents.gaps) else activity


_OF_EVENTS = ("activity", "cloudtrail")
"""The documents that hold events, as gaps name them."""


def newest_moment(documents: AccountDocuments) -> datetime | None:
    """Return the newest moment found inside an account's files: last uses, creations, report times.

    The time of an old export, where no manifest says it: later than this it cannot know anything.
    """
    details = documents.authorization_details or {}
    answers = (documents.last_accessed or {}).values()
    moments = [last_used_at(role) for role in details.get("RoleDetailList", [])]
    moments += [parse_time(item.get("CreateDate")) for part in _DATED for item in details.get(part, [])]
    moments += [parse_time(policy.get("UpdateDate")) for policy in details.get("Policies", [])]
    moments += [parse_time(answer.get("JobCompletionDate")) for answer in answers]
    moments += [parse_time(row.get("generated_time")) for row in documents.credential_report or ()]
    newest = max((moment for moment in moments if moment is not None), default=None)
    events_end = documents.activity.ends if documents.activity else None
    if newest is None or events_end is None:
        return newest or events_end
    # Years of silence and then one event are a wrong clock: taken for now, it would make every role look unused.
    return max(newest, events_end) if events_end - newest <= _EVENTS_AHEAD else newest


_EVENTS_AHEAD = timedelta(days=92)
"""A trail may go on for a quarter after anything else in the files."""

_DATED = ("RoleDetailList", "UserDetailList", "GroupDetailList", "Policies")


def objects_in(value: object) -> list[JsonObject]:
    """Return the objects of a list; none of what is no list."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def object_in(value: object) -> JsonObject:
    """Return the object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}
