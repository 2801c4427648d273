"""The open questions of a sealed report: which roles still need a decision, by owner, the riskiest first."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from hygiene.errors import ReportError
from hygiene.frames import SEVERITIES
from hygiene.report.summary import URGENT
from hygiene.report.visible import visible
from hygiene.report.wording import last_use, shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hygiene.report.sealed import SealedReport

_NOT_KEPT = {
    "overdue": "that is overdue",
    "re-opened": "that was done, and undone again",
    "stale-decision": "the role changed since",
}
_NAME = 60
_NUMBERS = ("unused_days", "age_days")
_RANKS = {severity: rank for rank, severity in enumerate(SEVERITIES)}


@dataclass(frozen=True, slots=True)
class Question:
    """One role that needs a decision. Strangers wrote the texts, and nothing is escaped yet."""

    owner: str
    owner_source: str
    role_name: str
    account: str
    severity: str
    risk_score: int
    suggestion: str
    reason: str
    promise: str
    """An earlier decision that was not carried out, or holds no longer, as a sentence; empty: none."""
    last_use: str
    row: Mapping[str, str]
    """The row of `decisions.csv`, for the attached sheet."""

    @property
    def is_urgent(self) -> bool:
        """Whether its worst finding is critical or high."""
        return self.severity in URGENT


def open_questions(
    report: SealedReport, answered: Mapping[str, str] = MappingProxyType({})
) -> dict[str, tuple[Question, ...]]:
    """Return owner → questions, sorted by owner; `""` holds the roles without one.

    `answered`: role id → `row_sha256` of what was answered since the report was made; a role that changed after its
    answer is still open, and one that was passed on is asked of its new owner as soon as the report names him. Raises
    ReportError when the report's own tables contradict each other: then no number in a mail could be trusted.
    """
    asked = {row["role_arn"]: row for row in report.rows("decisions") if row["needs_decision"] == "yes"}
    if len(asked) != report.summary["needs_decision"]:
        raise ReportError(f"{report.store.location}: decisions.csv and summary.json contradict each other.")
    found: dict[str, list[Question]] = {}
    for role in report.rows("roles"):
        row = asked.get(role["role_arn"])
        is_passed_on = role["decision"] == "not-mine"
        if row is not None and (is_passed_on or answered.get(row["role_id"]) != row["row_sha256"]):
            found.setdefault(role["owner"], []).append(_question(role, row))
    return {owner: tuple(sorted(found[owner], key=_urgency)) for owner in sorted(found)}


def _question(role: Mapping[str, str], row: Mapping[str, str]) -> Question:
    numbers = {name: int(role[name]) if role[name] else None for name in _NUMBERS}
    use = last_use({**role, **numbers})
    return Question(
        owner=role["owner"],
        owner_source=role["owner_source"],
        role_name=visible(role["role_name"]),
        account=visible(f"{role['account_name']} {role['account_id']}".strip()),
        severity=role["severity"],
        risk_score=int(role["risk_score"] or 0),
        suggestion=role["suggestion"],
        reason=visible(role["suggestion_reason"]),
        promise=visible(_promise(role)),
        last_use=f"{use.words} ({use.note})",
        row=row,
    )


def _promise(role: Mapping[str, str]) -> str:
    """Return what an owner has to hear before being asked again."""
    what = _NOT_KEPT.get(role["decision_state"])
    who = shortened(role["reviewer"] or "Somebody", _NAME)
    return f"{who} decided to {role['decision']} it; {what}." if what else ""


def _urgency(question: Question) -> tuple[int, int, str, str]:
    rank = _RANKS.get(question.severity, len(SEVERITIES))
    return rank, -question.risk_score, question.account, question.role_name
