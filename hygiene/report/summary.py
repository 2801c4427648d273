"""The numbers of a review, counted once: `summary.json`, the first screen and the mails show these and no others."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from hygiene.frames import COVERAGE_STATUSES, DECISIONS, EXCEPTION_STATES, SEVERITIES, SUGGESTIONS, USAGE_STATUSES
from hygiene.model import SCHEMA_VERSION
from hygiene.report.cells import iso
from hygiene.report.in_words import NO_REVIEW, in_words
from hygiene.report.last_use import WITHOUT_A_DATE, count_last_use, labels
from hygiene.report.trend import trend_point

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from hygiene.frames import AccountReview, Review
    from hygiene.model import ReviewFacts

URGENT = ("critical", "high")


def summarise(review: Review, facts: ReviewFacts) -> dict[str, Any]:
    """Return the content of `summary.json` of a review that is gone through here."""
    numbers, waived = Numbers(facts), Counter[int]()
    for account in review.accounts():
        numbers.add(account)
        waived.update(account.waived)
    return numbers.summary(review.coverage, review.exceptions_table(waived))


class Numbers:
    """Counts a review account by account; `summary` may be asked for once every account was added."""

    def __init__(self, facts: ReviewFacts) -> None:
        self._facts = facts
        self._tallies: dict[str, Counter[str]] = defaultdict(Counter)
        self._counts: Counter[str] = Counter()

    def add(self, account: AccountReview) -> None:
        """Count an account's rows."""
        asked = account.decisions[account.decisions["needs_decision"] == "yes"]
        self._count_roles(account.roles, asked)
        self._count_findings(account.findings)
        self._count_decisions(account.decisions, asked)
        self._count_followups(account.followups)
        self._tally("change", account.changes["change"])
        if len(account.roles):
            self._tallies["compared_with"][account.compared_with or NO_REVIEW] += 1

    def merge(self, others: Numbers) -> None:
        """Add what was counted elsewhere."""
        self._counts.update(others._counts)
        for name, tally in others._tallies.items():
            self._tallies[name].update(tally)

    def summary(self, coverage: pd.DataFrame, exceptions: pd.DataFrame) -> dict[str, Any]:
        """Return the content of `summary.json`, always with the same keys in the same order."""
        facts, counts = self._facts, self._counts
        summary: dict[str, Any] = {
            **_identity(facts),
            "accounts": _with_total(Counter(coverage["status"]), COVERAGE_STATUSES),
            "roles": _with_total(self._tallies["usage_status"], USAGE_STATUSES),
            "last_use": self._last_use(),
            "unused_percent_of_judged": _unused_percent(self._tallies["usage_status"]),
            "critical_or_high": counts["critical_or_high"],
            "without_owner": counts["without_owner"],
            "findings": self._findings(),
            "decisions": self._decisions(),
            "exceptions": _with_total(Counter(exceptions["state"]), EXCEPTION_STATES),
            "needs_decision": counts["asked"],
            "needs_decision_critical_or_high": counts["asked_critical_or_high"],
            "needs_decision_without_owner": counts["asked_without_owner"],
            "suggestions": _known_first(self._tallies["suggestion"], SUGGESTIONS),
            "changes": _known_first(self._tallies["change"]),
            "changes_compared_by": facts.compared_by,
            "accounts_compared_with": _known_first(self._tallies["compared_with"]),
            "notices": [{"level": notice.level, "text": notice.text} for notice in facts.notices],
        }
        summary["trend"] = [*(dict(point) for point in facts.trend), trend_point(summary)]
        return {**summary, "in_words": in_words(summary)}

    def _tally(self, name: str, column: pd.Series) -> None:
        self._tallies[name].update(column.dropna().tolist())

    def _count_roles(self, roles: pd.DataFrame, asked: pd.DataFrame) -> None:
        urgent = roles.loc[roles["severity"].isin(URGENT), "role_arn"]
        self._counts["critical_or_high"] += len(urgent)
        self._counts["asked_critical_or_high"] += int(asked["role_arn"].isin(urgent).sum())
        # Nobody here has to own what AWS owns.
        ownerless = roles.loc[roles["owner"].isna() & (roles["usage_status"] != "excluded"), "role_arn"]
        self._counts["without_owner"] += len(ownerless)
        self._counts["asked_without_owner"] += int(asked["role_arn"].isin(ownerless).sum())
        self._tally("usage_status", roles["usage_status"])
        self._tally("decision_state", roles["decision_state"])
        # `not-mine` decides nothing, so it stands in the roles alone and is in no total of answers.
        self._counts["not_mine"] += int((roles["decision"] == "not-mine").sum())
        self._tallies["last_use"].update(count_last_use(roles, self._facts.unused_after_days))

    def _last_use(self) -> dict[str, int]:
        """Return roles that are not excluded by the days since their last use; without a date, by the reason."""
        return _known_first(self._tallies["last_use"], (*labels(self._facts.unused_after_days), *WITHOUT_A_DATE))

    def _count_findings(self, findings: pd.DataFrame) -> None:
        effective = findings[findings["held_back_by"].isna()]
        self._counts["findings"] += len(findings)
        self._counts["effective"] += len(effective)
        self._counts["with_exception"] += int(findings["exception"].notna().sum())
        self._tally("check", effective["check"])
        self._tally("severity", effective["severity"])

    def _findings(self) -> dict[str, Any]:
        """Return counts of findings; what a boundary or a control policy holds back is in no total by check."""
        total, effective = self._counts["findings"], self._counts["effective"]
        return {
            "total": total,
            "effective": effective,
            "held_back": total - effective,
            "with_exception": self._counts["with_exception"],
            "by_check": _known_first(self._tallies["check"], sorted(check.id for check in self._facts.checks)),
            "by_severity": _known_first(self._tallies["severity"], SEVERITIES),
        }

    def _count_decisions(self, decisions: pd.DataFrame, asked: pd.DataFrame) -> None:
        self._counts["questions"] += len(decisions)
        self._counts["asked"] += len(asked)
        self._counts["open"] += int(asked["decision"].isna().sum())
        self._tally("suggestion", decisions["suggestion"])
        self._tally("asked_suggestion", asked["suggestion"])
        self._tally("decision", decisions["decision"])

    def _count_followups(self, followups: pd.DataFrame) -> None:
        is_new = (followups["state"] == "verified") & (followups["verified_quarter"] == self._facts.quarter)
        changes_iam = followups["decision"].isin(["remove", "reduce"])
        self._counts["verified_removals"] += int((is_new & (followups["decision"] == "remove")).sum())
        self._counts["verified_reductions"] += int((is_new & (followups["decision"] == "reduce")).sum())
        self._counts["to_carry_out"] += int((changes_iam & (followups["state"] == "answered")).sum())
        of_this_review = followups["review_id"] == self._facts.review_id
        self._counts["answers_verified"] += int((of_this_review & (followups["state"] == "verified")).sum())
        self._tally("followed_up", followups["state"])

    def _decisions(self) -> dict[str, Any]:
        """Return counts of questions, answers and what became of decisions, gone roles' too.

        `open` has no answer at all, `to_answer` has none that still holds; `answered` are decisions that hold, so
        `not-mine` is none of them; `verified_…` are those that this review is
        the first to see carried out, `to_carry_out` those that are neither seen carried out nor overdue.
        """
        by_decision = _known_first(self._tallies["decision"], DECISIONS)
        return {
            "rows": self._counts["questions"],
            "to_answer": self._counts["asked"],
            "open": self._counts["open"],
            "answered": self._tallies["decision"].total(),
            "to_answer_by_suggestion": _known_first(self._tallies["asked_suggestion"], SUGGESTIONS),
            "by_decision": by_decision | {"not-mine": self._counts["not_mine"]},
            "by_state": _known_first(self._tallies["decision_state"]),
            "followed_up": _with_total(self._tallies["followed_up"]),
            "answers_verified": self._counts["answers_verified"],
            "verified_removals": self._counts["verified_removals"],
            "verified_reductions": self._counts["verified_reductions"],
            "to_carry_out": self._counts["to_carry_out"],
        }


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


def _unused_percent(statuses: Counter[str]) -> float | None:
    """Percentage of unused roles among those whose use could be judged; None where there is none."""
    judged = statuses["unused"] + statuses["in_use"]
    return round(100 * statuses["unused"] / judged, 1) if judged else None


def _with_total(found: Counter[str], keys: Iterable[str] = ()) -> dict[str, int]:
    return {"total": found.total(), **_known_first(found, keys)}


def _known_first(found: Counter[str], keys: Iterable[str] = ()) -> dict[str, int]:
    """Return the known keys first, zeros included, then whatever else occurs, by name."""
    known = list(keys)
    return {key: found[key] for key in [*known, *sorted(found.keys() - set(known))]}
