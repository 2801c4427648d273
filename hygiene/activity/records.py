"""One CloudTrail record → what it says about roles, or nothing. Pure; anything in a record may be missing or wrong.

A cross-account AssumeRole is logged in both accounts under one `sharedEventID`: the role's own log names no more than
the caller's account, the caller's log says who it was, and refusals may be in that one alone. Each log is added up as
it is; `analyse.activity` joins the two, so that a call counts once.
https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from sys import intern
from typing import Any, NamedTuple

from hygiene.activity.fields import mapping, moment, text
from hygiene.activity.model import EventReference, RoleChange
from hygiene.activity.networks import source_network
from hygiene.activity.principals import is_root, principal_of, role_arn_of_session

ASSUME_ROLE_NAMES = ("AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")
CONSOLE_LOGIN = "ConsoleLogin"

_Parameters = Mapping[str, Any]
_MAX_USER_AGENT = 200
_ON_RESOURCE = re.compile(r"on resource: (arn:[^:\s]+:iam::\d{12}:role/\S+)")
_ROLE_ARN = re.compile(r"arn:[^:\s]+:iam::(\d{12}):role/\S+")
SUCCESS = "Success"
FAILURE = "Failure"


class DamagedRecordError(Exception):
    """A record lacks what every record has, or what its event has to say."""


class Assumed(NamedTuple):
    """One call that assumed a role, or tried to. `error` is empty when it succeeded; `has_mfa` None: not said."""

    event: EventReference
    role_arn: str
    principal: str
    principal_kind: str
    principal_account_id: str
    network: str
    user_agent: str
    error: str
    has_mfa: bool | None


class SignedIn(NamedTuple):
    """One call of the root user, or one console sign-in of a user that failed."""

    event: EventReference
    principal: str
    is_root: bool
    action: str
    outcome: str
    network: str
    has_mfa: bool | None


Said = Assumed | RoleChange | SignedIn


def read_record(record: object) -> tuple[Said, ...]:
    """Return what the record says: one thing, two where the root user changed a role, or nothing.

    Raises DamagedRecordError for what is no record, or an AssumeRole that names no role.
    """
    if not isinstance(record, dict):
        raise DamagedRecordError
    source, name = record.get("eventSource"), record.get("eventName")
    if source is None and isinstance(record.get("insightDetails"), dict):
        return ()  # An unusual number of calls, which stand in the log each for itself.
    if not isinstance(source, str) or not isinstance(name, str) or not name:
        raise DamagedRecordError
    service = source.partition(".")[0]
    said: list[Said] = []
    if service == "sts" and name in ASSUME_ROLE_NAMES:
        said.append(_assumed(record))
    elif service == "iam" and name in SUBJECTS:
        said.append(_changed(record, name))
    if is_root(record) or (name == CONSOLE_LOGIN and service == "signin" and _failed_for_a_user(record)):
        said.append(_signed_in(record, name))
    return tuple(said)


@lru_cache(maxsize=32_768)
def account_of_role(role_arn: str) -> str:
    """Return the account id inside a role's ARN, else empty."""
    found = _ROLE_ARN.fullmatch(role_arn)
    return found[1] if found else ""


def _event(record: _Parameters) -> EventReference:
    at = moment(record.get("eventTime"))
    if at is None:
        raise DamagedRecordError
    return EventReference(text(record.get("eventID")), at, intern(text(record.get("awsRegion"))))


def _assumed(record: _Parameters) -> Assumed:
    asked = mapping(record.get("requestParameters"))
    role_arn = text(asked.get("roleArn")) or _role_arn_elsewhere(record)
    if not account_of_role(role_arn):
        raise DamagedRecordError
    name, kind, account_id = principal_of(record)
    # What comes again and again is held once: in memory, and on the way to another process.
    return Assumed(
        _event(record),
        intern(role_arn),
        intern(name),
        kind,
        account_id,
        source_network(text(record.get("sourceIPAddress"))),
        intern(text(record.get("userAgent"), _MAX_USER_AGENT)),
        text(record.get("errorCode")),
        _has_mfa(record),
    )


def _role_arn_elsewhere(record: _Parameters) -> str:
    """Return the role of a refused call: it has no parameters, and names it in `resources` or in its message."""
    resources = record.get("resources")
    for resource in resources if isinstance(resources, list) else ():
        arn = text(mapping(resource).get("ARN") or mapping(resource).get("arn"))
        if account_of_role(arn):
            return arn
    refused = _ON_RESOURCE.search(text(record.get("errorMessage"), 4096))
    if refused:
        return refused[1]
    answered = mapping(mapping(record.get("responseElements")).get("assumedRoleUser"))
    return role_arn_of_session(text(answered.get("arn")))


