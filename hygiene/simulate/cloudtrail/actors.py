"""Who made a call, in few words; and the `userIdentity` CloudTrail writes about each.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hygiene.simulate.identifiers import access_key_id, unique_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

Identity = dict[str, Any]


@dataclass(frozen=True)
class Actor:
    """A principal. `kind` is CloudTrail's `userIdentity.type`, `arn` that of the role, user or provider."""

    kind: str
    account_id: str = ""
    arn: str = ""
    name: str = ""
    """The session of a role, the user name of a federated identity, the host name of a service."""
    mfa: bool = False
    provider: str = ""
    """The identity provider a role session came from, for sessions made with SAML or a web identity."""

    @property
    def short_name(self) -> str:
        """The last part of the ARN: the name without its path."""
        return self.arn.rpartition("/")[2]


def session_of(role_arn: str, session: str, *, mfa: bool = False, provider: str = "") -> Actor:
    """A session of a role."""
    return Actor("AssumedRole", role_arn.split(":")[4], role_arn, session, mfa, provider)


def user(user_arn: str, *, mfa: bool = False) -> Actor:
    """An IAM user."""
    return Actor("IAMUser", user_arn.split(":")[4], user_arn, user_arn.rpartition("/")[2], mfa)


def root_of(account_id: str, *, mfa: bool = False, partition: str = "aws") -> Actor:
    """The root user of an account."""
    return Actor("Root", account_id, f"arn:{partition}:iam::{account_id}:root", mfa=mfa)


def service(name: str) -> Actor:
    """An AWS service, named without `.amazonaws.com`."""
    return Actor("AWSService", name=f"{name}.amazonaws.com")


def from_account(account_id: str, principal_arn: str = "") -> Actor:
    """A caller of another account, as the account of the resource sees it: an account and an opaque id."""
    return Actor("AWSAccount", account_id, principal_arn)


def saml_user(provider_arn: str, name: str) -> Actor:
    """Somebody a SAML provider vouches for."""
    return Actor("SAMLUser", arn=provider_arn, name=name)


def web_identity(provider_arn: str, subject: str) -> Actor:
    """Somebody an OpenID Connect provider vouches for."""
    return Actor("WebIdentityUser", arn=provider_arn, name=subject)


def identity_center_user(account_id: str, user_id: str) -> Actor:
    """A user of IAM Identity Center, before a role is assumed."""
    return Actor("IdentityCenterUser", account_id, name=user_id)


UNKNOWN = Actor("Unknown")


def _session_context(actor: Actor, at: datetime) -> Identity:
    issuer = {
        "type": "Role",
        "principalId": unique_id("AROA", actor.arn),
        "arn": actor.arn,
        "accountId": actor.account_id,
        "userName": actor.short_name,
    }
    context: Identity = {"sessionIssuer": issuer}
    if actor.provider:
        context["webIdFederationData"] = {"federatedProvider": actor.provider, "attributes": {}}
    attributes = {"creationDate": at.strftime("%Y-%m-%dT%H:00:00Z"), "mfaAuthenticated": str(actor.mfa).lower()}
    return {**context, "attributes": attributes}


def _assumed_role(actor: Actor, at: datetime) -> Identity:
    partition = actor.arn.split(":")[1]
    arn = f"arn:{partition}:sts::{actor.account_id}:assumed-role/{actor.short_name}/{actor.name}"
    return {
        "type": actor.kind,
        "principalId": f"{unique_id('AROA', actor.arn)}:{actor.name}",
        "arn": arn,
        "accountId": actor.account_id,
        "accessKeyId": access_key_id("ASIA", f"{arn} {at:%Y-%m-%dT%H}"),
        "sessionContext": _session_context(actor, at),
    }


def _iam_user(actor: Actor, at: datetime) -> Identity:
    identity: Identity = {
        "type": actor.kind,
        "principalId": unique_id("AIDA", actor.arn),
        "arn": actor.arn,
        "accountId": actor.account_id,
        "accessKeyId": access_key_id("AKIA", actor.arn),
        "userName": actor.name,
    }
    if actor.mfa:
        attributes = {"creationDate": at.strftime("%Y-%m-%dT%H:00:00Z"), "mfaAuthenticated": "true"}
        identity["sessionContext"] = {"attributes": attributes}
    return identity


def _root(actor: Actor, at: datetime) -> Identity:
    attributes = {"creationDate": at.strftime("%Y-%m-%dT%H:00:00Z"), "mfaAuthenticated": str(actor.mfa).lower()}
    return {
        "type": actor.kind,
        "principalId": actor.account_id,
        "arn": actor.arn,
        "accountId": actor.account_id,
        "accessKeyId": "",
        "sessionContext": {"attributes": attributes},
    }


def _service(actor: Actor, at: datetime) -> Identity:  # noqa: ARG001 - every identity is called alike
    return {"type": actor.kind, "invokedBy": actor.name}


def _account(actor: Actor, at: datetime) -> Identity:  # noqa: ARG001
    principal = f"{unique_id('AROA', actor.arn)}:session" if actor.arn else unique_id("AIDA", actor.account_id)
    return {"type": actor.kind, "principalId": principal, "accountId": actor.account_id}


def _saml(actor: Actor, at: datetime) -> Identity:  # noqa: ARG001
    qualifier = unique_id("", actor.arn).lower()
    return {
        "type": actor.kind,
        "principalId": f"{qualifier}=:{actor.name}",
        "userName": actor.name,
        "identityProvider": f"{qualifier}=",
    }


def _web_identity(actor: Actor, at: datetime) -> Identity:  # noqa: ARG001
    return {
        "type": actor.kind,
        "principalId": f"{actor.arn}:sts.amazonaws.com:{actor.name}",
        "userName": actor.name,
        "identityProvider": actor.arn,
    }


def _identity_center(actor: Actor, at: datetime) -> Identity:  # noqa: ARG001
    return {"type": actor.kind, "accountId": actor.account_id, "onBehalfOf": {"userId": actor.name}}


def _unknown(actor: Actor, at: datetime) -> Identity:  # noqa: ARG001
    return {"type": actor.kind, "principalId": "", "accountId": ""}


_IDENTITIES: Mapping[str, Callable[[Actor, datetime], Identity]] = {
    "AssumedRole": _assumed_role,
    "IAMUser": _iam_user,
    "Root": _root,
    "AWSService": _service,
    "AWSAccount": _account,
    "SAMLUser": _saml,
    "WebIdentityUser": _web_identity,
    "IdentityCenterUser": _identity_center,
    "Unknown": _unknown,
}


def user_identity(actor: Actor, at: datetime) -> Identity:
    """The `userIdentity` of a record."""
    return _IDENTITIES[actor.kind](actor, at)


def user_name(actor: Actor) -> str:
    """The `Username` LookupEvents shows: a session's name, a user's name, `root`; "" for others."""
    return "root" if actor.kind == "Root" else actor.name if actor.kind != "AWSService" else ""
