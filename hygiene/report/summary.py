"""The numbers of a review, counted once: `summary.json`, the first screen and the mails show these and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.frames import COVERAGE_STATUSES, DECISIONS, EXCEPTION_STATES, SEVERITIES, SUGGESTIONS, USAGE_STATUSES
from hygiene.model import SCHEMA_VERSION
from hygiene.report.cells import iso
from hygiene.report.in_words import in_words
from hygiene.report.trend import trend_point

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from hygiene.frames import ReviewTables
    from hygiene.model import ReviewFacts

URGENT = ("critical", "high")


def summarise(tables: ReviewTables, facts: ReviewFacts) -> dict[str, Any]:
    """Return the content of `summary.json`, always with the same keys in the same order."""
    roles, decisions = tables.roles, tables.decisions
    asked = decisions[decisions["needs_decision"] == "yes"]
    urgent = roles[roles["severity"].isin(URGENT)]
    ownerless = roles.loc[roles["owner"].isna(), "role_arn"]
    summary: dict[str, Any] = {
        **_identity(facts),
        "accounts": _counts(tables.coverage["status"], COVERAGE_STATUSES),
        "roles": _counts(roles["usage_status"], USAGE_STATUSES),
        "unused_percent_of_judged": _unused_percent(roles),
        "critical_or_high": len(urgent),
        "without_owner": len(ownerless),
        "findings": _findings(tables.findings, facts),
        "decisions": _decisions(decisions, asked, roles) | _followed_up(tables.followups, facts),
        "exceptions": _counts(tables.exceptions["state"], EXCEPTION_STATES),
        "needs_decision": len(asked),
        "needs_decision_critical_or_high": int(asked["role_arn"].isin(urgent["role_arn"]).sum()),
        "needs_decision_without_owner": int(asked["role_arn"].isin(ownerless).sum()),
        "suggestions": _tally(decisions["suggestion"], SUGGESTIONS),
        "changes": _tally(tables.changes["change"], ()),
        "changes_compared_by": facts.compared_by,
        "notices": [{"level": notice.level, "text": notice.text} for notice in facts.notices],
    }
    summary["trend"] = [*(dict(point) for point in facts.trend), trend_point(summary)]
    return {**summary, "in_words": in_words(summary)}


def _identity(facts: ReviewFacts) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "review_id": facts.review_id,
        "quarter": facts.quarter,
        "previous_quarter": facts.previous_quarter,
        "as_of": iso(facts.as_of),
        "as_of_source": facts.as_of_source,
        "organization_id": facts.organization_id,
        "population_proven": facts.population_proven,
        "unused_after_days": facts.unused_after_days,
    }


def _findings(findings: pd.DataFrame, facts: ReviewFacts) -> dict[str, Any]:
    """Count findings; what a boundary or a control policy holds back is counted, but in no total by check."""
    effective = findings[findings["held_back_by"].isna()]
    return {
        "total": len(findings),
        "effective": len(effective),
        "held_back": len(findings) - len(effective),
        "with_exception": int(findings["exception"].notna().sum()),
        "by_check": _tally(effective["check"], sorted(check.id for check in facts.checks)),
        "by_severity": _tally(effective["severity"], SEVERITIES),
    }


def _decisions(decisions: pd.DataFrame, asked: pd.DataFrame, roles: pd.DataFrame) -> dict[str, Any]:
    """Count questions and answers; `open` has no answer at all, `to_answer` has none that still holds."""
    return {
        "rows": len(decisions),
        "to_answer": len(asked),
        "open": int(asked["decision"].isna().sum()),
        "answered": int(decisions["decision"].notna().sum()),
        "to_answer_by_suggestion": _tally(asked["suggestion"], SUGGESTIONS),
        "by_decision": _tally(decisions["decision"], DECISIONS),
        "by_state": _tally(roles["decision_state"], ()),
    }


def _followed_up(followups: pd.DataFrame, facts: ReviewFacts) -> dict[str, Any]:
    """Count what became of decisions, gone roles' too, and what this review is the first to see carried out.

    `to_carry_out`: decisions to remove or reduce that are neither seen carried out nor overdue.
    """
    is_new = (followups["state"] == "verified") & (followups["verified_quarter"] == facts.quarter)
    changes_iam = followups["decision"].isin(["remove", "reduce"])
    return {
        "followed_up": _counts(followups["state"], ()),
        "verified_removals": int((is_new & (followups["decision"] == "remove")).sum()),
        "verified_reductions": int((is_new & (followups["decision"] == "reduce")).sum()),
        "to_carry_out": int((changes_iam & (followups["state"] == "answered")).sum()),
    }


def _unused_percent(roles: pd.DataFrame) -> float | None:
    """Percentage of unused roles among those whose use could be judged; None where there is none."""
    unused = int((roles["usage_status"] == "unused").sum())
    judged = unused + int((roles["usage_status"] == "in_use").sum())
    return round(100 * unused / judged, 1) if judged else None


def _counts(column: pd.Series, keys: Iterable[str]) -> dict[str, int]:
    return {"total": len(column), **_tally(column, keys)}


def _tally(column: pd.Series, keys: Iterable[str]) -> dict[str, int]:
    """Count values: the known keys first, zeros included, then whatever else occurs, by name."""
    found = {str(key): int(number) for key, number in column.value_counts().items()}
    known = list(keys)
    return {key: found.get(key, 0) for key in [*known, *sorted(set(found) - set(known))]}
