"""The page an auditor prints and managers sign: scope, counts that add up, rules, reviewers, decisions, what is open.

Every number is one of `summary.json` or counted from a table of the report; the digests tie the paper to the files.
The manifest is written after this page, so its digest is no part of it: whoever signs writes it down.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from hygiene.frames import COVERAGE_STATUSES, DECISION_STATES, DECISIONS, EXCEPTION_STATES, USAGE_STATUSES
from hygiene.model import TRACKING_PERIOD_DAYS
from hygiene.report.frameworks import Control, mapped
from hygiene.report.limits import switched_off
from hygiene.report.lists_view import page_view
from hygiene.report.manifest import file_record
from hygiene.report.pieces import Shortened
from hygiene.report.visible import parts, rows_of, visible
from hygiene.report.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from hygiene.frames import AccountReview
    from hygiene.model import Provenance, ReportFile, ReviewFacts
    from hygiene.report.index_view import Whole
    from hygiene.report.view import PageView
    from hygiene.report.visible import Row

    Numbers = Mapping[str, Any]

FILE = "attestation.html"
_MOST_ROWS = 20
"""Accounts, reviewers and exceptions; more would be a book, and the tables have them all."""

_ACCOUNT_WORDS = ("fully read", "read in part", "not read", "skipped on purpose")
_ROLE_WORDS = ("in use", "unused", "too new to judge", "excluded, AWS owns them", "use unknown")
_PEOPLE = {"cross-account", "federated-saml", "federated-oidc", "sso-reserved", "public"}
_PARAMETERS = (
    ("accounts.include", "Accounts included"),
    ("accounts.exclude", "Accounts excluded"),
    ("review.known_accounts", "Outside accounts known"),
    ("aws.last_accessed", "Service last accessed information"),
    ("aws.cloudtrail", "CloudTrail"),
    ("aws.references", "References to roles"),
    ("due_days", "Days to answer"),
)


class Count(NamedTuple):
    """A number with its words."""

    text: str
    number: int
    where: str = ""


class Sum(NamedTuple):
    """Parts of a whole, and whether they add up to it."""

    heading: str
    parts: tuple[Count, ...]
    total: int
    adds_up: bool


class Reviewer(NamedTuple):
    """One reviewer's answers of this review; `answers` by kind, in the order of DECISIONS."""

    name: str
    answers: tuple[int, ...]
    total: int
    justifications: int
    """Different ones: many answers with one justification are no careful review."""


class Standing(NamedTuple):
    """What became of the decisions of one kind: numbers by state."""

    decision: str
    states: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class AttestationView:
    """What `attestation.html` shows."""

    page: PageView
    as_of_source: str
    proven: bool
    sums: tuple[Sum, ...]
    witness: str
    parameters: tuple[tuple[str, str], ...]
    thresholds: tuple[tuple[str, str], ...]
    disabled: tuple[str, ...]
    versions: tuple[tuple[str, str], ...]
    collector: str
    previous_quarter: str
    questions: Sum
    unsettled: tuple[Count, ...]
    kinds: tuple[str, ...]
    reviewers: Shortened[Reviewer]
    states: tuple[str, ...]
    standings: tuple[Standing, ...]
    exceptions: tuple[Count, ...]
    exception_rows: Shortened[Row]
    open_items: tuple[Count, ...]
    gaps: Shortened[Row]
    notices: tuple[str, ...]
    controls: tuple[Control, ...]
    files: tuple[ReportFile, ...]


