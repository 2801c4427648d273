"""The first page: what was seen, what is asked, where to begin, and how it was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hygiene.model import TRACKING_PERIOD_DAYS
from hygiene.report import links
from hygiene.report.catalogue import check_views, grouped
from hygiene.report.charts import charts
from hygiene.report.counts import AccountNumbers
from hygiene.report.highlights import change_rank
from hygiene.report.in_words import passages
from hygiene.report.limits import ALWAYS, limits_of_this_review
from hygiene.report.lists_view import page_view
from hygiene.report.loop_view import exception_views, quarter_views, state_links
from hygiene.report.pieces import Figure, Link, Segment, Shortened
from hygiene.report.policy_list import policy_views
from hygiene.report.view import AccountView, IndexView, OwnerView
from hygiene.report.visible import rows_of, visible
from hygiene.report.wording import counted, headline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from hygiene.model import ReviewFacts
    from hygiene.report.highlights import Highlights

MOST_ROWS = 200
"""Accounts and owners on the index; an organization of thousands still gets an index under 300 KB."""

MOST_EXCEPTIONS = 40
MOST_POLICIES = 25
_BAR = 1000
_LEAST = 6
_SEGMENTS = (
    ("excluded", "excluded", "AWS owns these roles"),
    ("in_use", "in use", "used since the threshold"),
    ("too_new", "too new", "younger than the threshold"),
    ("unused", "unused", "not used since the threshold"),
    ("unknown", "unknown", "usage was not read"),
)
_SEVERITY_WORDS = ("critical", "high", "medium", "low", "info", "")
_DOWNLOADS = (
    ("decisions.xlsx", "Decisions, to answer in a spreadsheet"),
    ("decisions.csv", "Decisions"),
    ("roles.csv", "Every role of the population"),
    ("findings.csv", "Every finding with its evidence"),
    ("policies.csv", "Findings by the policy that gives them"),
    ("coverage.csv", "Every account, read or not, with the reason"),
    ("changes.csv", "What changed since the previous review"),
    ("assumptions.csv", "Who assumed which role, how often, from where"),
    ("role_events.csv", "Calls that changed a role"),
    ("followups.csv", "What became of earlier answers"),
    ("exceptions.csv", "Exceptions and what they do"),
    ("summary.json", "The numbers of this page for machines"),
    ("roles.parquet", "Roles, typed"),
    ("findings.parquet", "Findings, typed"),
    ("findings.ocsf.jsonl", "Findings for a SIEM, as OCSF events"),
)


@dataclass(frozen=True, slots=True)
class Whole:
    """The small tables of the whole population: Coverage, Exceptions, and the policies that give findings."""

    coverage: pd.DataFrame
    exceptions: pd.DataFrame
    policies: pd.DataFrame


def index_view(
    facts: ReviewFacts, summary: Mapping[str, Any], highlights: Highlights, whole: Whole, folder: Path
) -> IndexView:
    """Return the first page; downloads are the files that exist in the folder by now."""
    accounts = _accounts(whole.coverage, highlights)
    not_read = [account for account in accounts if account.status in ("failed", "partial")]
    unread = sorted(not_read, key=lambda account: (account.status != "failed", account.id))
    skipped = [account for account in accounts if account.status == "skipped"]
    checks = check_views(facts, summary, highlights)
    return IndexView(
        page=page_view(facts, f"IAM role review {visible(facts.quarter)}", ""),
        headline=headline(summary),
        unread=_shortened([*unread, *skipped], MOST_ROWS),
        unread_level="gap" if summary["accounts"]["failed"] else "warning" if unread else "",
        skipped=len(skipped),
        notices=tuple(Link(visible(notice.text), "", notice.level) for notice in facts.notices),
        proven=facts.population_proven,
        figures=_figures(summary),
        compared=summary["in_words"]["compared"],
        in_words=passages(summary),
        funnel=_funnel(summary["roles"]),
        population=summary["roles"]["total"],
        decision_states=state_links(summary),
        first=highlights.first_roles,
        charts=charts(summary, highlights.accounts, {account.id: account.name for account in accounts}),
        limits=limits_of_this_review(summary, facts, whole.coverage, highlights.accounts.values()),
        always=ALWAYS,
        groups=highlights.groups.first(),
        accounts=_shortened(accounts, MOST_ROWS),
        owners=_owners(highlights),
        policies=policy_views(whole.policies, MOST_POLICIES),
        found_in_words=_found_in_words(summary["findings"]),
        found=tuple(check for check in checks if check.effective or check.held_back),
        quiet=tuple(check for check in checks if not (check.effective or check.held_back)),
        glossary=grouped(checks),
        previous_quarter=visible(facts.previous_quarter),
        change_counts=tuple(sorted(summary["changes"].items(), key=lambda item: change_rank(item[0]))),
        changes=highlights.changes,
        quarters=quarter_views(summary["trend"]),
        follow_ups=highlights.follow_ups,
        exceptions=_shortened(exception_views(whole.exceptions), MOST_EXCEPTIONS),
        as_of_source=visible(facts.as_of_source),
        unused_after_days=facts.unused_after_days,
        tracking_days=TRACKING_PERIOD_DAYS,
        downloads=tuple(Link(name, name, text) for name, text in _DOWNLOADS if (folder / name).is_file()),
        names_href=links.names_page(),
        versions=tuple((visible(str(name)), visible(str(version))) for name, version in facts.versions.items()),
    )


def _found_in_words(findings: Mapping[str, Any]) -> str:
    """Return how many findings there are, in effect by severity and held back: the numbers of summary.json."""
    severities = ", ".join(f"{number:,} {severity}" for severity, number in findings["by_severity"].items())
    return (
        f"{findings['total']:,} in all: {findings['effective']:,} in effect ({severities}) "
        f"and {findings['held_back']:,} held back."
    )


def _shortened(rows: Sequence[Any], most: int) -> Shortened[Any]:
    return Shortened(tuple(rows[:most]), len(rows))


def _figures(summary: Mapping[str, Any]) -> tuple[Figure, ...]:
    accounts = summary["accounts"]
    roles = summary["roles"]
    return (
        Figure(summary["needs_decision"], "need a decision", "views/need-decision.html",
               f"{counted(summary['decisions']['answered'], 'answer')} so far", "need"),
        Figure(roles["unused"], "unused", "views/unused.html",
               f"not used for {summary['unused_after_days']} days or longer{_then(summary, 'unused')}", "remove"),
        Figure(summary["critical_or_high"], "critical or high", "views/critical-or-high.html",
               "roles with such a finding in effect", "urgent"),
        Figure(accounts["failed"] + accounts["partial"], "not fully read", "#not-read",
               f"of {counted(accounts['total'], 'account')}; use unknown for {counted(roles['unknown'], 'role')}",
               "investigate"),
    )  # fmt: skip


def _then(summary: Mapping[str, Any], key: str) -> str:
    """Return what a number was in the earlier quarter, where that was counted by the same threshold."""
    for point in summary["trend"][:-1]:
        is_same = point.get("unused_after_days") == summary["unused_after_days"]
        if point["quarter"] == summary["previous_quarter"] and is_same and point.get(key) is not None:
            return f"; {point[key]:,} in {visible(str(point['quarter']))}"
    return ""


def _funnel(roles: Mapping[str, int]) -> tuple[Segment, ...]:
    """Return the population's parts; a part that is not empty can always be seen."""
    total = sum(roles[key] for key, _, _ in _SEGMENTS)
    segments, x = [], 0
    widths = _widths([roles[key] for key, _, _ in _SEGMENTS], total)
    for (key, text, note), width in zip(_SEGMENTS, widths, strict=True):
        segments.append(Segment(key, text, roles[key], x, width, note))
        x += width
    return tuple(segments)


