from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from hygiene.review.answers.judge import Asked, Judged, Question, Receipt, judge
from hygiene.review.answers.sheet import AnswerRow
from tests.builders import ACCOUNT
from tests.review.answering import SUMMER

NOW = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)


def question(name: str = "a", **given: Any) -> Question:
    values = {
        "role_id": name, "role_arn": f"arn:aws:iam::{ACCOUNT}:role/{name}", "account_id": ACCOUNT,
        "group_id": f"g-{name}", "row_sha256": "f" * 64, "suggestion": "remove", "severity": "low",
    }  # fmt: skip
    return Question(**(values | given))


def row(role_id: str = "a", decision: str = "remove", line: int = 2, **cells: str) -> AnswerRow:
    return AnswerRow(line, {"role_id": role_id, "row_sha256": "f" * 64, "decision": decision, **cells})


def judged(*rows: AnswerRow, questions: tuple[Question, ...] = (question(), question("b"))) -> Judged:
    by_id: dict[str, tuple[Question, ...]] = {}
    for each in questions:
        by_id[each.role_id] = (*by_id.get(each.role_id, ()), each)
    asked = Asked("o-1-2026-Q3", SUMMER, "snapshots/one", "1" * 64, by_id)
    return judge(rows, asked, Receipt("ana@example.com", NOW, "0-ana.csv"))


def refused(*rows: AnswerRow, **given: Any) -> str:
    return " / ".join(f"{problem.line}: {problem.text}" for problem in judged(*rows, **given).problems)


def test_an_answer_carries_what_it_was_made_on_and_how_it_came() -> None:
    (answer,) = judged(row(target_date="2026-11-30", ticket="OPS-1")).answers
    assert (answer.decision, answer.target_date, answer.ticket) == ("remove", date(2026, 11, 30), "OPS-1")
    assert (answer.reviewer, answer.decided_at, answer.line) == ("ana@example.com", NOW, 2)
    assert (answer.review_as_of, answer.snapshot_sha256) == (SUMMER, "1" * 64)


def test_a_row_that_names_its_reviewer_keeps_him() -> None:
    (answer,) = judged(row(reviewer="ben@example.com", decided_at="2026-10-02T09:00:00+02:00")).answers
    assert (answer.reviewer, answer.imported_by) == ("ben@example.com", "ana@example.com")
    assert answer.decided_at == datetime(2026, 10, 2, 7, tzinfo=UTC)


def test_a_day_is_moment_enough_for_a_decision() -> None:
    (answer,) = judged(row(decided_at="02 Oct 2026")).answers
    assert answer.decided_at == datetime(2026, 10, 2, tzinfo=UTC)


def test_rows_without_a_decision_are_no_answer_and_a_remark_on_one_is_told() -> None:
    told = judged(row("a", ""), row("b", "", line=3, justification="ask Ben"), row("unknown", "", line=4))
    assert (told.answers, told.problems) == ((), ())
    assert [(remark.line, "no decision" in remark.text) for remark in told.remarks] == [(3, True)]


def test_a_date_beyond_a_year_is_taken_and_remarked_on() -> None:
    told = judged(
        row(target_date="2126-11-30", row_sha256="0123456789ABCDEF" * 4),
        questions=(question(row_sha256="0123456789abcdef" * 4),),
    )
    assert len(told.answers) == 1
    assert [("more than a year away" in remark.text) for remark in told.remarks] == [True]
    assert not judged(row(target_date="2027-09-30")).remarks


