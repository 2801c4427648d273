"""Where the two listings of roles disagree: finds out whether a role was deleted while we read or was missed.

Costs no call when they agree. Roles made during the run need no question: their CreateDate says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.collect.context import AccountContext, Collector
from hygiene.collect.refusal import RefusedError
from hygiene.model import GapKind

if TYPE_CHECKING:
    from hygiene.model import JsonObject

NAME = "reconciliation"
_ASK_AT_MOST = 100
"""Beyond so many disagreements the listing is broken, and asking about each role would prove nothing more."""


def collect(context: AccountContext) -> JsonObject | None:
    """Return `{"deleted_during_run": [role ARNs]}`, or None when the listings agree."""
    details, listing = context.documents.get("authorization-details"), context.documents.get("roles")
    if details is None or listing is None:
        return None
    first = {role["Arn"]: role["RoleName"] for role in details["RoleDetailList"]}
    second = {role["Arn"] for role in listing["Roles"]}
    missing = sorted(set(first) - second)
    if not missing:
        return None
    return {"deleted_during_run": [arn for arn in missing[:_ASK_AT_MOST] if _is_gone(context, first[arn])]}


def _is_gone(context: AccountContext, role_name: str) -> bool:
    try:
        context.client.call("iam", "GetRole", RoleName=role_name)
    except RefusedError as error:
        return error.kind is GapKind.GONE
    return False


COLLECTOR = Collector(NAME, collect)
