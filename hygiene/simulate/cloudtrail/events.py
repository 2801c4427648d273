"""CloudTrail management events in few words, for those who write worlds.

An `Event` is one record of one account. Calls that AWS writes into two accounts (a role assumed from outside) are
made by functions that return both.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hygiene.simulate.cloudtrail.actors import Actor, from_account
from hygiene.simulate.identifiers import access_key_id, unique_id

if TYPE_CHECKING:
    from collections.abc import Mapping

GLOBAL_SERVICES = frozenset({"iam", "organizations", "cloudfront", "route53"})
"""Their events are written in the partition's home Region alone, wherever the caller was."""

CONSOLE = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CLI = "aws-cli/2.31.4 md/awscrt#0.28.1 ua/2.1 os/linux#6.8 lang/python#3.13.7 cfg/retry-mode#standard"
BOTO3 = "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux#6.1 lang/python#3.11.9 Botocore/1.44.5"


@dataclass(frozen=True)
class Event:
    """One record to be. `service` is without `.amazonaws.com`; `region` may stay empty for global services.

    `shared` ties the records of one call in two accounts together. `address` is where the call came from.
    """

    account_id: str
    service: str
    name: str
    days_ago: float
    actor: Actor
    region: str = ""
    address: str = "198.51.100.24"
    user_agent: str = CLI
    request: Mapping[str, Any] | None = None
    response: Mapping[str, Any] | None = None
    error_code: str = ""
    error_message: str = ""
    additional: Mapping[str, Any] | None = None
    resources: tuple[tuple[str, str], ...] = ()
    """Type and ARN of each."""
    shared: str = ""
    event_type: str = "AwsApiCall"

    def __post_init__(self) -> None:
        """Refuse an event CloudTrail could not write."""
        if self.days_ago < 0:
            raise ValueError(f"The event {self.name} would happen in the future.")
        if not self.region and self.service not in GLOBAL_SERVICES | {"signin"}:
            raise ValueError(f"The event {self.name} of {self.service} needs the Region it was called in.")


def _account_of(arn: str) -> str:
    return arn.split(":")[4]


def _session(role_arn: str, session: str, days_ago: float) -> dict[str, Any]:
    account_id, name, partition = _account_of(role_arn), role_arn.rpartition("/")[2], role_arn.split(":")[1]
    arn = f"arn:{partition}:sts::{account_id}:assumed-role/{name}/{session}"
    return {
        "credentials": {
            "accessKeyId": access_key_id("ASIA", f"{arn} {days_ago}"),
            "sessionToken": "IQoJb3JpZ2luX2VjEXAMPLETOKEN",
            "expiration": "Dec 31, 2026, 11:59:59 PM",
        },
        "assumedRoleUser": {"assumedRoleId": f"{unique_id('AROA', role_arn)}:{session}", "arn": arn},
    }


def assumed(
    role_arn: str, by: Actor, days_ago: float, *, region: str, session: str = "session", **more: Any
) -> tuple[Event, ...]:
    """AssumeRole that succeeded. From another account both hold a record, the role's without the caller's ARN.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
    """
    owner = _account_of(role_arn)
    role = ("AWS::IAM::Role", role_arn)
    facts: dict[str, Any] = {
        "region": region,
        "request": {"roleArn": role_arn, "roleSessionName": session, "durationSeconds": 3600},
        "response": _session(role_arn, session, days_ago),
        "resources": (role,),
        "shared": f"{role_arn} {by.arn or by.name} {session} {days_ago}",
        **more,
    }
    if by.kind == "AWSService":
        facts |= {"address": by.name, "user_agent": by.name}
    crosses = by.account_id not in ("", owner)
    seen_by_owner = from_account(by.account_id, by.arn) if crosses else by
    records = [Event(owner, "sts", "AssumeRole", days_ago, seen_by_owner, **facts)]
    if crosses and by.kind != "AWSAccount":
        records.append(Event(by.account_id, "sts", "AssumeRole", days_ago, by, **facts))
    return tuple(records)


