"""The first page: what was seen, what is asked, where to begin, and how it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.frames import USAGE_STATUSES
from hygiene.model import TRACKING_PERIOD_DAYS
from hygiene.report import links
from hygiene.report.catalogue import check_views, grouped
from hygiene.report.in_words import passages
from hygiene.report.lists_view import page_view
from hygiene.report.loop_view import exception_views, follow_up_views, quarter_views
from hygiene.report.policy_list import policy_views
from hygiene.report.role_view import role_views
from hygiene.report.roster import NO_SEVERITY
from hygiene.report.view import AccountView, ChangeView, Figure, IndexView, Link, OwnerView, Segment, Shortened
from hygiene.report.visible import rows_of, visible
from hygiene.report.wording import counted, headline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from hygiene.frames import ReviewTables
    from hygiene.model import ReviewFacts
    from hygiene.report.roster import Roster

FIRST_ROLES = 15
MOST_ROWS = 200
"""Accounts and owners on the index; an organization of thousands still gets an index under 300 KB."""

MOST_CHANGES = 40
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
_CHANGE_ORDER = (
    "gained_admin", "trust_widened", "privilege_up", "decision_not_carried_out", "recreated", "woke_up",
    "became_unused", "added", "removed", "privilege_down", "trust_narrowed",
)  # fmt: skip
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
)


def index_view(
    tables: ReviewTables, facts: ReviewFacts, summary: Mapping[str, Any], roster: Roster, folder: Path
) -> IndexView:
    """Return the first page; downloads are the files that exist in the folder by now."""
    accounts = _accounts(tables, roster)
    not_read = [account for account in accounts if account.status in ("failed", "partial")]
    unread = sorted(not_read, key=lambda account: (account.status != "failed", account.id))
    skipped = [account for account in accounts if account.status == "skipped"]
    checks = check_views(facts, summary, roster)
    changes = _changes(tables, roster)
    return IndexView(
        page=page_view(facts, summary, f"IAM role review {visible(facts.quarter)}", ""),
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
        decision_states=tuple((visible(key), number) for key, number in summary["decisions"]["by_state"].items()),
        first=_first(roster),
        accounts=_shortened(accounts, MOST_ROWS),
        owners=_owners(roster),
        policies=policy_views(roster.policies, MOST_POLICIES),
        found=tuple(check for check in checks if check.effective or check.held_back),
        quiet=tuple(check for check in checks if not (check.effective or check.held_back)),
        glossary=grouped(checks),
        previous_quarter=visible(facts.previous_quarter),
        change_counts=tuple(sorted(summary["changes"].items(), key=lambda item: _change_rank(item[0]))),
        changes=_shortened(changes, MOST_CHANGES),
        quarters=quarter_views(summary["trend"]),
        follow_ups=_shortened(follow_up_views(tables, roster), MOST_CHANGES),
        exceptions=_shortened(exception_views(tables), MOST_CHANGES),
        as_of_source=visible(facts.as_of_source),
        unused_after_days=facts.unused_after_days,
        tracking_days=TRACKING_PERIOD_DAYS,
        downloads=tuple(Link(name, name, text) for name, text in _DOWNLOADS if (folder / name).is_file()),
        versions=tuple((visible(str(name)), visible(str(version))) for name, version in facts.versions.items()),
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
               f"not used for {summary['unused_after_days']} days or longer", "remove"),
        Figure(summary["critical_or_high"], "critical or high", "views/critical-or-high.html",
               "roles with such a finding in effect", "urgent"),
        Figure(accounts["failed"] + accounts["partial"], "not fully read", "#not-read",
               f"of {counted(accounts['total'], 'account')}; use unknown for {counted(roles['unknown'], 'role')}",
               "investigate"),
    )  # fmt: skip


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


def _first(roster: Roster) -> tuple[Any, ...]:
    """Return the roles to look at first: those that need a decision, by risk, one for each group of equals.

    The same role in forty accounts is one decision; listed forty times it would hide the next worst.
    """
    asked = roster.roles[roster.roles["needed"]].sort_values("risk_score", ascending=False, kind="stable")
    different = asked.drop_duplicates(["group_id", "suggestion"])
    return tuple(role_views(roster, rows_of(different.head(FIRST_ROLES))))


def _accounts(tables: ReviewTables, roster: Roster) -> list[AccountView]:
    by_account = roster.roles.groupby("account_id").agg(
        roles=("role_arn", "size"), needed=("needed", "sum"), unused=("unused", "sum"), rank=("rank", "min")
    )
    numbers = {
        key: values
        for key, *values in zip(by_account.index, *(by_account[name].tolist() for name in by_account), strict=True)
    }
    views = [
        _account(row, numbers.get(row["account_id"], [0, 0, 0, NO_SEVERITY])) for row in rows_of(tables.coverage)
    ]
    return sorted(views, key=lambda view: (-view.to_decide, -view.roles, view.id))


def _account(row: dict[str, Any], numbers: list[int]) -> AccountView:
    return AccountView(
        id=row["account_id"],
        name=row["account_name"] or row["account_id"],
        ou_path=row["ou_path"],
        state=row["state"],
        status=row["status"],
        reason=row["reason"],
        roles=numbers[0],
        to_decide=numbers[1],
        unused=numbers[2],
        worst=_SEVERITY_WORDS[numbers[3]],
        severity_rank=numbers[3],
        expected=f"{row['roles_read'] or 0:,} of {row['roles_expected']:,}" if row["roles_expected"] else "",
        href=links.account_page(row["account_id"]),
    )


def _owners(roster: Roster) -> Shortened[OwnerView]:
    by_owner: pd.DataFrame = (
        roster.roles.assign(owner=roster.roles["owner"].fillna(""))
        .groupby("owner")
        .agg(roles=("role_arn", "size"), needed=("needed", "sum"), urgent=("urgent", "sum"))
        .reset_index()
        .sort_values(["needed", "roles", "owner"], ascending=[False, False, True], kind="stable")
    )
    top = by_owner.head(MOST_ROWS)
    rows = zip(*(top[name].tolist() for name in ("owner", "roles", "needed", "urgent")), strict=True)
    return Shortened(
        tuple(OwnerView(visible(name), roles, asked, urgent, links.owner_page(name))
              for name, roles, asked, urgent in rows),
        len(by_owner),
    )  # fmt: skip


def _change_rank(kind: str) -> tuple[int, str]:
    return (_CHANGE_ORDER.index(kind) if kind in _CHANGE_ORDER else len(_CHANGE_ORDER), kind)


def _changes(tables: ReviewTables, roster: Roster) -> list[ChangeView]:
    """Return the changes, those that widen somebody's power first, as far as the page shows them."""
    changes = tables.changes
    order = changes["change"].map(lambda kind: _change_rank(kind)[0]).argsort(kind="stable")
    rows = rows_of(changes.iloc[order])
    arns = {row["role_arn"] for row in rows[:MOST_CHANGES]}
    known = roster.roles[roster.roles["role_arn"].isin(arns)]
    pages = dict(zip(known["role_arn"].tolist(), known["page"].tolist(), strict=True))
    return [
        ChangeView(
            kind=row["change"].replace("_", " "),
            role=row["role_arn"].rpartition("/")[2],
            href=_card(row, pages),
            account=roster.account_names.get(row["account_id"]) or row["account_id"],
            before=_in_words(row["before"]),
            after=_in_words(row["after"]),
        )
        for row in rows
    ]


def _in_words(value: str) -> str:
    return value.replace("_", " ") if value in USAGE_STATUSES else value


def _card(row: dict[str, Any], pages: Mapping[str, int]) -> str:
    if row["role_arn"] not in pages:
        return ""
    anchor = links.role_anchor(row["role_id"], row["role_arn"])
    return links.role_page(row["account_id"], pages[row["role_arn"]], anchor)
