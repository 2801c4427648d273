"""The review over time, as the first page shows it: quarters, what became of answers, and exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hygiene.report.links import account_page, role_anchor
from hygiene.report.pieces import Link
from hygiene.report.visible import rows_of, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from hygiene.report.roster import Roster
    from hygiene.report.visible import Row

_WIDTH = 1000
_KINDS = (
    ("ok", "in_use", "nothing to do"),
    ("over_permissive", "too_new", "may do too much"),
    ("unused", "unused", "unused"),
    ("unknown", "unknown", "unknown"),
    ("excluded", "excluded", "not judged"),
)
"""Key of the summary's trend, colour, and words."""

_PRESSING = ("re-opened", "overdue", "stale-decision", "no-response", "open", "answered", "waived", "verified")
_EXCEPTIONS_FIRST = ("expired", "expiring", "unused", "not-yet", "live")


class Bar(NamedTuple):
    """A part of a quarter's bar; `x` and `width` in thousandths of the largest quarter."""

    key: str
    x: int
    width: int
    text: str


class QuarterView(NamedTuple):
    """One quarter of the trend; None stands for a number its summary did not hold."""

    name: str
    roles: int | None
    unused: int | None
    over_permissive: int | None
    ok: int | None
    needs_decision: int | None
    verified_removals: int | None
    bars: tuple[Bar, ...]


class FollowUpView(NamedTuple):
    """What became of one decision."""

    role: str
    href: str
    account: str
    decision: str
    state: str
    detail: str
    due: str
    reviewer: str
    review: str


class ExceptionView(NamedTuple):
    """One exception and what it does now."""

    state: str
    match: str
    checks: str
    reason: str
    owner: str
    approved_by: str
    expires: str
    findings: int


def state_links(summary: Mapping[str, Any]) -> tuple[Link, ...]:
    """Return the roles by the state of their decision, what presses most first, each with a link to more.

    `verified` counts decisions and not roles: most of those roles are gone.
    """
    decisions = summary["decisions"]
    numbers = dict(decisions["by_state"])
    if verified := decisions["followed_up"].get("verified", 0):
        numbers["verified"] = verified
    answers = "#answers" if decisions["followed_up"]["total"] else ""
    asked = "views/need-decision.html"
    hrefs = {"open": asked, "no-response": f"{asked}#roles.q=no-response", "waived": "#exceptions"}
    return tuple(
        Link(f"{numbers[state]:,}", hrefs.get(state, answers), visible(state))
        for state in sorted(numbers, key=lambda state: (_rank(state, _PRESSING), state))
    )


def promise_in_words(row: Row) -> str:
    """Return a row of FollowUps as a sentence for the role's history: what, who, why, and what became of it."""
    due = f", due {row['due']}" if row["due"] else ""
    why = f" “{row['justification']}”." if row["justification"] else ""
    ticket = f" Ticket {row['ticket']}." if row["ticket"] else ""
    seen = f", {row['detail']}" if row["detail"] else ""
    decided = f" on {row['decided_at'][:10]}" if row["decided_at"] else ""
    what = f"Decided by {row['reviewer'] or 'somebody'}{decided}: {row['decision']}{due}."
    return f"{what}{why}{ticket} Now {row['state']}{seen}."


def quarter_views(trend: list[Mapping[str, Any]]) -> tuple[QuarterView, ...]:
    """Return the quarters of a summary's trend, oldest first, with bars to the scale of the largest."""
    largest = max((point["roles"] or 0 for point in trend), default=0)
    return tuple(_quarter(point, largest) for point in trend)


def follow_up_views(followups: pd.DataFrame, roster: Roster, most: int) -> list[tuple[int, FollowUpView]]:
    """Return the first decisions of earlier reviews in one account, each after its rank: what presses most first."""
    rows = sorted(rows_of(followups), key=lambda row: _rank(row["state"], _PRESSING))[:most]
    wanted = roster.roles[roster.roles["role_id"].isin([row["role_id"] for row in rows])]
    there = {row["role_id"]: row for row in rows_of(wanted, ("account_id", "page", "role_id", "role_arn"))}
    return [(_rank(row["state"], _PRESSING), _follow_up(row, roster, there.get(row["role_id"]))) for row in rows]


def exception_views(exceptions: pd.DataFrame) -> list[ExceptionView]:
    """Return the exceptions, those somebody has to look at first."""
    rows = sorted(rows_of(exceptions), key=lambda row: _rank(row["state"], _EXCEPTIONS_FIRST))
    return [ExceptionView(**{name: row[name] for name in ExceptionView._fields}) for row in rows]


def _quarter(point: Mapping[str, Any], largest: int) -> QuarterView:
    bars, x = [], 0
    for key, colour, words in _KINDS:
        number = point[key] or 0
        width = round(_WIDTH * number / largest) if largest else 0
        if width:
            bars.append(Bar(colour, x, width, f"{number:,} {words}"))
        x += width
    return QuarterView(
        name=visible(str(point["quarter"])),
        roles=point["roles"],
        unused=point["unused"],
        over_permissive=point["over_permissive"],
        ok=point["ok"],
        needs_decision=point["needs_decision"],
        verified_removals=point["verified_removals"],
        bars=tuple(bars),
    )


def _follow_up(row: Row, roster: Roster, there: Row | None) -> FollowUpView:
    href = ""
    if there is not None:
        page = account_page(there["account_id"], there["page"])
        href = f"{page}#{role_anchor(there['role_id'], there['role_arn'])}"
    return FollowUpView(
        role=row["role_arn"].rpartition("/")[2],
        href=href,
        account=roster.background.account_names.get(row["account_id"]) or row["account_id"],
        decision=row["decision"],
        state=row["state"],
        detail=row["detail"],
        due=row["due"],
        reviewer=row["reviewer"],
        review=row["review_id"],
    )


def _rank(state: str, order: tuple[str, ...]) -> int:
    return order.index(state) if state in order else len(order)