def _widths(numbers: list[int], total: int) -> list[int]:
    if not total:
        return [0] * len(numbers)
    widths = [max(_LEAST, _BAR * number // total) if number else 0 for number in numbers]
    widths[widths.index(max(widths))] += _BAR - sum(widths)
    return widths


def _accounts(coverage: pd.DataFrame, highlights: Highlights) -> list[AccountView]:
    views = [_account(row, highlights.accounts.get(row["account_id"], AccountNumbers())) for row in rows_of(coverage)]
    return sorted(views, key=lambda view: (-view.to_decide, -view.roles, view.id))


def _account(row: dict[str, Any], numbers: AccountNumbers) -> AccountView:
    return AccountView(
        id=row["account_id"],
        name=row["account_name"] or row["account_id"],
        ou_path=row["ou_path"],
        state=row["state"],
        status=row["status"],
        reason=row["reason"],
        roles=numbers.roles,
        to_decide=numbers.needed,
        unused=numbers.unused,
        worst=_SEVERITY_WORDS[numbers.rank],
        severity_rank=numbers.rank,
        expected=f"{row['roles_read'] or 0:,} of {row['roles_expected']:,}" if row["roles_expected"] else "",
        href=links.account_page(row["account_id"]),
    )


def _owners(highlights: Highlights) -> Shortened[OwnerView]:
    by_work = sorted(highlights.owners.items(), key=lambda item: (-item[1].needed, -item[1].roles, item[0]))
    return Shortened(
        tuple(
            OwnerView(
                name=visible(name),
                roles=numbers.roles,
                to_decide=numbers.needed,
                answered=numbers.answered,
                late=numbers.late,
                urgent=numbers.urgent,
                href=links.owner_page(name),
            )
            for name, numbers in by_work[:MOST_ROWS]
        ),
        len(by_work),
    )
