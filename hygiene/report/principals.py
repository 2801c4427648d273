"""Who may assume a role, in words: a trust policy's principals as written, and what they mean here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ACCOUNT = re.compile(r"^(?:arn:[^:]+:(?:iam|sts)::)?(\d{12})(?::root)?$")
_ARN = re.compile(r"^arn:[^:]+:(?:iam|sts)::(\d{12}):(.+)$")


@dataclass(frozen=True, slots=True)
class PrincipalView:
    """One principal: as written, short for a table, what it is, and whether it stands out as outside or anybody."""

    written: str
    short: str
    note: str
    outside: bool


def principal_view(written: str, own_account: str, names: Mapping[str, str], organization: bool) -> PrincipalView:
    """Return a principal with its meaning; `names` holds the accounts of this review."""
    if written == "*":
        return PrincipalView("*", "anybody (*)", "anybody in any AWS account, unless a condition limits it", True)
    if whole := _ACCOUNT.match(written):
        return _account(written, whole[1], own_account, names, organization)
    if part := _ARN.match(written):
        return _identity(written, part[1], part[2], own_account, names, organization)
    if re.match(r"^(AROA|AIDA|AGPA)[A-Z0-9]+$", written):
        return PrincipalView(written, written, "a principal that was deleted", True)
    if "." in written and "/" not in written and ":" not in written:
        kind = "AWS service" if written.endswith((".amazonaws.com", ".amazonaws.com.cn")) else "identity provider"
        return PrincipalView(written, written, kind, False)
    return PrincipalView(written, written, "", False)


def _account(
    written: str, account: str, own_account: str, names: Mapping[str, str], organization: bool
) -> PrincipalView:
    if account == own_account:
        return PrincipalView(written, "this account", "whoever this account's own policies let", False)
    where, outside = _whereabouts(account, names, organization)
    label = names.get(account) or account
    return PrincipalView(written, f"account {label}", f"whoever that account lets; {where}", outside)


def _identity(
    written: str, account: str, rest: str, own_account: str, names: Mapping[str, str], organization: bool
) -> PrincipalView:
    provider = rest.partition("/")[2]
    if rest.startswith("oidc-provider/"):
        return PrincipalView(written, provider, "OIDC identity provider", False)
    if rest.startswith("saml-provider/"):
        return PrincipalView(written, f"SAML {provider}", "SAML identity provider", False)
    if account == own_account:
        return PrincipalView(written, rest, "in this account", False)
    where, outside = _whereabouts(account, names, organization)
    return PrincipalView(written, f"{rest} in {names.get(account) or account}", where, outside)


def _whereabouts(account: str, names: Mapping[str, str], organization: bool) -> tuple[str, bool]:
    if account in names:
        return f"account {account} of this organization" if organization else f"account {account}", False
    return f"account {account}, outside {'the organization' if organization else 'this review'}", True
