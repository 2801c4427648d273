"""Alerts → what a topic is told: the worst first, as a text for people and as JSON for machines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hygiene.frames import SEVERITIES
from hygiene.model import Announcement
from hygiene.report.visible import visible
from hygiene.report.wording import counted, listed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hygiene.model import Alert

SHOWN = 20
_EVIDENCE = 400
_FACTS_BYTES = 25_000
"""SNS takes 256 KB, and the facts stand in a message once for each kind of subscriber."""


def alert_announcement(alerts: Sequence[Alert], since: datetime) -> Announcement:
    """Return one announcement of all alerts; `since` is the moment of the review that saw none of them."""
    ordered = sorted(alerts, key=lambda alert: (SEVERITIES.index(alert.severity), alert.account_id, alert.role_arn))
    by_severity = {severity: sum(alert.severity == severity for alert in alerts) for severity in SEVERITIES}
    numbers = listed([f"{number} {severity}" for severity, number in by_severity.items() if number])
    title = f"IAM roles: {counted(len(alerts), 'new finding')} about their use"
    more = len(alerts) - SHOWN
    lines = [
        f"{title} since the review of {since:%Y-%m-%d} ({numbers}).",
        *("\n".join(_lines(alert)) for alert in ordered[:SHOWN]),
        *([f"… and {counted(more, 'more finding')}, which the next review shows."] if more > 0 else []),
    ]
    facts = {
        "kind": "alerts",
        "since": f"{since:%Y-%m-%dT%H:%M:%SZ}",
        "total": len(alerts),
        "by_severity": by_severity,
        "findings": _findings(ordered),
    }
    return Announcement(subject=f"{title} ({numbers})", text="\n\n".join(lines), facts=facts)


def _lines(alert: Alert) -> list[str]:
    name = alert.role_arn or "the account itself"
    account = f"{alert.account_name} {alert.account_id}".strip()
    texts = (f"{alert.severity.upper()}: {alert.check}, {name} ({account})", alert.evidence[:_EVIDENCE])
    return [" ".join(visible(text).split()) for text in texts]


def _findings(alerts: Sequence[Alert]) -> list[dict[str, Any]]:
    """Return as many as fit, the worst first."""
    found: list[dict[str, Any]] = []
    left = _FACTS_BYTES
    for alert in alerts:
        one = {
            "finding_id": alert.finding_id,
            "check": alert.check,
            "severity": alert.severity,
            "account_id": alert.account_id,
            "role_arn": alert.role_arn,
            "evidence": alert.evidence[:_EVIDENCE],
        }
        left -= len(json.dumps(json.dumps(one)))
        if left < 0:
            break
        found.append(one)
    return found
