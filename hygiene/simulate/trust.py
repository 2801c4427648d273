"""A trust policy and a caller in, how the policy lets the caller in out.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

from hygiene.simulate.statements import (
    Context,
    UnsupportedConditionError,
    as_list,
    condition_holds,
    covers_action,
    statements,
)

if TYPE_CHECKING:
    from hygiene.simulate.credentials import Caller

_ACCOUNT_ROOT = re.compile(r"arn:[^:]+:iam::(\d{12}):root")


class Trust(Enum):
    """How far a trust policy lets a caller in."""

    REFUSED = "refused"
    ACCOUNT = "account"
    """The caller's account is trusted: its own identity policy must allow the call as well."""
    DIRECT = "direct"
    """The caller itself is named: inside one account that is enough."""


def _names(principal: str, caller: Caller) -> Trust:
    if principal == "*" or principal in (caller.arn, caller.principal_arn):
        return Trust.DIRECT
    root = _ACCOUNT_ROOT.fullmatch(principal)
    account_id = root.group(1) if root else principal
    return Trust.ACCOUNT if account_id == caller.account_id else Trust.REFUSED


def _strongest(found: list[Trust]) -> Trust:
    for trust in (Trust.DIRECT, Trust.ACCOUNT):
        if trust in found:
            return trust
    return Trust.REFUSED


def _principals(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(p) for p in as_list(value.get("AWS", []))] if isinstance(value, Mapping) else []


def _statement_trust(statement: Mapping[str, Any], caller: Caller) -> Trust:
    if "NotPrincipal" in statement:
        excluded = [_names(p, caller) for p in _principals(statement["NotPrincipal"])]
        return Trust.DIRECT if _strongest(excluded) is Trust.REFUSED else Trust.REFUSED
    return _strongest([_names(p, caller) for p in _principals(statement.get("Principal", {}))])


def _holds(statement: Mapping[str, Any], context: Context, *, unsupported: bool) -> bool:
    try:
        return condition_holds(statement.get("Condition", {}), context)
    except UnsupportedConditionError:
        return unsupported


def trust_of(document: Mapping[str, Any], caller: Caller, context: Context) -> Trust:
    """The strongest trust an Allow gives, REFUSED when a Deny applies."""
    found: list[Trust] = []
    for statement in statements(document):
        if not covers_action(statement, "sts:AssumeRole"):
            continue
        trust = _statement_trust(statement, caller)
        denies = statement.get("Effect") == "Deny"
        if trust is Trust.REFUSED or not _holds(statement, context, unsupported=denies):
            continue
        if denies:
            return Trust.REFUSED
        found.append(trust)
    return _strongest(found)
