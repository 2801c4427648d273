"""CloudTrail records for tests: each builder has sensible defaults, so that a test shows only what matters to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tests.builders import ACCOUNT, AS_OF

Json = dict[str, Any]

ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
HUB = "000011112222"
_numbers = count(1)


def at(days_ago: float = 1, of: datetime = AS_OF) -> str:
    return (of - timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def a_record(name: str, service: str, *, days_ago: float = 1, account: str = ACCOUNT, **more: Any) -> Json:
    """Return a record with every field a real one has; what is given as None is left out."""
    number = next(_numbers)
    record: Json = {
        "eventVersion": "1.10",
        "userIdentity": a_user(),
        "eventTime": at(days_ago),
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.31",
        "requestParameters": {},
        "responseElements": {},
        "requestID": f"request-{number}",
        "eventID": f"event-{number:06d}",
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
        **more,
    }
    return {key: value for key, value in record.items() if value is not None}


def an_assumption(role: str = ROLE, name: str = "AssumeRole", **more: Any) -> Json:
    return a_record(name, "sts", **{"requestParameters": {"roleArn": role, "roleSessionName": "s"}, **more})


def a_refusal(role: str = ROLE, **more: Any) -> Json:
    """Return a refused AssumeRole: it has no parameters, only a message that names the role."""
    message = (
        f"User: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: sts:AssumeRole on resource: {role}"
    )
    settings = {"requestParameters": None, "errorCode": "AccessDenied", "errorMessage": message, **more}
    return a_record("AssumeRole", "sts", **settings)


def a_change(name: str, **more: Any) -> Json:
    parameters = more.pop("parameters", {"roleName": "app"})
    return a_record(name, "iam", requestParameters=parameters, **more)


def a_user(name: str = "ana", account: str = ACCOUNT) -> Json:
    return {
        "type": "IAMUser",
        "principalId": "AIDA1",
        "arn": f"arn:aws:iam::{account}:user/{name}",
        "accountId": account,
        "userName": name,
    }


def a_session(role: str = "deployer", account: str = ACCOUNT, mfa: str | None = "false", session: str = "s1") -> Json:
    attributes = {"creationDate": at(1), **({"mfaAuthenticated": mfa} if mfa is not None else {})}
    return {
        "type": "AssumedRole",
        "principalId": f"AROA1:{session}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{role}/{session}",
        "accountId": account,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROA1",
                "arn": f"arn:aws:iam::{account}:role/teams/{role}",
                "accountId": account,
                "userName": role,
            },
            "attributes": attributes,
        },
    }


def a_service(name: str = "ec2.amazonaws.com") -> Json:
    return {"type": "AWSService", "invokedBy": name}


def an_account(account: str) -> Json:
    return {"type": "AWSAccount", "principalId": "AROA2:s", "accountId": account}


def a_saml_user(subject: str = "ana@example.com") -> Json:
    return {
        "type": "SAMLUser",
        "principalId": f"hash:{subject}",
        "userName": subject,
        "identityProvider": f"arn:aws:iam::{ACCOUNT}:saml-provider/corp",
    }


def a_web_user(subject: str = "repo:example/shop:ref:refs/heads/main") -> Json:
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    return {
        "type": "WebIdentityUser",
        "principalId": f"{provider}:sts.amazonaws.com:{subject}",
        "userName": subject,
        "identityProvider": provider,
    }


def the_root(account: str = ACCOUNT) -> Json:
    return {"type": "Root", "principalId": account, "arn": f"arn:aws:iam::{account}:root", "accountId": account}
