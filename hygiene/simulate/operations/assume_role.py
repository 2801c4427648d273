"""AssumeRole and GetCallerIdentity, with the checks AWS makes and moto does not.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hygiene.simulate.authorize import denied, denies_explicitly, identity_refusal, parsed, scp_refusal
from hygiene.simulate.errors import AwsError, constraint_error, validation_error
from hygiene.simulate.incoming import Answer, Incoming
from hygiene.simulate.managed import load_aws_policy
from hygiene.simulate.trust import Trust, trust_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.iam.models import Role as MotoRole

    from hygiene.simulate.credentials import Caller
    from hygiene.simulate.state import State

ACTION = "sts:AssumeRole"
CHAINED_SECONDS = 3600
"""A role session may assume another role for an hour at most (role chaining)."""

_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_ROLE_ARN = re.compile(r"arn:[^:]+:iam::(\d{12}):role/.+")
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)


def _checked(parameters: Mapping[str, Any]) -> tuple[str, str, int]:
    """Role ARN, session name and seconds, as far as the request alone tells."""
    role_arn, name = str(parameters.get("RoleArn", "")), str(parameters.get("RoleSessionName", ""))
    seconds = int(parameters.get("DurationSeconds", 3600))
    if not _ROLE_ARN.fullmatch(role_arn):
        raise validation_error(f"{role_arn} is invalid")
    if not _SESSION_NAME.fullmatch(name):
        pattern = "Member must satisfy regular expression pattern: [\\w+=,.@-]*"
        raise constraint_error(name, "roleSessionName", pattern)
    if seconds < 900:
        raise constraint_error(seconds, "durationSeconds", "Member must have value greater than or equal to 900")
    if seconds > 43200:
        raise constraint_error(seconds, "durationSeconds", "Member must have value less than or equal to 43200")
    external_id = parameters.get("ExternalId")
    if external_id is not None and not _EXTERNAL_ID.fullmatch(external_id):
        pattern = "Member must satisfy regular expression pattern: [\\w+=,.@:\\/-]*"
        raise constraint_error(external_id, "externalId", pattern)
    return role_arn, name, seconds


def _check_duration(role: MotoRole, caller: Caller, seconds: int) -> None:
    if caller.is_role_session and seconds > CHAINED_SECONDS:
        raise validation_error(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        )
    if seconds > int(role.max_session_duration or 3600):
        raise validation_error("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")


def _session_policies(state: State, role: MotoRole, parameters: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    found: list[Mapping[str, Any]] = []
    if parameters.get("Policy"):
        try:
            found.append(json.loads(parameters["Policy"]))
        except ValueError as error:
            raise AwsError("MalformedPolicyDocument", "The policy is not in the valid JSON format.") from error
    iam = state.iam(role.account_id)
    for item in parameters.get("PolicyArns", []):
        policy = iam.managed_policies.get(item["arn"]) or load_aws_policy(iam, item["arn"])
        if policy is None:
            raise validation_error(f"Policy {item['arn']} does not exist")
        found += [parsed(v.document) for v in policy.versions if v.is_default]
    return tuple(found)


def _account_open(state: State, account_id: str) -> bool:
    account = state.accounts.get(account_id)
    if account is None:
        return False
    backend = state.organizations()
    kept = next((a for a in backend.accounts if a.id == account_id), None) if backend else None
    return (kept.state if kept else account.state) == "ACTIVE"


def _find_role(state: State, role_arn: str) -> MotoRole | None:
    found = _ROLE_ARN.fullmatch(role_arn)
    account_id = found.group(1) if found else ""
    if not _account_open(state, account_id):
        return None
    return state.role(role_arn)


def _refusal(state: State, call: Incoming, role: MotoRole) -> str | None:
    """Why this caller may not assume the role, None when it may."""
    caller = call.caller
    trust = trust_of(parsed(role.assume_role_policy_document), caller, call.context)
    if trust is Trust.REFUSED:
        return f"because no resource-based policy allows the {ACTION} action"
    if trust is Trust.DIRECT and role.account_id == caller.account_id:
        return denies_explicitly(state, caller, ACTION, role.arn, call.context)
    for refusal in (scp_refusal, identity_refusal):
        reason = refusal(state, caller, ACTION, role.arn, call.context)
        if reason:
            return reason
    return None


def assume_role(state: State, call: Incoming) -> Answer:
    """Session credentials, when role, trust policy, caller, account and duration all agree."""
    role_arn, name, seconds = _checked(call.parameters)
    context = {**call.context, "sts:rolesessionname": name}
    if call.parameters.get("ExternalId") is not None:
        context["sts:externalid"] = call.parameters["ExternalId"]
    role = _find_role(state, role_arn)
    # AWS answers alike whether the role is missing, its account closed or its trust policy says no.
    reason = "because no resource-based policy allows the sts:AssumeRole action"
    refused = reason if role is None else _refusal(state, replace(call, context=context), role)
    if role is None or refused:
        raise denied("sts", call.caller, ACTION, role_arn, refused or reason)
    _check_duration(role, call.caller, seconds)
    policies = _session_policies(state, role, call.parameters)
    session = state.credentials.mint(role, name, seconds, policies)
    state.record_use(role, "sts", call.region)
    credentials = {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret,
        "SessionToken": session.token,
        "Expiration": datetime.fromtimestamp(session.expires_at or 0, UTC).replace(microsecond=0),
    }
    return Answer(
        {"Credentials": credentials, "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn}}
    )


def get_caller_identity(state: State, call: Incoming) -> Answer:  # noqa: ARG001 - every operation is called alike
    """Who is asking; needs no permission."""
    return Answer({"UserId": call.caller.user_id, "Account": call.account_id, "Arn": call.caller.arn})


OPERATIONS = {
    ("sts", "AssumeRole"): assume_role,
    ("sts", "GetCallerIdentity"): get_caller_identity,
}
