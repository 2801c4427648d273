"""Policy documents in few words, for those who write worlds: every function returns one IAM policy document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Condition = Mapping[str, Mapping[str, Any]]


def document(*statements: Mapping[str, Any]) -> dict[str, Any]:
    """A policy document of these statements."""
    return {"Version": "2012-10-17", "Statement": [dict(s) for s in statements]}


def _one(values: Sequence[str] | str) -> str | list[str]:
    return values if isinstance(values, str) else list(values)


def allow(
    actions: Sequence[str] | str, resources: Sequence[str] | str = "*", condition: Condition | None = None
) -> dict[str, Any]:
    """An Allow statement."""
    statement: dict[str, Any] = {"Effect": "Allow", "Action": _one(actions), "Resource": _one(resources)}
    return {**statement, "Condition": dict(condition)} if condition else statement


def deny(
    actions: Sequence[str] | str, resources: Sequence[str] | str = "*", condition: Condition | None = None
) -> dict[str, Any]:
    """A Deny statement."""
    return {**allow(actions, resources, condition), "Effect": "Deny"}


def permissions(
    actions: Sequence[str] | str, resources: Sequence[str] | str = "*", condition: Condition | None = None
) -> dict[str, Any]:
    """A permissions policy of one Allow statement."""
    return document(allow(actions, resources, condition))


def trusts(principal: Any, action: str = "sts:AssumeRole", condition: Condition | None = None) -> dict[str, Any]:
    """A trust policy of one statement: `principal` as it stands in the document ("*" or a mapping)."""
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": principal, "Action": action}
    if condition:
        statement["Condition"] = dict(condition)
    return document(statement)


def trusts_service(*services: str) -> dict[str, Any]:
    """A trust policy for AWS services, named without `.amazonaws.com`."""
    names = [f"{service}.amazonaws.com" for service in services]
    return trusts({"Service": names[0] if len(names) == 1 else names})


def trusts_aws(principals: Sequence[str] | str, condition: Condition | None = None) -> dict[str, Any]:
    """A trust policy for AWS principals (ARNs or account ids)."""
    return trusts({"AWS": _one(principals)}, condition=condition)


def trusts_web_identity(provider_arn: str, condition: Condition | None = None) -> dict[str, Any]:
    """A trust policy for an OpenID Connect provider."""
    return trusts({"Federated": provider_arn}, "sts:AssumeRoleWithWebIdentity", condition)


def trusts_saml(provider_arn: str) -> dict[str, Any]:
    """A trust policy for a SAML provider, for console sign-in."""
    audience = {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
    return trusts({"Federated": provider_arn}, "sts:AssumeRoleWithSAML", audience)
