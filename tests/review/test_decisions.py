from __future__ import annotations

from hygiene.review.decisions import decisions_to_ask
from tests.builders import a_role, analysed


def test_every_role_that_is_not_excluded_is_asked_those_that_need_it_first() -> None:
    linked = a_role("linked", path="/aws-service-role/x.amazonaws.com/")
    table = decisions_to_ask(analysed(a_role("a-fine"), a_role("b-old", last_used=200), linked).roles, "o-1-2026-Q4")
    assert [arn.rsplit("/", 1)[-1] for arn in table["role_arn"]] == ["b-old", "a-fine"]
    assert list(table["needs_decision"]) == ["yes", "no"]
    assert set(table["review_id"]) == {"o-1-2026-Q4"}


def test_a_suggestion_is_never_filled_in_as_an_answer() -> None:
    table = decisions_to_ask(analysed(a_role(last_used=200)).roles, "r")
    assert table["decision"].isna().all()
    assert table["suggestion"].notna().all()
