"""What the review suggests for a role, and why, in one sentence; the first rule that fits wins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.analyse.wording import usage_sentence
from hygiene.frames import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from hygiene.analyse.risk import Weighed

_ALSO_SHOWN = 2
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
        return "remove", _sentences(usage, _worst(too_much))
    if row["usage_status"] == "unknown":
        return "investigate", _sentences(usage, _worst(too_much))
    if grave_trust:
        return "investigate", _sentences(*_evidence(grave_trust), usage)
    if too_much:
        return "reduce", _sentences(*_evidence(too_much), usage)
    return "keep", usage


def _by_severity(finding: Weighed) -> tuple[int, str]:
    return SEVERITIES.index(finding.severity), finding.check


def _worst(findings: Sequence[Weighed]) -> str:
    """Return the worst thing about powers and the worst about trust, so that both are in the one sentence."""
    groups = ("Permissions", "Trust")
    firsts = (next((found.evidence for found in findings if found.group == group), "") for group in groups)
    return " ".join(first for first in firsts if first)


def _evidence(findings: Sequence[Weighed]) -> list[str]:
    return [finding.evidence for finding in findings[:_ALSO_SHOWN]]


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)
