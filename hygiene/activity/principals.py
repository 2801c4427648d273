"""CloudTrail's userIdentity → one stable name of who acted, whatever session they acted in. Pure.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from hygiene.activity.fields import mapping, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ASSUMED_ROLE = re.compile(r"arn:([^:]+):sts::(\d{12}):assumed-role/([^/]+)/.*", re.DOTALL)
_PROVIDER = re.compile(r"(arn:[^:]+:iam::\d{12}:oidc-provider/[^:]+|[^:]+):[^:]")
_IN_ARN = re.compile(r"arn:[^:]+:[^:]*:[^:]*:(\d{12}):")

UNKNOWN = "unknown"


class Principal(NamedTuple):
    """Who made a call. `name` as `Assumption.principal` says, `kind` one of PRINCIPAL_KINDS."""

    name: str
    kind: str
    account_id: str = ""


def principal_of(record: Mapping[str, Any]) -> Principal:
    """Return who made the recorded call; kind `unknown` where the record does not say it."""
    identity = mapping(record.get("userIdentity"))
    name_of = _BY_TYPE.get(text(identity.get("type")), _other)
    found = name_of(identity, record)
    return found if found.name else Principal(UNKNOWN, "unknown", found.account_id)


def is_root(record: Mapping[str, Any]) -> bool:
    """Whether the root user acted, and not an AWS service in its name."""
    identity = mapping(record.get("userIdentity"))
    return identity.get("type") == "Root" and not identity.get("invokedBy")


@lru_cache(maxsize=4096)
def role_arn_of_session(arn: str) -> str:
    """Return the role ARN of an assumed-role session's ARN, without the role's path, which it does not carry."""
    found = _ASSUMED_ROLE.fullmatch(arn)
    return f"arn:{found[1]}:iam::{found[2]}:role/{found[3]}" if found else ""


@lru_cache(maxsize=4096)
def account_in(arn: str) -> str:
    """Return the account id inside an ARN, else empty."""
    found = _IN_ARN.match(arn)
    return found[1] if found else ""


def _assumed_role(identity: Mapping[str, Any], _: Mapping[str, Any]) -> Principal:
    issuer = text(mapping(mapping(identity.get("sessionContext")).get("sessionIssuer")).get("arn"))
    arn = issuer or role_arn_of_session(text(identity.get("arn")))
    return Principal(arn, "role", account_in(arn))


def _user(identity: Mapping[str, Any], _: Mapping[str, Any]) -> Principal:
    # A failed console sign-in names the user, or hides the name, and has no ARN.
    arn = text(identity.get("arn")) or text(identity.get("userName"))
    return Principal(arn, "user", account_in(arn) or text(identity.get("accountId")))


def _federated_user(identity: Mapping[str, Any], _: Mapping[str, Any]) -> Principal:
    """GetFederationToken: the user who asked for the token is who acts."""
    issuer = mapping(mapping(identity.get("sessionContext")).get("sessionIssuer"))
    arn = text(issuer.get("arn")) or text(identity.get("arn"))
    return Principal(arn, "root" if issuer.get("type") == "Root" else "user", account_in(arn))


def _root(identity: Mapping[str, Any], _: Mapping[str, Any]) -> Principal:
    account_id = text(identity.get("accountId")) or account_in(text(identity.get("arn")))
    return Principal(text(identity.get("arn")) or account_id, "root", account_id)


def _service(identity: Mapping[str, Any], _: Mapping[str, Any]) -> Principal:
    return Principal(text(identity.get("invokedBy")), "service")


def _account(identity: Mapping[str, Any], _: Mapping[str, Any]) -> Principal:
    """Another account: its own log says which of its principals it was, ours only the account."""
    account_id = text(identity.get("accountId"))
    return Principal(account_id, "account", account_id)


def _saml(identity: Mapping[str, Any], record: Mapping[str, Any]) -> Principal:
    asked = text(mapping(record.get("requestParameters")).get("principalArn"))
    provider = asked or text(identity.get("identityProvider"))
    return Principal(f"{provider}|{text(identity.get('userName'))}", "saml", account_in(provider))


def _web_identity(identity: Mapping[str, Any], _: Mapping[str, Any]) -> Principal:
    """`principalId` is `provider:audience:subject`; Athena's table has no column for `identityProvider`.

    An audience may hold colons (a Cognito pool's id does), a provider's name or the path of its ARN never does.
    """
    subject, whole = text(identity.get("userName")), text(identity.get("principalId"))
    named = _PROVIDER.match(whole)
    provider = named[1] if named else text(identity.get("identityProvider"))
    return Principal(f"{provider}|{subject}", "web-identity", account_in(provider))


def _identity_center_user(identity: Mapping[str, Any], _: Mapping[str, Any]) -> Principal:
    """A person of IAM Identity Center: `onBehalfOf` has the id that never changes, and the store it is of.

    https://docs.aws.amazon.com/singlesignon/latest/userguide/sso-cloudtrail-use-cases.html
    """
    person = mapping(identity.get("onBehalfOf"))
    user_id, store = text(person.get("userId")), text(person.get("identityStoreArn"))
    name = "|".join(part for part in (store, user_id) if part) if user_id else text(identity.get("userName"))
    return Principal(name, "unknown", account_in(store) or text(identity.get("accountId")))


def _other(identity: Mapping[str, Any], _: Mapping[str, Any]) -> Principal:
    """Directories and whatever comes: as named as the record has them, and no more."""
    name = text(identity.get("arn")) or text(identity.get("invokedBy")) or text(identity.get("principalId"))
    name = name or text(identity.get("userName"))
    return Principal(name, "service" if name and name == identity.get("invokedBy") else "unknown", account_in(name))


_BY_TYPE: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Principal]] = {
    "AssumedRole": _assumed_role,
    "IAMUser": _user,
    "FederatedUser": _federated_user,
    "IdentityCenterUser": _identity_center_user,
    "Root": _root,
    "AWSService": _service,
    "AWSAccount": _account,
    "SAMLUser": _saml,
    "WebIdentityUser": _web_identity,
}
