from __future__ import annotations

from typing import Any

import pytest

from tests.activity_builders import a_sign_in, an_activity
from tests.builders import a_role, analysed, found

CHECK = "root-or-user-bypass"


def seen(*sign_ins: Any) -> list[dict[str, Any]]:
    return found(analysed(a_role(), activity=an_activity(sign_ins=sign_ins)), CHECK)


def test_fires_when_the_root_user_was_used() -> None:
    (finding,) = seen(a_sign_in())
    assert finding["severity"] == "high"
    assert finding["role_arn"] is None
    assert str(finding["evidence"]).startswith(
        "root user: used once (ConsoleLogin, without MFA), the last time on 2026-12-29."
    )


def test_a_failed_sign_in_of_the_root_user_is_a_try_and_no_use() -> None:
    (finding,) = seen(a_sign_in(outcome="Failure", count=3))
    assert finding["severity"] == "medium"
    assert str(finding["evidence"]).startswith("root user: sign-in failed 3 times, the last time on 2026-12-29.")


def test_tries_of_the_root_user_are_told_beside_its_use() -> None:
    denied = a_sign_in(action="DeleteTrail", outcome="AccessDenied")
    (finding,) = seen(a_sign_in(), a_sign_in(outcome="Failure"), denied)
    assert finding["severity"] == "high"
    assert "used 2 times (ConsoleLogin, DeleteTrail, without MFA); sign-in failed once" in str(finding["evidence"])


@pytest.mark.parametrize(("count", "fires"), [(4, False), (5, True)])
def test_fires_exactly_at_the_threshold_of_failed_sign_ins(count: int, fires: bool) -> None:
    assert bool(seen(a_sign_in("ana", is_root=False, outcome="Failure", count=count))) is fires


def test_quiet_for_a_user_who_got_in() -> None:
    assert not seen(a_sign_in("ana", is_root=False, count=50))


def test_one_finding_per_user() -> None:
    failures = [a_sign_in(name, is_root=False, outcome="Failure", count=9) for name in ("ana", "bo")]
    assert len({finding["finding_id"] for finding in seen(*failures)}) == 2


def test_quiet_when_no_events_were_read() -> None:
    assert not found(analysed(a_role()), CHECK)