@pytest.mark.parametrize("word", ["keep", "KEEP", "'keep", "“Keep”", "not mine", "Not_Mine"])
def test_decisions_are_read_as_people_write_them(word: str) -> None:
    assert judged(row(decision=word, justification="x")).answers[0].decision in ("keep", "not-mine")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"decision": "delete"}, "write one of keep, reduce, remove, not-mine"),
        ({"decision": '=IF(1,"keep","")'}, "a formula whose result is not in the file"),
        ({"decision": "remov"}, "did you mean remove"),
        ({"role_id": "zz"}, "is not in this review"),
        ({"row_sha256": "e" * 64}, "changed since"),
        ({"row_sha256": ""}, "row_sha256 is empty"),
        ({"row_sha256": "1.2E+63"}, "a spreadsheet made it of"),
        ({"review_id": "o-1-2026-Q2"}, "belongs to the review"),
        ({"role_arn": "arn:aws:iam::111122223333:role/other"}, "not 'arn:aws:iam::111122223333:role/other'"),
        ({"target_date": "05/06/2027"}, "two days"),
        ({"target_date": "2026-09-29"}, "lies before the review"),
        ({"decided_at": "2030-01-01"}, "no past moment"),
        ({"decided_at": "yesterday"}, "no past moment"),
        ({"ticket": "x" * 5000}, "longer than"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_with_its_line_and_reason(cells: dict[str, str], said: str) -> None:
    wrong = AnswerRow(7, {**row().cells, **cells})
    assert refused(row("b"), wrong).startswith("7: ")
    assert said in refused(row("b"), wrong)


def test_every_wrong_row_is_named_not_only_the_first() -> None:
    assert len(judged(row("x"), row("y", line=3), row("a", line=4)).problems) == 2


@pytest.mark.parametrize(
    ("decision", "suggestion", "severity", "is_needed"),
    [
        ("keep", "remove", "low", True),
        ("keep", "investigate", "low", True),
        ("keep", "reduce", "low", False),
        ("keep", "keep", "critical", True),
        ("keep", "keep", "high", True),
        ("keep", "keep", "", False),
        ("remove", "remove", "critical", False),
        ("reduce", "remove", "critical", False),
        ("not-mine", "remove", "critical", False),
    ],
)
def test_a_justification_is_compulsory_where_it_matters(
    decision: str, suggestion: str, severity: str, is_needed: bool
) -> None:
    asked = (question(suggestion=suggestion, severity=severity),)
    assert bool(refused(row(decision=decision), questions=asked)) is is_needed
    assert not refused(row(decision=decision, justification="needed for audits"), questions=asked)


def test_an_answer_that_comes_back_as_the_report_shows_it_is_not_asked_for_more() -> None:
    taken = question("a", group_id="g", given=("remove", "", "2026-09-01", ""))
    group = (taken, question("b", group_id="g"))
    as_shown = row("a", target_date="2026-09-01")
    assert not refused(as_shown, row("b", line=3, justification="left over"), questions=group)
    assert refused(as_shown, row("b", line=3), questions=group).startswith("3: write a justification")
    other = refused(row("a", target_date="2026-09-02"), questions=group)
    assert other == "2: target_date: 2026-09-02 lies before the review itself (2026-09-30)"


def test_the_same_answer_for_several_of_a_group_needs_a_reason() -> None:
    group = (question("a", group_id="g"), question("b", group_id="g"))
    assert refused(row("a"), row("b", line=3), questions=group).count("one group") == 2
    why = "left over from the old pipeline"
    assert not refused(row("a", justification=why), row("b", line=3, justification=why), questions=group)
    assert not refused(row("a", "remove"), row("b", "reduce", line=3), questions=group)


def test_two_answers_about_one_role_contradict_each_other_or_say_the_same() -> None:
    assert "otherwise" in refused(row("a", "remove"), row("a", "reduce", line=3))
    again = judged(row("a"), row("a", line=3))
    assert (len(again.answers), again.problems) == (1, ())


def test_roles_that_share_an_id_are_told_apart_by_their_arn() -> None:
    twins = (
        question(role_arn=f"arn:aws:iam::{ACCOUNT}:role/one"),
        question(role_arn=f"arn:aws:iam::{ACCOUNT}:role/two"),
    )
    assert "keep the column role_arn" in refused(row(), questions=twins)
    (answer,) = judged(row(role_arn=twins[1].role_arn), questions=twins).answers
    assert answer.role_arn == twins[1].role_arn
