from __future__ import annotations

from typing import Any

from hygiene.config import CheckSettings
from tests.builders import ADMIN, a_role, analysed, found

CHECK = "long-session"


def sessions(role: dict[str, Any], hours: float | None, **settings: Any) -> list[dict[str, Any]]:
    listing = {**role} if hours is None else {**role, "MaxSessionDuration": int(hours * 3600)}
    return found(analysed(role, roles=(listing,), checks={CHECK: CheckSettings(**settings)}), CHECK)


def test_fires_for_a_long_session_on_a_powerful_role() -> None:
    (finding,) = sessions(a_role(inline=ADMIN), 12)
    assert finding["evidence"] == "A session may last 12 hours; the limit for powerful roles is 4."


def test_quiet_exactly_at_the_threshold() -> None:
    assert not sessions(a_role(inline=ADMIN), 4)


def test_the_threshold_is_configurable() -> None:
    assert sessions(a_role(inline=ADMIN), 4, max_hours=2)


def test_quiet_for_a_modest_role() -> None:
    assert not sessions(a_role(), 12)


def test_quiet_when_the_session_length_was_not_read() -> None:
    assert not sessions(a_role(inline=ADMIN), None)


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(), CHECK)