class Attested:
    """What the page needs of the large tables, gathered account by account."""

    def __init__(self) -> None:
        self.followups: Counter[tuple[str, str]] = Counter()
        """By decision and state."""
        self.trusting_people = 0
        self.of_services = 0
        self.nothing_asked = 0
        self.excepted = 0
        self._answers: Counter[tuple[str, str]] = Counter()
        self._justifications: dict[str, set[str]] = {}

    def add(self, account: AccountReview) -> None:
        """Gather from one account."""
        self.followups.update(zip(account.followups["decision"], account.followups["state"], strict=True))
        kinds = [parts(cell) for cell in account.roles["kinds"].fillna("").tolist()]
        self.trusting_people += sum(not _PEOPLE.isdisjoint(held) for held in kinds)
        self.of_services += sum("service" in held for held in kinds)
        is_answered = account.decisions["decision"].notna()
        answers, spared = account.decisions[is_answered], account.decisions[~is_answered]
        not_asked = spared.loc[spared["needs_decision"] == "no", "suggestion"]
        self.nothing_asked += int((not_asked == "keep").sum())
        self.excepted += int((not_asked != "keep").sum())
        # `not-mine` decides nothing, so it stands in the roles alone.
        passed_on = account.roles.loc[account.roles["decision"] == "not-mine"]
        for frame in (answers, passed_on):
            for row in rows_of(frame.reindex(columns=["reviewer", "decision", "justification"])):
                self._add_answer(row["reviewer"] or "not named", row["decision"], row["justification"] or "")

    def merge(self, others: Attested) -> None:
        """Add what was gathered from other accounts."""
        self.followups.update(others.followups)
        self.trusting_people += others.trusting_people
        self.of_services += others.of_services
        self.nothing_asked += others.nothing_asked
        self.excepted += others.excepted
        self._answers.update(others._answers)
        for reviewer, justifications in others._justifications.items():
            self._justifications.setdefault(reviewer, set()).update(justifications)

    def _add_answer(self, reviewer: str, decision: str, justification: str) -> None:
        self._answers[reviewer, decision] += 1
        self._justifications.setdefault(reviewer, set()).update({justification} - {""})

    def reviewers(self) -> list[Reviewer]:
        """Return who answered in this review, most answers first."""
        views = []
        for name, justifications in self._justifications.items():
            numbers = tuple(self._answers[name, kind] for kind in DECISIONS)
            views.append(Reviewer(name, numbers, sum(numbers), len(justifications)))
        return sorted(views, key=lambda view: (-view.total, view.name))


def attestation_view(
    attested: Attested, whole: Whole, facts: ReviewFacts, provenance: Provenance, summary: Numbers, folder: Path
) -> AttestationView:
    """Return the page's content; `folder` holds the tables by now, whose digests it cites."""
    reviewers = attested.reviewers()
    present = {state for _, state in attested.followups}
    states = tuple(state for state in DECISION_STATES if state in present)
    unread = whole.coverage[whole.coverage["status"].isin(["failed", "partial"])]
    return AttestationView(
        page=page_view(facts, f"Attestation {visible(facts.quarter)}", ""),
        as_of_source=visible(facts.as_of_source),
        proven=facts.population_proven,
        sums=(
            _sum("Accounts", summary["accounts"], COVERAGE_STATUSES, _ACCOUNT_WORDS),
            _sum("Roles", summary["roles"], USAGE_STATUSES, _ROLE_WORDS),
        ),
        witness=_witness(whole.coverage),
        parameters=tuple(_parameters(facts)),
        thresholds=tuple((visible(check.id), visible(check.threshold)) for check in facts.checks if check.threshold),
        disabled=tuple(switched_off(facts)),
        versions=tuple((visible(str(name)), visible(str(version))) for name, version in facts.versions.items()),
        collector=visible(provenance.collector_arn),
        previous_quarter=visible(facts.previous_quarter),
        questions=_questions(attested, summary),
        unsettled=_unsettled(summary),
        kinds=DECISIONS,
        reviewers=Shortened(tuple(reviewers[:_MOST_ROWS]), len(reviewers)),
        states=states,
        standings=tuple(_standings(attested.followups, states)),
        exceptions=tuple(Count(state, summary["exceptions"][state]) for state in EXCEPTION_STATES),
        exception_rows=_shortened(whole.exceptions),
        open_items=tuple(_open_items(summary)),
        gaps=_shortened(unread),
        notices=tuple(visible(notice.text) for notice in facts.notices),
        controls=mapped(_evidence(attested, facts, summary, len(reviewers))),
        files=_digests(folder),
    )


def _sum(heading: str, numbers: Mapping[str, int], keys: Sequence[str], words: Sequence[str]) -> Sum:
    counts = tuple(Count(word, numbers[key]) for key, word in zip(keys, words, strict=True))
    return _sum_of(heading, counts, numbers["total"])


def _sum_of(heading: str, counts: tuple[Count, ...], total: int) -> Sum:
    return Sum(heading, counts, total, adds_up=sum(count.number for count in counts) == total)


def _witness(coverage: pd.DataFrame) -> str:
    """Return how the roles read compare with the number AWS gives, for the accounts where it gives one."""
    known = coverage[coverage["roles_expected"].notna() & coverage["roles_read"].notna()]
    if known.empty:
        return "No second count of the roles was collected to hold against the list."
    expected, read = int(known["roles_expected"].sum()), int(known["roles_read"].sum())
    accounts = counted(len(known), "account")
    return f"AWS itself counts {counted(expected, 'role')} in {accounts}; {read:,} were read there."