def _has_mfa(record: _Parameters) -> bool | None:
    """Return whether MFA was used; None where the record does not say it."""
    if text(mapping(record.get("requestParameters")).get("serialNumber")):
        return True
    used = text(mapping(record.get("additionalEventData")).get("MFAUsed"))
    if used:
        return used == "Yes"
    context = mapping(mapping(record.get("userIdentity")).get("sessionContext"))
    said = mapping(context.get("attributes")).get("mfaAuthenticated")
    return None if said is None else said == "true" or str(said).lower() == "true"


def _failed_for_a_user(record: _Parameters) -> bool:
    return mapping(record.get("userIdentity")).get("type") == "IAMUser" and _outcome(record) != SUCCESS


def _outcome(record: _Parameters) -> str:
    """Return the error code, or what a console sign-in answered: it is no error to AWS when it fails."""
    answered = text(mapping(record.get("responseElements")).get(CONSOLE_LOGIN))
    if answered:
        return answered
    if text(record.get("errorCode")):
        return text(record.get("errorCode"))
    return FAILURE if record.get("errorMessage") else SUCCESS


def _signed_in(record: _Parameters, name: str) -> SignedIn:
    return SignedIn(
        _event(record),
        principal_of(record).name,
        is_root(record),
        text(name),
        _outcome(record),
        source_network(text(record.get("sourceIPAddress"))),
        _has_mfa(record),
    )


def _changed(record: _Parameters, name: str) -> RoleChange:
    parameters = mapping(record.get("requestParameters"))
    answered = mapping(mapping(record.get("responseElements")).get("role"))
    principal = principal_of(record)
    return RoleChange(
        event=_event(record),
        action=name,
        role_name=text(parameters.get("roleName")) or text(answered.get("roleName")),
        role_id=text(answered.get("roleId")),
        by=principal.name,
        by_kind=principal.kind,
        source_network=source_network(text(record.get("sourceIPAddress"))),
        user_agent=text(record.get("userAgent"), _MAX_USER_AGENT),
        error=text(record.get("errorCode")),
        subject=SUBJECTS[name](parameters),
        document=_document(parameters),
    )


def _document(parameters: _Parameters) -> str:
    found = parameters.get("assumeRolePolicyDocument") or parameters.get("policyDocument")
    if isinstance(found, dict):
        found = json.dumps(found, sort_keys=True)
    return text(found, MAX_DOCUMENT)


MAX_DOCUMENT = 20_480
"""Characters; IAM's largest policy document is half as long.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""


def _parameter(key: str) -> Callable[[_Parameters], str]:
    return lambda parameters: text(parameters.get(key))


def _nothing(_: _Parameters) -> str:
    return ""


def _tag_keys(parameters: _Parameters) -> str:
    tags, keys = parameters.get("tags"), parameters.get("tagKeys")
    named = [mapping(tag).get("key") for tag in tags] if isinstance(tags, list) else keys
    return ", ".join(sorted(text(key) for key in named)) if isinstance(named, list) else ""


NOT_IN_EFFECT = "(not the default)"
"""Behind the ARN of a policy that got a version and kept its default one: it allows what it did."""


def _new_version(parameters: _Parameters) -> str:
    is_default = str(parameters.get("setAsDefault")).lower() == "true"
    return text(parameters.get("policyArn")) + ("" if is_default else f" {NOT_IN_EFFECT}")


def _version(parameters: _Parameters) -> str:
    version = text(parameters.get("versionId"))
    return f"{text(parameters.get('policyArn'))}{f' {version}' if version else ''}"


SUBJECTS: dict[str, Callable[[_Parameters], str]] = {
    "AddRoleToInstanceProfile": _parameter("instanceProfileName"),
    "AttachRolePolicy": _parameter("policyArn"),
    "CreatePolicyVersion": _new_version,
    "CreateRole": _parameter("permissionsBoundary"),
    "CreateServiceLinkedRole": _parameter("aWSServiceName"),
    "DeleteRole": _nothing,
    "DeleteRolePermissionsBoundary": _nothing,
    "DeleteRolePolicy": _parameter("policyName"),
    "DeleteServiceLinkedRole": _nothing,
    "DetachRolePolicy": _parameter("policyArn"),
    "PutRolePermissionsBoundary": _parameter("permissionsBoundary"),
    "PutRolePolicy": _parameter("policyName"),
    "RemoveRoleFromInstanceProfile": _parameter("instanceProfileName"),
    "SetDefaultPolicyVersion": _version,
    "TagRole": _tag_keys,
    "UntagRole": _tag_keys,
    "UpdateAssumeRolePolicy": _nothing,
    "UpdateRole": _nothing,
    "UpdateRoleDescription": _nothing,
}
"""IAM calls that change a role or a policy it may have → what the call was about."""

ROLE_CHANGE_NAMES = tuple(SUBJECTS)
