from __future__ import annotations

from typing import Any

import pytest

from tests.activity_builders import CALLER, an_activity, an_assumption, an_event
from tests.builders import STRANGER, a_role, analysed, found

CHECK = "failed-assume"


def refused(times: int, **more: Any) -> list[dict[str, Any]]:
    entry = an_assumption(
        count=0, failed=times, errors=(("AccessDenied", times),), failed_example=an_event(3, "no"), **more
    )
    return found(analysed(a_role("app"), activity=an_activity(entry)), CHECK)


def test_fires_with_who_how_often_why_and_where_to_look() -> None:
    (finding,) = refused(12)
    assert finding["detail"] == CALLER
    assert str(finding["evidence"]).startswith(f"{CALLER} was refused 12 times (AccessDenied)")
    assert "Event no, 2026-12-28" in str(finding["evidence"])


@pytest.mark.parametrize(("times", "fires"), [(4, False), (5, True)])
def test_fires_exactly_at_the_threshold(times: int, fires: bool) -> None:
    assert bool(refused(times)) is fires


def test_an_outsider_who_tries_is_worse() -> None:
    (finding,) = refused(9, principal=STRANGER, kind="account", account=STRANGER)
    assert finding["severity"] == "medium"


def test_quiet_when_no_events_were_read() -> None:
    assert not found(analysed(a_role("app")), CHECK)


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(activity=an_activity(an_assumption(failed=99))), CHECK)
