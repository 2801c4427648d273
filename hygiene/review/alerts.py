"""The ledger of alerts: which findings a topic or a namespace was told of. Pure: bytes ⇄ values, no clock.

`OUT/ledger/alerts.jsonl` is only ever added to. A finding is told again only for what is new in it: another caller,
another network, a change of another day. `OUT/ledger/alerts-waiting.json` holds what could not be told: the next
review moves the window on, and the alert must not go with it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from hygiene.errors import LedgerError
from hygiene.model import Alert

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Told = Mapping[tuple[str, str], frozenset[str]]
    """(target, finding id) → the parts it was told of."""


def parse_told(content: bytes | None, origin: str) -> Told:
    """Return what was told so far; nothing where there is no file.

    Raises LedgerError naming the line: who skips a damaged line tells things twice.
    """
    told: defaultdict[tuple[str, str], frozenset[str]] = defaultdict(frozenset)
    for number, line in enumerate((content or b"").decode("utf-8", "replace").splitlines(), start=1):
        try:
            entry = json.loads(line)
            told[str(entry["to"]), str(entry["finding_id"])] |= {str(part) for part in entry["parts"]}
        except (ValueError, KeyError, TypeError) as error:
            raise LedgerError(f"{origin}, line {number}: damaged ({error}). Mend it, or restore the file.") from error
    return dict(told)


def untold(alerts: Iterable[Alert], told: Told, target: str) -> tuple[Alert, ...]:
    """Return the alerts that are new to a target, as a whole or in part."""
    return tuple(alert for alert in alerts if _is_new(alert, told.get((target, alert.finding_id))))


def _is_new(alert: Alert, known: frozenset[str] | None) -> bool:
    return known is None or bool(alert.parts - known)


def told_lines(alerts: Iterable[Alert], target: str, at: datetime) -> bytes:
    """Return the lines that say that a target was told."""
    lines = (
        json.dumps(
            {
                "at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
                "to": target,
                "finding_id": alert.finding_id,
                "check": alert.check,
                "severity": alert.severity,
                "parts": sorted(alert.parts),
            }
        )
        for alert in alerts
    )
    return "".join(f"{line}\n" for line in lines).encode()


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the light runs leave for each other: alerts that a target was not told, and how far events were judged."""

    alerts: Mapping[str, tuple[Alert, ...]] = field(default_factory=dict)
    judged_until: datetime | None = None
    """Up to then the events of every account were read and judged."""

    def with_alerts(self, target: str, alerts: tuple[Alert, ...]) -> Waiting:
        """Return the same with other alerts waiting for a target."""
        return replace(self, alerts={**self.alerts, target: alerts})

    def to_bytes(self) -> bytes:
        """Return the file that `parse_waiting` reads."""
        kept = {
            target: [{**asdict(alert), "parts": sorted(alert.parts)} for alert in alerts]
            for target, alerts in sorted(self.alerts.items())
            if alerts
        }
        until = self.judged_until.isoformat() if self.judged_until else None
        return json.dumps({"judged_until": until, "waiting": kept}, indent=1).encode() + b"\n"


def parse_waiting(content: bytes | None, origin: str) -> Waiting:
    """Return what the run before left; nothing where there is no file. Raises LedgerError for a damaged one."""
    try:
        document = json.loads(content) if content else {"waiting": {}}
        waiting, until = document["waiting"], document.get("judged_until")
        return Waiting(
            {str(target): tuple(map(_alert, alerts)) for target, alerts in waiting.items()},
            datetime.fromisoformat(until) if until is not None else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LedgerError(f"{origin}: damaged ({error}). Mend it, or restore the file.") from error


def _alert(fields: Mapping[str, object]) -> Alert:
    parts = fields["parts"]
    if not isinstance(parts, list):
        raise TypeError(f"{parts!r} is no list")
    texts = {name: str(value) for name, value in fields.items() if name != "parts"}
    return Alert(parts=frozenset(map(str, parts)), **texts)


def with_waiting(alerts: Iterable[Alert], waiting: Iterable[Alert]) -> tuple[Alert, ...]:
    """Return the alerts of today, and those waiting that say something beyond them."""
    today = tuple(alerts)
    said = {alert.finding_id: alert.parts for alert in today}
    more = (one for one in waiting if one.finding_id not in said or one.parts - said[one.finding_id])
    return (*today, *more)
