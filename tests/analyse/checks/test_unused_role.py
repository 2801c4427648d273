from __future__ import annotations

from tests.builders import UNREAD, a_role, analysed, found

CHECK = "unused-role"


def test_fires_with_the_date_a_person_can_check() -> None:
    (finding,) = found(analysed(a_role(last_used=120)), CHECK)
    assert finding["evidence"] == "Last used 120 days ago, on 2026-09-02."
    assert finding["detail"] == "stale"


def test_says_never_only_of_a_role_younger_than_the_tracking_period() -> None:
    (old,) = found(analysed(a_role(last_used=None, created=900)), CHECK)
    assert "never" not in old["evidence"].lower()
    assert "400-day tracking period" in old["evidence"]
    (young,) = found(analysed(a_role(last_used=None, created=200)), CHECK)
    assert young["evidence"].startswith("Never used since it was created on")


def test_fires_exactly_at_the_threshold() -> None:
    assert found(analysed(a_role(last_used=90)), CHECK)


def test_quiet_one_day_before_the_threshold() -> None:
    assert not found(analysed(a_role(last_used=89)), CHECK)


def test_quiet_when_the_evidence_was_not_read() -> None:
    assert not found(analysed(a_role(last_used=UNREAD)), CHECK)


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(), CHECK)
