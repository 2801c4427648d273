"""How bad a role is: severity and the risk score that ranks the work. The one place where the formula stands.

The score adds up what makes a role dangerous, from 0 to 100:

    power      45  may do everything            (full-admin, effective)
               30  a critical or high permission finding
               15  a medium one
                5  a low one
    exposure   25  a critical or high trust finding
               15  a medium one
                5  a low one
    disuse     25  unused
               10  nobody can say
    neglect     5  no owner

so an unused administrator that outsiders can assume comes first. Findings that something holds back do not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hygiene.frames import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterable

_POWER = {"critical": 30, "high": 30, "medium": 15, "low": 5, "info": 0}
_FULL_ADMIN = 45
_EXPOSURE = {"critical": 25, "high": 25, "medium": 15, "low": 5, "info": 0}
_DISUSE = {"unused": 25, "unknown": 10}
_NO_OWNER = 5


# Made by the ten thousand: a frozen dataclass takes four times as long to make.
class Weighed(NamedTuple):
    """What counts of a finding: which check, of which group, how severe, and whether it is effective."""

    check: str
    group: str
    severity: str
    is_effective: bool
    evidence: str


def worst_severity(findings: Iterable[Weighed]) -> str:
    """Return the worst severity among effective findings; empty when there is none."""
    present = {finding.severity for finding in findings if finding.is_effective}
    return next((severity for severity in SEVERITIES if severity in present), "")


def risk_score(usage_status: str, findings: Iterable[Weighed]) -> int:
    """Return the score, 0 to 100, by the table above."""
    effective = [finding for finding in findings if finding.is_effective]
    power = max((_power(finding) for finding in effective if finding.group == "Permissions"), default=0)
    exposure = max((_EXPOSURE[finding.severity] for finding in effective if finding.group == "Trust"), default=0)
    neglect = _NO_OWNER if any(finding.check == "no-owner" for finding in effective) else 0
    return power + exposure + _DISUSE.get(usage_status, 0) + neglect


def _power(finding: Weighed) -> int:
    return _FULL_ADMIN if finding.check == "full-admin" else _POWER[finding.severity]
