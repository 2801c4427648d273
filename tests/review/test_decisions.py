from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from hygiene.frames import FollowUps, frame_of
from hygiene.review.decisions import Loop, decisions_to_ask, rerouted, with_states
from tests.builders import a_role, analysed
from tests.review.answering import an_answer

OLD = analysed(a_role("old", last_used=200)).roles
ROLE_ID, SHA = OLD["role_id"][0], OLD["row_sha256"][0]


def the_loop(decision: str = "", **given: Any) -> Loop:
    """A loop in which this decision about the role `old` was given in this review; empty: none was."""
    answer = an_answer("old", decision=decision, row_sha256=SHA) if decision else None
    return Loop(answers={ROLE_ID: answer} if answer else {}, **given)


def followed(decision: str, state: str, **given: Any) -> pd.DataFrame:
    answer = an_answer("old")
    row = {
        "review_id": answer.review_id, "account_id": answer.account_id, "role_arn": answer.role_arn,
        "role_id": answer.role_id, "decision": decision, "state": state, "reviewer": answer.reviewer,
        "decided_at": answer.decided_at,
    }  # fmt: skip
    return frame_of(FollowUps, [row | given])


def told(loop: Loop, roles: pd.DataFrame = OLD) -> tuple[str | None, str | None, str]:
    """Return decision, state and needs_decision of the one role."""
    decisions = decisions_to_ask(roles, "o-1-2026-Q4", loop)
    (row,) = with_states(roles, decisions, loop).to_dict("records")
    cells = [None if pd.isna(row[name]) else row[name] for name in ("decision", "decision_state")]
    return cells[0], cells[1], decisions["needs_decision"][0]


def test_every_role_that_is_not_excluded_is_asked_those_that_need_it_first() -> None:
    linked = a_role("linked", path="/aws-service-role/x.amazonaws.com/")
    table = decisions_to_ask(analysed(a_role("a-fine"), a_role("b-old", last_used=200), linked).roles, "o-1-2026-Q4")
    assert [arn.rsplit("/", 1)[-1] for arn in table["role_arn"]] == ["b-old", "a-fine"]
    assert list(table["needs_decision"]) == ["yes", "no"]
    assert set(table["review_id"]) == {"o-1-2026-Q4"}


def test_a_suggestion_is_never_filled_in_as_an_answer() -> None:
    table = decisions_to_ask(OLD, "r")
    assert table["decision"].isna().all()
    assert table["suggestion"].notna().all()


def test_a_role_nobody_answered_about_is_open_and_one_to_keep_has_no_state() -> None:
    assert told(Loop()) == (None, "open", "yes")
    assert told(Loop(), analysed(a_role("fine")).roles) == (None, None, "no")


@pytest.mark.parametrize("decision", ["keep", "reduce", "remove"])
def test_an_answer_stands_in_the_tables_and_is_not_asked_for_again(decision: str) -> None:
    loop = the_loop(decision, followups=followed(decision, "answered"))
    assert told(loop) == (decision, "answered", "no")
    assert list(decisions_to_ask(OLD, "r", loop)["decision"]) == [decision]


def test_not_mine_decides_nothing_and_asks_again() -> None:
    assert told(the_loop("not-mine")) == ("not-mine", "open", "yes")
    assert decisions_to_ask(OLD, "r", the_loop("not-mine"))["decision"].isna().all()


def test_a_kept_role_that_changed_is_asked_about_again_with_an_empty_decision() -> None:
    answers = {ROLE_ID: an_answer("old", decision="keep", row_sha256="another")}
    loop = Loop(answers=answers, followups=followed("keep", "stale-decision"))
    assert told(loop) == ("keep", "stale-decision", "yes")
    assert decisions_to_ask(OLD, "r", loop)["decision"].isna().all()


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("overdue", ("remove", "overdue", "yes")),
        ("re-opened", ("remove", "re-opened", "yes")),
        ("answered", ("remove", "answered", "yes")),
        ("verified", (None, "open", "yes")),
    ],
)
def test_a_decision_of_an_earlier_review_is_shown_while_it_is_unsettled(
    state: str, expected: tuple[str | None, str | None, str]
) -> None:
    assert told(Loop(followups=followed("remove", state))) == expected


def test_a_role_made_again_under_the_name_of_a_removed_one_shows_that_decision() -> None:
    again = followed("remove", "re-opened", role_id="AROAGONE")
    assert told(Loop(followups=again)) == ("remove", "re-opened", "yes")


def test_silence_is_its_own_state_and_never_a_decision() -> None:
    assert told(Loop(unanswered=frozenset({ROLE_ID}))) == (None, "no-response", "yes")
    assert told(Loop(is_over=True)) == (None, "no-response", "yes")
    assert told(the_loop("not-mine", is_over=True)) == ("not-mine", "open", "yes")


def test_a_waived_role_is_not_asked_about_but_a_broken_promise_still_shows() -> None:
    waived = frozenset({ROLE_ID})
    assert told(Loop(waived=waived)) == (None, "waived", "no")
    assert told(Loop(waived=waived, followups=followed("remove", "overdue"))) == ("remove", "overdue", "no")


def test_a_role_passed_on_goes_to_whom_the_answer_names_else_to_the_security_team() -> None:
    named = {ROLE_ID: an_answer("old", decision="not-mine", justification="ask Ben <ben@example.com>, please")}
    assert list(rerouted(OLD, named, "sec@example.com")["owner"]) == ["ben@example.com"]
    assert list(rerouted(OLD, named, "")["owner_source"]) == ["not-mine"]
    nobody = {ROLE_ID: an_answer("old", decision="not-mine", justification="no idea")}
    assert list(rerouted(OLD, nobody, "sec@example.com")["owner"]) == ["sec@example.com"]
    assert rerouted(OLD, nobody, "")["owner"].isna().all()
    assert list(rerouted(OLD, {ROLE_ID: an_answer("old")}, "")["owner"]) == ["ana@example.com"]
