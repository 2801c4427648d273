"""What the review suggests for a role, and why, in one sentence; the first rule that fits wins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.analyse.wording import usage_sentence
from hygiene.frames import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from hygiene.analyse.risk import Weighed

_LEADING = ("full-admin", "privilege-escalation")
"""Said before others of the same severity: what such a role may do follows from them."""

_SENTENCES = 2
_WORTH_REDUCING = SEVERITIES[: SEVERITIES.index("medium") + 1]


def suggest(row: Mapping[Hashable, Any], findings: Sequence[Weighed]) -> tuple[str, str]:
    """Return the suggestion (remove, investigate, reduce, keep) and its reason.

    `row` holds the usage columns.
    """
    effective = sorted((found for found in findings if found.is_effective), key=_by_severity)
    trust = [found for found in effective if found.group == "Trust"]
    grave_trust = [found for found in trust if found.severity in {"critical", "high"}]
    too_much = [found for found in effective if found.severity in _WORTH_REDUCING]
    usage = usage_sentence(row)
    if row["usage_status"] == "unused":
        return "remove", _sentences(usage, *_worst(too_much))
    if row["usage_status"] == "unknown":
        return "investigate", _sentences(usage, *_worst(too_much))
    if grave_trust:
        return "investigate", _sentences(*_worst([*grave_trust, *too_much]), usage)
    if too_much:
        return "reduce", _sentences(*_worst(too_much), usage)
    return "keep", usage


def _by_severity(finding: Weighed) -> tuple[int, int, str]:
    rank = _LEADING.index(finding.check) if finding.check in _LEADING else len(_LEADING)
    return SEVERITIES.index(finding.severity), rank, finding.check


def _worst(findings: Sequence[Weighed]) -> list[str]:
    """Return the first finding of each group, two at the most: powers and trust are worth a sentence each.

    An administrator's further powers would only repeat the first. What the usage sentence says is not said again.
    """
    firsts: dict[str, str] = {}
    for finding in findings:
        if finding.check not in {"unused-role", "usage-unknown"}:
            firsts.setdefault(finding.group, finding.evidence)
    return list(firsts.values())[:_SENTENCES]


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)
