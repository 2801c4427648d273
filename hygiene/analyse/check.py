"""What a check is, and what it finds. A check is one file in `checks/` and one test of the same name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from hygiene.model import CheckInfo

if TYPE_CHECKING:
    from hygiene.analyse.estate import Estate

Thresholds = Mapping[str, float]


class Finding(NamedTuple):
    """One thing found. `role_arn` None: of the account, or of the IAM user that `subject` names.

    `severity` and `remedy` override the check's own where this finding deserves another one.
    """

    evidence: str
    role_arn: str | None = None
    subject: str = ""
    detail: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    held_back_by: str = ""
    confidence: str = "certain"
    severity: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A rule with everything a reader needs: what, why it matters, what to do, and the page it rests on.

    `find(estate, thresholds)` is pure. `thresholds` holds the numbers of `[checks.<id>]`, by default those here.
    """

    id: str
    title: str
    group: str
    severity: str
    why: str
    remedy: str
    source: str
    find: Callable[[Estate, Thresholds], Iterator[Finding]]
    thresholds: Thresholds = field(default_factory=dict)

    def info(self, severity: str, thresholds: Thresholds) -> CheckInfo:
        """Return what the report and `hygiene checks` show, with the configured severity and thresholds."""
        shown = ", ".join(f"{name} = {value:g}" for name, value in thresholds.items())
        return CheckInfo(self.id, self.title, self.group, severity, self.why, self.remedy, self.source, shown)


GROUPS = ("Usage", "Permissions", "Trust", "Activity", "Housekeeping")
