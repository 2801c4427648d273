from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hygiene.frames import Exceptions, FollowUps, frame_of
from hygiene.report import FORMATS, write_report
from hygiene.report.loop_view import promise_in_words, quarter_views
from hygiene.report.visible import rows_of
from tests.report.review_sample import ACCOUNT, a_review, a_role, the_facts, the_provenance

if TYPE_CHECKING:
    from pathlib import Path


def a_point(quarter: str, **given: Any) -> dict[str, Any]:
    names = ("roles", "unused", "over_permissive", "ok", "unknown", "excluded", "needs_decision", "verified_removals")
    return {"quarter": quarter, **dict.fromkeys(names, 0), **given}


def a_follow_up(state: str, name: str) -> dict[str, Any]:
    role = f"arn:aws:iam::{ACCOUNT}:role/{name}"
    return {
        "review_id": "o-1-2026-Q3",
        "account_id": ACCOUNT,
        "role_arn": role,
        "role_id": f"AROA{name.upper()}",
        "decision": "remove",
        "state": state,
        "detail": "it is still there",
    }


AN_EXCEPTION = {
    "number": 1,
    "state": "expired",
    "match": "role_arn = <script>alert(1)</script>",
    "checks": "full-admin",
    "reason": "break-glass",
    "owner": "ana@example.com",
    "approved_by": "bo@example.com",
    "created": "2026-01-01",
    "expires": "2026-12-01",
    "findings": 0,
}


def first_page(folder: Path, **tables: Any) -> str:
    folder.mkdir(exist_ok=True)
    review = replace(a_review([a_role()]), **tables)
    write_report(review, the_facts(), the_provenance(), folder, FORMATS)
    return (folder / "index.html").read_text()


def test_bars_are_to_the_scale_of_the_largest_quarter() -> None:
    small, large = quarter_views([a_point("2026-Q3", roles=50, ok=50), a_point("2026-Q4", roles=100, unused=100)])
    assert [(bar.key, bar.width) for bar in (*small.bars, *large.bars)] == [("in_use", 500), ("unused", 1000)]


def test_a_number_an_older_summary_does_not_hold_is_not_known() -> None:
    (quarter,) = quarter_views([a_point("2026-Q3", unused=None)])
    assert quarter.unused is None


def test_a_review_without_quarters_or_roles_draws_nothing() -> None:
    assert quarter_views([]) == ()
    assert quarter_views([a_point("2026-Q4")])[0].bars == ()


def test_the_first_page_shows_what_presses_before_what_is_done(tmp_path: Path) -> None:
    rows = [a_follow_up("verified", "gone"), a_follow_up("overdue", "late")]
    page = first_page(tmp_path / "r", followups=frame_of(FollowUps, rows))
    assert "What became of the answers" in page
    assert page.index("<b>overdue</b>") < page.index("<b>verified</b>")


def test_the_first_screen_leads_from_each_state_to_its_roles_and_counts_what_was_verified(tmp_path: Path) -> None:
    role = a_role() | {"decision": "remove", "decision_state": "overdue"}
    rows = [a_follow_up("verified", "gone"), a_follow_up("overdue", role["role_name"])]
    review = replace(a_review([role]), followups=frame_of(FollowUps, rows))
    tmp_path.mkdir(exist_ok=True)
    write_report(review, the_facts(), the_provenance(), tmp_path, FORMATS)
    page = (tmp_path / "index.html").read_text()
    tally = page.partition('aria-label="Decisions so far"')[2].partition("</ul>")[0]
    assert re.findall(r'<data value="(\d+)">.*?<a href="([^"]+)">([\w-]+)</a>', tally) == [
        ("1", "#answers", "overdue"),
        ("1", "#answers", "verified"),
    ]


def test_a_card_tells_who_decided_what_why_and_what_became_of_it() -> None:
    row = rows_of(frame_of(FollowUps, [a_follow_up("overdue", "late") | {
        "due": "2026-09-23", "justification": "left over", "ticket": "OPS-1", "detail": "the role is still there",
    }]))[0]  # fmt: skip
    assert promise_in_words(row).endswith(
        "remove, due 2026-09-23. “left over”. Ticket OPS-1. Now overdue, the role is still there."
    )


def test_the_first_page_shows_exceptions_and_keeps_their_text_inert(tmp_path: Path) -> None:
    page = first_page(tmp_path / "r", exceptions=frame_of(Exceptions, [AN_EXCEPTION]))
    assert "<b>expired</b>" in page
    assert "<script>alert(1)" not in page


def test_the_first_page_says_nothing_of_answers_where_there_are_none(tmp_path: Path) -> None:
    page = first_page(tmp_path / "r")
    assert "What became of the answers" not in page
    assert 'id="exceptions"' not in page
