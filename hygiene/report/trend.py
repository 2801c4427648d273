"""One quarter as a point of the trend, from its summary alone: every quarter is counted by the same rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

QUARTERS = 8
"""How far the trend goes back, this quarter included."""


def trend_point(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return the quarter's numbers: roles, and each of them in one of five kinds, so that these add up.

    `over_permissive`: reduce is suggested, or investigate for a reason other than unknown use. What an older summary
    does not hold is None, never 0.
    """
    roles, suggestions, decisions = (_part(summary, name) for name in ("roles", "suggestions", "decisions"))
    accounts = _part(summary, "accounts")
    gaps = (accounts.get("failed"), accounts.get("partial"))
    asked = (suggestions.get("reduce"), suggestions.get("investigate"), roles.get("unknown"))
    reduce, investigate, unknown = asked
    over_permissive = None if None in asked else int(reduce or 0) + int(investigate or 0) - int(unknown or 0)
    return {
        "quarter": summary.get("quarter"),
        "roles": roles.get("total"),
        "unused": roles.get("unused"),
        "over_permissive": over_permissive,
        "ok": suggestions.get("keep"),
        "unknown": unknown,
        "excluded": roles.get("excluded"),
        "needs_decision": summary.get("needs_decision"),
        "verified_removals": decisions.get("verified_removals"),
        "accounts_read": accounts.get("read"),
        "unused_after_days": summary.get("unused_after_days"),
        "accounts_not_read": None if None in gaps else sum(int(number or 0) for number in gaps),
    }


def _part(summary: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = summary.get(name)
    return part if isinstance(part, dict) else {}