def assume_refused(
    role_arn: str, by: Actor, days_ago: float, *, region: str, tells_role: bool = False, **more: Any
) -> Event:
    """AssumeRole that was denied: written in the caller's account alone, mostly without the request's parameters."""
    partition, account_id = role_arn.split(":")[1], by.account_id
    caller = f"arn:{partition}:sts::{account_id}:assumed-role/{by.short_name}/{by.name}"
    who = caller if by.kind == "AssumedRole" else by.arn
    message = f"User: {who} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
    request = {"roleArn": role_arn, "roleSessionName": by.name or "session"} if tells_role else None
    facts: dict[str, Any] = {"error_code": "AccessDenied", "error_message": message, "request": request, **more}
    return Event(account_id, "sts", "AssumeRole", days_ago, by, region=region, **facts)


def assumed_with_web_identity(
    role_arn: str, by: Actor, days_ago: float, *, region: str, session: str = "session", error: str = "", **more: Any
) -> Event:
    """AssumeRoleWithWebIdentity; `error` is the code of a refusal."""
    outcome: dict[str, Any] = {
        "response": {
            "subjectFromWebIdentityToken": by.name,
            **_session(role_arn, session, days_ago),
            "provider": by.arn,
            "audience": "sts.amazonaws.com",
        },
        "resources": (("AWS::IAM::Role", role_arn),),
    }
    if error:
        outcome = {
            "error_code": error,
            "error_message": "Not authorized to perform sts:AssumeRoleWithWebIdentity",
        }
    return Event(
        _account_of(role_arn),
        "sts",
        "AssumeRoleWithWebIdentity",
        days_ago,
        by,
        region=region,
        request={"roleArn": role_arn, "roleSessionName": session},
        **{**outcome, **more},
    )


def assumed_with_saml(role_arn: str, by: Actor, days_ago: float, *, region: str, **more: Any) -> Event:
    """AssumeRoleWithSAML: people, through a corporate identity provider or IAM Identity Center."""
    return Event(
        _account_of(role_arn),
        "sts",
        "AssumeRoleWithSAML",
        days_ago,
        by,
        region=region,
        request={
            "sAMLAssertionID": f"_{unique_id('', f'{by.name} {days_ago}').lower()}",
            "roleSessionName": by.name,
            "durationSeconds": 3600,
            "roleArn": role_arn,
            "principalArn": by.arn,
        },
        response={
            "subjectType": "persistent",
            "issuer": "https://portal.example.com/saml",
            **_session(role_arn, by.name, days_ago),
            "nameQualifier": "Wwwexampleqlf=",
            "subject": by.name,
            "audience": "https://signin.aws.amazon.com/saml",
        },
        resources=(("AWS::IAM::Role", role_arn), ("AWS::IAM::SAMLProvider", by.arn)),
        **more,
    )


def iam_change(
    account_id: str, name: str, by: Actor, days_ago: float, request: Mapping[str, Any], **more: Any
) -> Event:
    """A call that changes IAM, always in the home Region. Policy documents in `request` become JSON text, as sent."""
    said = {key: value if isinstance(value, (str, int)) else json.dumps(value) for key, value in request.items()}
    facts: dict[str, Any] = {"request": said, **more}
    if name == "CreateRole" and not facts.get("error_code"):
        facts.setdefault("response", {"role": _made_role(account_id, said, by)})
    return Event(account_id, "iam", name, days_ago, by, **facts)


def _made_role(account_id: str, request: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    """What CreateRole answers about the role, its id among it."""
    partition = by.arn.split(":")[1] if by.arn else "aws"
    path, name = request.get("path", "/"), request["roleName"]
    arn = f"arn:{partition}:iam::{account_id}:role{path}{name}"
    return {"path": path, "roleName": name, "roleId": unique_id("AROA", arn), "arn": arn}


def signed_in(account_id: str, by: Actor, days_ago: float, *, failed: bool = False, **more: Any) -> Event:
    """ConsoleLogin of the root user, an IAM user or a role session."""
    facts: dict[str, Any] = {
        "response": {"ConsoleLogin": "Failure" if failed else "Success"},
        "additional": {
            "LoginTo": "https://console.aws.amazon.com/console/home",
            "MobileVersion": "No",
            "MFAUsed": "Yes" if by.mfa else "No",
        },
        "user_agent": CONSOLE,
        "event_type": "AwsConsoleSignIn",
        **({"error_message": "Failed authentication"} if failed else {}),
        **more,
    }
    return Event(account_id, "signin", "ConsoleLogin", days_ago, by, **facts)
