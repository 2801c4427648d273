"""The review in plain sentences: right for none, one and many, and never better than what was seen."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hygiene.report import summarise
from hygiene.report.in_words import in_words, passages
from hygiene.report.trend import trend_point
from tests.report.review_sample import a_big_review, a_review, a_role, an_account, big_facts, the_facts

GAPS = (
    "Give the review what it lacks: 1 account could not be read and 2 were read in part. "
    "Nothing says that they are clean."
)
FIRST = {"previous_quarter": ""}


def numbers(*changes: tuple[str, Any], **facts: Any) -> dict[str, Any]:
    """The summary of a second review in which nothing happened, except for the paths given."""
    summary = summarise(a_review([a_role()]), the_facts(**facts))
    for path, value in changes:
        *parents, key = path.split(".")
        place = summary
        for parent in parents:
            place = place[parent]
        place[key] = value
    summary["trend"][-1] = trend_point(summary)
    return summary


def after(summary: dict[str, Any], **then: Any) -> dict[str, Any]:
    """Put the quarter before in front of the trend: the same numbers, except for those given."""
    now = summary["trend"][-1]
    summary["trend"] = [{**now, "quarter": "2026-Q3", **then}, now]
    return in_words(summary)


def sentences_of(words: dict[str, Any]) -> list[str]:
    return [*words["better"], *words["worse"], *words["to_do"]]


def test_a_first_review_compares_nothing_and_says_so() -> None:
    words = in_words(numbers(("changes", {"privilege_down": 3}), **FIRST))
    assert "no earlier quarter" in words["compared"]
    assert (words["better"], words["worse"]) == ([], [])
    assert [part.heading for part in passages(summarise(a_review([a_role()]), the_facts(**FIRST)))] == [
        "What to do now"
    ]


def test_a_review_that_cannot_be_compared_is_not_called_the_first() -> None:
    words = after(numbers(("changes", {"privilege_down": 3}), **FIRST), unused=99)
    assert words["compared"] == "Not compared with 2026-Q3: the tables of that report are not there."
    assert (words["better"], words["worse"]) == ([], [])


def test_when_nothing_is_to_do_that_is_said() -> None:
    words = in_words(numbers())
    assert words["to_do"] == ["Nothing: no role needs a decision, and no gap is known."]
    assert (words["better"], words["worse"]) == ([], [])


def test_an_account_that_was_not_read_comes_first_and_more_than_three_things_never() -> None:
    words = in_words(
        numbers(
            ("accounts.failed", 1),
            ("accounts.partial", 2),
            ("needs_decision", 40),
            ("needs_decision_critical_or_high", 7),
            ("decisions.followed_up", {"overdue": 2, "re-opened": 1}),
            ("decisions.by_state", {"no-response": 5}),
            ("needs_decision_without_owner", 1),
            ("exceptions.expired", 1),
        )
    )
    assert words["to_do"] == [
        GAPS,
        "Decide about 7 roles with a critical or high finding; 40 need a decision.",
        "Carry out 2 overdue decisions and see why 1 decision was undone.",
    ]
    assert "3 accounts were not fully read this time" in words["compared"]


def test_what_got_better_and_worse_is_counted_role_by_role() -> None:
    words = in_words(
        numbers(
            ("changes", {"privilege_down": 2, "lost_admin": 1, "gained_admin": 1, "became_unused": 3, "added": 9}),
            ("decisions.verified_removals", 2),
            ("decisions.verified_reductions", 1),
        )
    )
    assert words["better"] == [
        "2 decisions to remove a role were carried out.",
        "1 decision to reduce a role was carried out.",
        "1 role is no longer an administrator.",
        "2 roles may do less than before.",
    ]
    assert words["worse"] == ["1 role became an administrator.", "3 roles fell out of use."]


def test_totals_are_compared_where_both_quarters_saw_the_same() -> None:
    summary = numbers(("roles.unused", 58))
    assert after(summary, unused=63)["better"] == ["58 roles are unused; in 2026-Q3 it was 63."]
    assert after(summary, unused=40)["worse"] == ["58 roles are unused; in 2026-Q3 it was 40."]
    assert after(summary, unused=58)["better"] == []


@pytest.mark.parametrize("then", [{"accounts_not_read": 1}, {"accounts_read": 9}, {"accounts_read": None}])
def test_fewer_unused_roles_are_not_called_better_when_other_accounts_were_read(then: dict[str, Any]) -> None:
    words = after(numbers(("roles.unused", 58)), unused=63, **then)
    assert not [sentence for sentence in words["better"] if "unused" in sentence]
    assert "in the accounts that were read both times" in words["compared"]


def test_fewer_unused_roles_are_not_called_better_when_unknown_ones_may_be_unused() -> None:
    summary = numbers(("roles.unused", 58), ("roles.unknown", 5))
    assert after(summary, unused=63, unknown=0)["better"] == []
    assert after(summary, unused=64, unknown=0)["better"] == ["58 roles are unused; in 2026-Q3 it was 64."]


def test_use_is_not_compared_across_two_thresholds() -> None:
    summary = numbers(("roles.unused", 58), ("changes", {"became_unused": 3}))
    words = after(summary, unused=40, unused_after_days=180)
    assert words["worse"] == []
    assert "Then a role was unused after 180 days" in words["compared"]


def test_more_gaps_than_before_are_worse_and_fewer_are_better() -> None:
    summary = numbers(("accounts.failed", 1))
    assert after(summary, accounts_not_read=0)["worse"] == ["1 account was not fully read; in 2026-Q3 it was 0."]
    assert after(summary, accounts_not_read=2)["better"] == ["1 account was not fully read; in 2026-Q3 it was 2."]


COUNTED = (
    "accounts.failed", "accounts.partial", "needs_decision", "needs_decision_without_owner", "exceptions.expired",
    "decisions.verified_removals", "decisions.verified_reductions", "decisions.to_carry_out",
)  # fmt: skip
CHANGES = (
    "lost_admin", "privilege_down", "trust_narrowed", "boundary_added", "removed", "gained_admin", "trust_widened",
    "privilege_up", "boundary_removed", "became_unused",
)  # fmt: skip
STATES = ("overdue", "re-opened", "stale-decision")


@pytest.mark.parametrize("number", [1, 2, 1234])
def test_every_sentence_has_the_number_of_its_verb(number: int) -> None:
    given = [
        *((path, number) for path in COUNTED),
        *(("changes", {kind: number}) for kind in CHANGES),
        *(("decisions.followed_up", {state: number}) for state in STATES),
        ("decisions.by_state", {"no-response": number}),
    ]
    sentences = {text for one in given for text in sentences_of(in_words(numbers(one))) if str(number)[0] in text}
    wrong = (
        r"\b1 [a-z-]+s\b|\b(1 [a-z]+) (are|were|have|need)\b"
        if number == 1
        else r"\b[\d,]{1,5} [a-z]+s (is|was|has|needs)\b"
    )
    assert len(sentences) >= 20
    assert [text for text in sentences if re.search(wrong, text)] == []


def test_the_sentences_of_a_whole_review_name_no_role_account_or_owner() -> None:
    tables = a_big_review()
    words = summarise(tables, big_facts())["in_words"]
    told = " ".join([words["compared"], *sentences_of(words)])
    names = {*tables.roles["role_name"], *tables.coverage["account_id"], *tables.coverage["account_name"]}
    assert [name for name in names if name in told] == []
    assert words["to_do"][0].startswith("Give the review what it lacks: 1 account could not be read and 1 was read")


def test_a_review_in_which_nothing_was_read_is_no_good_news() -> None:
    tables = a_review(coverage=[an_account(status="failed", reason="AccessDenied")])
    words = summarise(tables, the_facts())["in_words"]
    assert words["to_do"] == [
        "Give the review what it lacks: 1 account could not be read. Nothing says that it is clean."
    ]
