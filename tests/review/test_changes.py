from __future__ import annotations

from typing import Any

import pandas as pd

from hygiene.review.changes import changes_between, first_seen
from tests.builders import ACCOUNT, ADMIN, STRANGER, a_role, analysed, trusts

READ = {ACCOUNT}


def roles(*held: dict[str, Any]) -> pd.DataFrame:
    return analysed(*held).roles


def changed(before: pd.DataFrame | None, after: pd.DataFrame, read: set[str] = READ) -> list[str]:
    return list(changes_between(before, after, read)["change"])


def test_without_an_earlier_review_nothing_is_called_new() -> None:
    assert changed(None, roles(a_role())) == []


def test_added_removed_and_recreated_go_by_the_id() -> None:
    assert changed(roles(a_role("a")), roles(a_role("a"), a_role("b"))) == ["added"]
    assert changed(roles(a_role("a"), a_role("b")), roles(a_role("a"))) == ["removed"]
    assert changed(roles(a_role("a")), roles(a_role("a", RoleId="AROANEWNEWNEWNEW1"))) == ["recreated"]


def test_a_role_of_an_account_that_was_not_read_is_not_called_removed() -> None:
    assert changed(roles(a_role("a")), roles(), read=set()) == []


def test_usage_that_changed_is_told() -> None:
    assert changed(roles(a_role(last_used=5)), roles(a_role(last_used=100))) == ["became_unused"]
    assert changed(roles(a_role(last_used=100)), roles(a_role(last_used=5))) == ["woke_up"]


def test_power_and_trust_that_changed_are_told() -> None:
    assert changed(roles(a_role()), roles(a_role(inline=ADMIN))) == ["gained_admin", "privilege_up"]
    assert changed(roles(a_role(inline=ADMIN)), roles(a_role())) == ["privilege_down"]
    wide = a_role(trust=trusts({"Service": "lambda.amazonaws.com", "AWS": STRANGER}))
    assert changed(roles(a_role()), roles(wide)) == ["trust_widened"]
    assert changed(roles(wide), roles(a_role())) == ["trust_narrowed"]


def test_the_same_role_gives_no_change() -> None:
    assert changed(roles(a_role()), roles(a_role())) == []


def test_a_finding_keeps_the_quarter_in_which_it_was_first_seen() -> None:
    now = pd.DataFrame({"finding_id": ["old", "new"]})
    before = pd.DataFrame({"finding_id": ["old"], "first_seen_quarter": ["2026-Q2"]})
    assert list(first_seen(now, before, "2026-Q4")["first_seen_quarter"]) == ["2026-Q2", "2026-Q4"]
