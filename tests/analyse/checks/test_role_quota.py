from __future__ import annotations

from typing import Any

from tests.builders import a_role, analysed, found

CHECK = "role-quota"


def quota(roles: int, of: int) -> list[dict[str, Any]]:
    summary = {"Roles": roles, "RolesQuota": of}
    return found(analysed(a_role(), a_role("old", last_used=200), account_summary=summary), CHECK)


def test_fires_at_the_threshold_and_says_what_removal_frees() -> None:
    (finding,) = quota(800, 1000)
    assert "800 of 1000 roles (80 %); removing the 1 unused ones leaves 799" in finding["evidence"]
    assert finding["role_arn"] is None
    assert finding["severity"] == "medium"


def test_is_high_close_to_the_end() -> None:
    assert quota(950, 1000)[0]["severity"] == "high"


def test_quiet_below_the_threshold() -> None:
    assert not quota(799, 1000)


def test_quiet_when_the_summary_was_not_read() -> None:
    assert not found(analysed(a_role()), CHECK)


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(), CHECK)
