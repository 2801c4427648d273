from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.activity_builders import BEGINS, an_activity, an_assumption
from tests.builders import AS_OF, STRANGER, UNREAD, a_reference, a_role, an_organization, analysed, found, trusts

CHECK = "trust-idle-outsider"
OUTSIDE = trusts({"AWS": STRANGER})


def idle(activity: Any = None, **role: Any) -> list[dict[str, Any]]:
    return found(analysed(a_role("app", trust=OUTSIDE, **role), activity=activity), CHECK)


def test_fires_with_the_days_nobody_came() -> None:
    (finding,) = idle(last_used=200)
    assert finding["evidence"] == f"Outside {STRANGER} may assume it, and nobody of there did for 200 days."
    assert finding["detail"] == STRANGER


def test_fires_for_a_role_in_use_by_others_when_the_events_were_read() -> None:
    (finding,) = idle(an_activity(an_assumption()), last_used=1)
    assert "did between 2026-10-02 and 2026-12-31, by CloudTrail." in str(finding["evidence"])


def test_quiet_when_the_outsider_came() -> None:
    assert not idle(an_activity(an_assumption(STRANGER, "account", STRANGER)), last_used=1)


def test_quiet_when_more_came_than_could_be_kept_apart() -> None:
    assert not idle(an_activity(an_assumption("other", "account", "444455556666")), last_used=1)


def test_quiet_for_a_role_in_use_when_no_events_were_read() -> None:
    assert not idle(last_used=1)


def test_quiet_when_some_days_were_not_read() -> None:
    assert not idle(an_activity(missing_days=(BEGINS.date(),)), last_used=1)


@pytest.mark.parametrize(
    "holes", [{"problems": ("a file cannot be read",)}, {"records_damaged": 1}], ids=["a file", "a record"]
)
def test_quiet_when_something_could_not_be_read(holes: Any) -> None:
    assert not idle(an_activity(**holes), last_used=1)


@pytest.mark.parametrize(("days", "fires"), [(29, False), (30, True)])
def test_fires_exactly_at_the_days_that_were_read(days: int, fires: bool) -> None:
    activity = replace(an_activity(), begins=AS_OF - timedelta(days=days))
    assert bool(idle(activity, last_used=1)) is fires


def test_days_before_the_first_that_was_read_are_none_it_speaks_of() -> None:
    assert idle(an_activity(missing_days=((BEGINS - timedelta(days=1)).date(),)), last_used=1)


def test_quiet_when_the_use_is_unknown() -> None:
    assert not idle(last_used=UNREAD)


def test_quiet_for_a_known_account() -> None:
    reference = a_reference(an_organization(), known_accounts=frozenset({STRANGER}))
    assert not found(analysed(a_role(trust=OUTSIDE, last_used=200), reference=reference), CHECK)
