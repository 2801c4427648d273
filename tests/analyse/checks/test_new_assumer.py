from __future__ import annotations

from typing import Any

from tests.activity_builders import CALLER, ROLE, an_activity, an_assumption, before
from tests.builders import STRANGER, a_role, analysed, found

CHECK = "new-assumer"
NEIGHBOUR = f"arn:aws:iam::{STRANGER}:role/builder"


def new(*assumptions: Any, reference: Any, created: int = 900) -> list[dict[str, Any]]:
    activity = an_activity(*assumptions)
    return found(analysed(a_role("app", created=created), activity=activity, reference=reference), CHECK)


def test_fires_for_a_principal_the_window_before_did_not_see() -> None:
    (finding,) = new(an_assumption(), reference=before("arn:aws:iam::111122223333:role/other"))
    assert finding["role_arn"] == ROLE
    assert finding["detail"] == CALLER
    assert finding["confidence"] == "certain"
    evidence = str(finding["evidence"])
    assert "3 times from 203.0.113.7, first on 2026-12-11" in evidence
    assert "Event e-1, 2026-12-30 06:00 UTC, eu-west-1." in evidence


def test_quiet_for_who_came_before() -> None:
    assert not new(an_assumption(), reference=before(CALLER))


def test_quiet_for_a_name_whose_account_came_before_and_named_nobody() -> None:
    """The log of the neighbour was not read then, and the role's own knows but the account."""
    named = an_assumption(NEIGHBOUR, account=STRANGER)
    assert not new(named, reference=before(STRANGER))
    assert new(named, reference=before(STRANGER, f"arn:aws:iam::{STRANGER}:role/other"))


def test_quiet_for_an_account_that_names_nobody_now_and_whose_roles_came_before() -> None:
    """The log of the neighbour is not read any more: its account came, and that it was another role nobody knows."""
    unnamed = an_assumption(STRANGER, "account", STRANGER)
    assert not new(unnamed, reference=before(NEIGHBOUR))
    assert new(unnamed, reference=before("arn:aws:iam::111122223333:role/other"))


def test_those_that_nobody_kept_apart_are_no_newcomer() -> None:
    assert not new(an_assumption("other", "web-identity", ""), reference=before(CALLER))


def test_only_possible_when_more_came_before_than_could_be_kept() -> None:
    (finding,) = new(an_assumption(), reference=before("other"))
    assert finding["confidence"] == "possible"
    assert "more came than could be kept" in str(finding["evidence"])


def test_quiet_without_a_window_before_to_compare_with() -> None:
    assert not new(an_assumption(), reference=None)


def test_quiet_for_a_role_that_did_not_exist_then() -> None:
    assert not new(an_assumption(), reference=before(), created=30)


def test_quiet_for_who_only_tried() -> None:
    assert not new(an_assumption(count=0, failed=7), reference=before())


def test_an_outsider_is_worse_and_a_service_is_less() -> None:
    (outside,) = new(an_assumption(STRANGER, "account", STRANGER), reference=before())
    (service,) = new(an_assumption("ec2.amazonaws.com", "service", ""), reference=before())
    assert (outside["severity"], service["severity"]) == ("high", "low")


def test_only_likely_when_the_window_before_has_holes() -> None:
    (finding,) = new(an_assumption(), reference=before(has_holes=True))
    assert finding["confidence"] == "likely"
    assert "some days were not read" in str(finding["evidence"])


def test_quiet_when_no_events_were_read() -> None:
    assert not found(analysed(a_role("app"), reference=before()), CHECK)


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(activity=an_activity(an_assumption()), reference=before()), CHECK)