def _parameters(facts: ReviewFacts) -> Iterator[tuple[str, str]]:
    yield "Unused after", counted(facts.unused_after_days, "day")
    yield "Tracking period of IAM", counted(TRACKING_PERIOD_DAYS, "day")
    for path, words in _PARAMETERS:
        value: Any = facts.parameters
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None:
            nothing = "every account of the organization" if path == "accounts.include" else "none"
            text = (", ".join(map(str, value)) or nothing) if isinstance(value, list | tuple) else str(value)
            yield words, visible(text)


def _questions(attested: Attested, summary: Numbers) -> Sum:
    decisions = summary["decisions"]
    parts = (
        Count("decided in this review", decisions["answered"]),
        Count("need a decision and have none", summary["needs_decision"]),
        Count("covered by an exception", attested.excepted),
        Count("with nothing to ask: the suggestion is to keep them", attested.nothing_asked),
    )
    return _sum_of("Roles in the list of decisions", parts, decisions["rows"])


def _unsettled(summary: Numbers) -> tuple[Count, ...]:
    """Return what is worth knowing about the roles that need a decision; these may overlap."""
    return (
        Count("got no answer in time", summary["decisions"]["by_state"].get("no-response", 0)),
        Count("passed on as not-mine, which decides nothing", summary["decisions"]["by_decision"]["not-mine"]),
        Count("need a decision and have no owner to ask", summary["needs_decision_without_owner"]),
    )


def _standings(followups: Counter[tuple[str, str]], states: Sequence[str]) -> Iterator[Standing]:
    for decision in DECISIONS:
        numbers = tuple(followups[decision, state] for state in states)
        if sum(numbers):
            yield Standing(decision, numbers, sum(numbers))


def _open_items(summary: Numbers) -> Iterator[Count]:
    followed, accounts = summary["decisions"]["followed_up"], summary["accounts"]
    yield Count("accounts not fully read", accounts["failed"] + accounts["partial"], "coverage.csv")
    yield Count("roles whose use is unknown", summary["roles"]["unknown"], "roles.csv")
    yield Count("roles that need a decision", summary["needs_decision"], "decisions.csv")
    yield Count(
        "roles without an answer in time", summary["decisions"]["by_state"].get("no-response", 0), "roles.csv"
    )
    yield Count("decisions overdue", followed.get("overdue", 0), "followups.csv")
    yield Count("decisions carried out and undone", followed.get("re-opened", 0), "followups.csv")
    yield Count("kept roles that changed since", followed.get("stale-decision", 0), "followups.csv")
    yield Count("exceptions expired", summary["exceptions"]["expired"], "exceptions.csv")
    yield Count("exceptions expiring soon", summary["exceptions"]["expiring"], "exceptions.csv")


def _evidence(attested: Attested, facts: ReviewFacts, summary: Numbers, reviewers: int) -> dict[str, str]:
    """Return the numbers the mapping cites, in words."""
    by_check, decisions = summary["findings"]["by_check"], summary["decisions"]
    followed = decisions["followed_up"]
    return {
        "roles": counted(summary["roles"]["total"], "role"),
        "urgent": counted(summary["critical_or_high"], "role"),
        "unused": counted(summary["roles"]["unused"], "unused role"),
        "ownerless": counted(summary["without_owner"], "role"),
        "verified_removals": counted(decisions["verified_removals"], "removal"),
        "reductions": counted(decisions["verified_reductions"], "reduction"),
        "answers": counted(decisions["answered"], "answer"),
        "reviewers": counted(reviewers, "reviewer"),
        "checks": counted(len(facts.checks), "check"),
        "exceptions": counted(summary["exceptions"]["total"], "exception"),
        "asked": counted(summary["needs_decision"], "role"),
        "open_items": counted(sum(followed.get(state, 0) for state in ("overdue", "re-opened", "stale-decision")),
                              "decision"),
        "admins": counted(by_check.get("full-admin", 0), "finding"),
        "escalations": counted(by_check.get("privilege-escalation", 0), "finding"),
        "trusting_people": counted(attested.trusting_people, "role"),
        "of_services": counted(attested.of_services, "role"),
    }  # fmt: skip


def _shortened(frame: pd.DataFrame) -> Shortened[Row]:
    return Shortened(tuple(rows_of(frame.head(_MOST_ROWS))), len(frame))


def _digests(folder: Path) -> tuple[ReportFile, ...]:
    tables = (path for path in sorted(folder.iterdir()) if path.is_file() and path.suffix != ".html")
    return tuple(file_record(folder, path) for path in tables)
