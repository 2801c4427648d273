"""What becomes of a decision: only what AWS shows as gone or really smaller is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.analyse.permissions import Ceilings, PolicyCompiler
from hygiene.analyse.powers import role_powers
from hygiene.model import AccountDocuments
from hygiene.review.follow_up import (
    Outcome,
    Sight,
    Traces,
    due_date,
    first_due_dates,
    followed_up,
    not_carried_out,
    obligations,
    outcome_of,
    promise_of,
    replaced,
)
from tests.builders import ACCOUNT, STRANGER, a_role, details, document, statement, trusts
from tests.review.answering import SUMMER, an_answer

if TYPE_CHECKING:
    from hygiene.policy.powers import Powers
    from hygiene.review.ledger import Answer

ROLE = a_role()
ID, ARN = ROLE["RoleId"], ROLE["Arn"]
TO_GO, TO_SHRINK = ("o-1-2026-Q3", ID, "remove"), ("o-1-2026-Q3", ID, "reduce")
SAME, OTHER = "0" * 64, "9" * 64


def sight(*, digest: str | None = SAME, days: int = 10, **given: Any) -> Sight:
    """The role is there with this fingerprint (None: it is gone), so many days after the summer review."""
    there = {} if digest is None else {ID: digest}
    values: dict[str, Any] = {
        "digests": there,
        "ids": {ARN: ID} if there else {},
        "listed": {ACCOUNT},
        "as_of": SUMMER + timedelta(days=days),
        "quarter": "2026-Q4",
        "due_days": 21,
        **given,
    }
    return Sight(**values)


def state(answer: Answer, seen: Sight) -> str:
    outcome = outcome_of(answer, seen)
    return "nothing" if outcome is None else outcome.state


def powers(*actions: str, resource: str = "*", trust: Any = None, **more: Any) -> Powers:
    inline = document(statement(list(actions), resource, **more))
    role = a_role(inline=inline, **({"trust": trust} if trust else {}))
    documents = AccountDocuments(ACCOUNT, authorization_details=details(role))
    return role_powers(documents, {ID}, Ceilings(), PolicyCompiler())[ID]


def test_a_role_to_be_removed_is_verified_only_when_it_is_gone() -> None:
    assert state(an_answer(), sight(digest=None)) == "verified"
    assert state(an_answer(), sight()) == "answered"
    assert state(an_answer(), sight(digest=OTHER, days=22)) == "overdue"


def test_a_role_that_was_gone_and_is_there_again_is_re_opened() -> None:
    assert state(an_answer(), sight(verified={TO_GO: "2026-Q4"})) == "re-opened"


def test_a_removal_that_is_put_off_tells_when_it_was_due_at_first() -> None:
    first = an_answer(target_date=date(2026, 10, 31))
    corrected = an_answer(target_date=date(2026, 11, 30))
    again = an_answer(review_id="o-1-2026-Q4", target_date=date(2027, 12, 31))
    dates = first_due_dates([first, corrected, again], 21)
    assert dates == {ID: date(2026, 11, 30)}
    outcome = outcome_of(again, sight(days=60, first_due=dates))
    assert outcome == Outcome("answered", "the role is still there; put off, first due 2026-11-30")
    kept = an_answer(review_id="o-1-2026-Q4", decision="keep")
    assert first_due_dates([first, kept], 21) == {}
    assert first_due_dates([first, an_answer(review_id="o-1-2026-Q4", decision="not-mine")], 21) != {}


def test_a_role_nobody_could_see_is_not_called_gone() -> None:
    unseen = sight(digest=None, listed=set())
    assert state(an_answer(), unseen) == "answered"
    assert state(an_answer(), sight(digest=None, listed=set(), days=22)) == "overdue"
    assert state(an_answer(), sight(digest=None, listed=set(), verified={TO_GO: "2026-Q4"})) == "verified"


def test_a_removed_role_that_came_back_under_its_name_is_re_opened() -> None:
    again = sight(digest=None, ids={ARN: "AROANEW"})
    assert state(an_answer(), again) == "re-opened"


@pytest.mark.parametrize(("days", "expected"), [(21, "answered"), (22, "overdue")])
def test_a_decision_is_overdue_after_its_days_and_not_on_the_last_of_them(days: int, expected: str) -> None:
    assert state(an_answer(), sight(days=days)) == expected


def test_a_date_of_its_own_goes_before_the_days() -> None:
    later = an_answer(target_date=date(2027, 3, 31))
    assert due_date(later, 21) == date(2027, 3, 31)
    assert state(later, sight(days=100)) == "answered"


def test_a_kept_role_is_verified_when_it_was_looked_at_again_and_is_the_same() -> None:
    kept = an_answer(decision="keep")
    assert state(kept, sight(snapshot_sha256="2" * 64)) == "verified"
    assert state(kept, sight(snapshot_sha256="1" * 64)) == "answered"
    assert state(kept, sight(days=0)) == "answered"
    assert state(kept, sight(digest=OTHER)) == "stale-decision"
    assert state(kept, sight(digest=None)) == "nothing"
    assert state(kept, sight(digest=None, listed=set())) == "answered"


REDUCE: dict[str, Any] = {"decision": "reduce"}
TWO, ONE = trusts({"AWS": [STRANGER, ACCOUNT]}), trusts({"AWS": ACCOUNT})


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (powers("s3:GetObject", "s3:PutObject"), powers("s3:GetObject"), "verified"),
        (powers("s3:GetObject"), powers("s3:GetObject", resource="arn:aws:s3:::a/*"), "verified"),
        (powers("s3:GetObject", "s3:PutObject"), powers("s3:GetObject", "iam:PassRole"), "answered"),
        (powers("s3:GetObject"), powers("s3:GetObject"), "answered"),
        (powers("s3:GetObject"), powers("s3:*"), "answered"),
        (
            powers("s3:GetObject"),
            powers("s3:GetObject", Condition={"StringLike": {"aws:PrincipalArn": "*"}}),
            "answered",
        ),
        (powers("s3:*"), powers("s3:GetObject", trust=trusts("*")), "answered"),
        (powers("s3:*", trust=TWO), powers("s3:*", trust=ONE), "verified"),
    ],
    ids=["fewer", "narrower", "swapped", "same", "wider", "only-a-condition", "wider-trust", "narrower-trust"],
)  # fmt: skip
def test_a_role_is_reduced_only_when_it_is_strictly_smaller(before: Powers, after: Powers, expected: str) -> None:
    seen = sight(digest=OTHER, traces={TO_SHRINK: Traces(before, None, after)})
    assert state(an_answer(**REDUCE), seen) == expected


def test_an_unreadable_policy_does_not_count_as_reduced() -> None:
    unreadable = a_role(inline={"Statement": [{"Effect": "Perhaps"}]})
    documents = AccountDocuments(ACCOUNT, authorization_details=details(unreadable))
    now = role_powers(documents, {ID}, Ceilings(), PolicyCompiler())[ID]
    seen = sight(digest=OTHER, traces={TO_SHRINK: Traces(powers("s3:*"), None, now)})
    assert state(an_answer(**REDUCE), seen) == "answered"


def test_a_role_that_was_to_shrink_and_is_gone_is_done() -> None:
    assert state(an_answer(**REDUCE), sight(digest=None)) == "verified"


ALL, CUT, BACK = (
    powers("s3:GetObject", "s3:PutObject", "sqs:SendMessage"),
    powers("s3:GetObject"),
    powers("s3:GetObject", "s3:PutObject"),
)


def test_what_was_cut_and_is_granted_again_is_re_opened_though_the_role_is_still_smaller() -> None:
    seen = sight(digest=OTHER, traces={TO_SHRINK: Traces(ALL, CUT, BACK)}, verified={TO_SHRINK: "2026-Q4"})
    assert state(an_answer(**REDUCE), seen) == "re-opened"


def test_re_opened_stays_until_the_role_shrinks_again() -> None:
    memory: dict[str, Any] = {"verified": {TO_SHRINK: "2026-Q4"}, "re_opened": {TO_SHRINK}}
    still, again = ({TO_SHRINK: Traces(ALL, BACK, now)} for now in (BACK, CUT))
    assert state(an_answer(**REDUCE), sight(digest=OTHER, traces=still, **memory)) == "re-opened"
    assert state(an_answer(**REDUCE), sight(digest=OTHER, traces=again, **memory)) == "verified"


def test_without_the_first_snapshot_nothing_new_is_proved_and_what_was_proved_holds() -> None:
    reduce = an_answer(**REDUCE)
    assert state(reduce, sight(digest=OTHER)) == "answered"
    assert state(reduce, sight(digest=OTHER, days=30)) == "overdue"
    known: dict[str, Any] = {"verified": {TO_SHRINK: "2026-Q4"}, "earlier_digests": {ID: OTHER}}
    assert state(reduce, sight(digest=OTHER, **known)) == "verified"
    assert state(reduce, sight(digest="8" * 64, **known)) == "re-opened"
    shrunk = {TO_SHRINK: Traces(None, BACK, CUT)}
    assert state(reduce, sight(digest="8" * 64, traces=shrunk, **known)) == "verified"


def test_the_last_decision_about_a_role_counts_and_not_mine_releases_nobody() -> None:
    first, second = an_answer(), an_answer(decision="keep", review_id="o-1-2026-Q4")
    assert obligations((first, second)) == (second,)
    assert obligations((first, an_answer(decision="not-mine"))) == (first,)


def test_the_quarter_that_first_saw_it_done_is_remembered() -> None:
    done = followed_up([an_answer()], sight(digest=None))
    assert list(done["verified_quarter"]) == ["2026-Q4"]
    later = followed_up([an_answer()], sight(digest=None, quarter="2027-Q1", verified={TO_GO: "2026-Q4"}))
    assert list(later["verified_quarter"]) == ["2026-Q4"]


def test_a_new_answer_takes_nothing_away_from_what_was_done_and_is_judged_by_itself() -> None:
    first, kept = an_answer(**REDUCE), an_answer(decision="keep", review_id="o-1-2026-Q4", row_sha256=OTHER)
    standing = obligations((first, kept))
    before = replaced((first,), standing)
    seen = sight(digest=OTHER, traces={TO_SHRINK: Traces(ALL, None, CUT)})
    told = followed_up(standing, seen, before)
    assert list(zip(told["decision"], told["state"], told["verified_quarter"].fillna(""), strict=True)) == [
        ("reduce", "verified", "2026-Q4"),
        ("keep", "verified", ""),
    ]
    a_quarter_later = replace(seen, quarter="2027-Q1", verified={TO_SHRINK: "2026-Q4"})
    assert list(followed_up(standing, a_quarter_later, before)["decision"]) == ["keep"]
    again = an_answer(**REDUCE | {"review_id": "o-1-2027-Q1", "row_sha256": OTHER})
    unchanged = replace(a_quarter_later, traces={promise_of(again): Traces(CUT, CUT, CUT)})
    assert state(again, unchanged) == "answered"
    assert replaced((first,), obligations((first,))) == ()


def test_only_late_decisions_of_earlier_reviews_on_roles_that_are_seen_are_told_as_changes() -> None:
    late = followed_up([an_answer()], sight(days=30))
    (row,) = not_carried_out(late, "o-1-2026-Q4", {ID}).to_dict("records")
    assert (row["change"], row["before"]) == (
        "decision_not_carried_out",
        "remove by 2026-10-21, decided by ana@example.com",
    )
    assert not_carried_out(late, "o-1-2026-Q3", {ID}).empty
    assert not_carried_out(late, "o-1-2026-Q4", set()).empty
