"""OUT → which reviews are finished, and when: what a scheduler compares with the calendar."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hygiene.documents import parse_time
from hygiene.pipeline.places import Places
from hygiene.snapshot import layout

if TYPE_CHECKING:
    from datetime import datetime

    from hygiene.store import Store

SUMMARY = "summary.json"


def finished_at(out: Store, quarter: str) -> datetime | None:
    """Return when the quarter's report was sealed, UTC; None where there is none, or its manifest is damaged."""
    return parse_time(_document(out, f"{quarter}/{layout.MANIFEST}").get("finished_at"))


def newest_report(out: Store) -> str | None:
    """Return the location of the newest quarter's sealed report."""
    places = Places(out)
    sealed = next((quarter for quarter in reversed(places.quarters()) if places.is_sealed(quarter)), None)
    return out.child(sealed).location if sealed else None


def metrics_of(out: Store, quarter: str) -> dict[str, int]:
    """Return accounts and roles of the quarter's report, and `gaps`: accounts that failed or were read in part."""
    summary = _document(out, f"{quarter}/{SUMMARY}")
    accounts, roles = summary.get("accounts"), summary.get("roles")
    if not isinstance(accounts, dict) or not isinstance(roles, dict):
        return {}
    gaps = accounts.get("failed", 0) + accounts.get("partial", 0)
    return {"accounts": accounts.get("total", 0), "roles": roles.get("total", 0), "gaps": gaps}


def _document(out: Store, name: str) -> dict[str, Any]:
    try:
        found = json.loads(out.read(name) or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
