from __future__ import annotations

from typing import Any

import pytest

from hygiene.report import summarise
from hygiene.report.visible import rows_of, visible
from hygiene.report.wording import headline, last_use, listed
from tests.report.review_sample import a_finding, a_review, a_role, an_account, no_date, the_facts, unused


def said(roles: list[Any], coverage: list[Any] | None = None, findings: Any = ()) -> str:
    line = headline(summarise(a_review(roles, findings, coverage), the_facts()))
    return f"{line.population}; {line.ask} {line.coverage}".strip()


OTHERS = ("111122223333", "222233334444", "333344445555")


def test_one_role_in_one_account() -> None:
    assert said([a_role()]) == "1 role in 1 account; none needs a decision."


def test_one_role_needs_a_decision() -> None:
    assert said([a_role(**unused())]) == "1 role in 1 account; 1 needs a decision, and it is not critical or high."
    urgent = said([a_role(**unused(severity="critical"))])
    assert urgent == "1 role in 1 account; 1 needs a decision, and it is critical or high."


def test_several_accounts_of_which_some_could_not_be_read() -> None:
    coverage = [
        an_account(),
        *(an_account(key, status) for key, status in zip(OTHERS, ("partial", "failed", "skipped"), strict=True)),
    ]
    roles = [a_role("a", **unused()), a_role("b", **unused(severity="high"))]
    assert said(roles, coverage) == (
        "2 roles in 2 of 4 accounts; 2 need a decision, 1 of them critical or high. "
        "1 account could not be read, 1 was read in part and 1 was skipped on purpose."
    )


def test_several_failed_accounts_are_plural() -> None:
    coverage = [an_account(), an_account(OTHERS[0], "failed"), an_account(OTHERS[1], "failed")]
    assert said([], coverage) == "No roles in 1 of 3 accounts; none needs a decision. 2 accounts could not be read."


def test_nothing_read_is_never_called_clean() -> None:
    text = said([], [an_account(status="failed")])
    assert text.startswith("No role could be reviewed; nothing below says that an account is clean.")


def test_lists_are_joined_as_people_do() -> None:
    assert [listed(parts) for parts in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


@pytest.mark.parametrize(
    ("given", "words", "note"),
    [
        ({}, "1 day ago", "2026-11-22, eu-west-1"),
        ({"unused_days": 0}, "today", "2026-11-22, eu-west-1"),
        (unused(266, last_used_region=None), "266 days ago", "2026-03-02"),
        (no_date("unused", "not_used_in_tracking_period"), "not used",
         "in the 400-day tracking period"),
        (no_date("unused", "never_used"), "never used", "created 2024-12-23"),
        (no_date("too_new", "too_new", age_days=12), "too new to judge", "12 days old"),
        (no_date("unknown", "no_data"), "unknown", "no data: usage was not read"),
        (no_date("excluded", "service_linked"), "not judged", "AWS manages this role"),
    ],
)  # fmt: skip
def test_last_use_says_what_is_known_and_no_more(given: dict[str, Any], words: str, note: str) -> None:
    use = last_use(rows_of(a_review([a_role(**given)]).roles)[0])
    assert (use.words, use.note) == (words, note)


def test_what_cannot_be_seen_is_written_out() -> None:
    assert visible("a\u202eb\x00c\u200bd") == "a⟨U+202E⟩b⟨U+0000⟩c⟨U+200B⟩d"
    assert visible("tab\tand\nline") == "tab\tand\nline"


def test_a_held_back_finding_counts_in_no_total_by_check() -> None:
    role = a_role()
    found = [a_finding(role, "full-admin"), a_finding(role, "full-admin", held_back_by="scp")]
    numbers = summarise(a_review([role], found), the_facts())["findings"]
    assert (numbers["total"], numbers["effective"], numbers["held_back"]) == (2, 1, 1)
    assert numbers["by_check"]["full-admin"] == 1
    assert numbers["by_check"]["unused-role"] == 0
