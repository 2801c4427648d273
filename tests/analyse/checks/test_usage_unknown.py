from __future__ import annotations

from tests.builders import UNREAD, a_role, analysed, found

CHECK = "usage-unknown"


def test_fires_when_the_last_use_was_not_read() -> None:
    (finding,) = found(analysed(a_role(last_used=UNREAD)), CHECK)
    assert finding["evidence"] == "Unknown whether it is used: RoleLastUsed was not read."


def test_names_the_creation_date_when_that_is_what_is_missing() -> None:
    (finding,) = found(analysed(a_role(last_used=None, CreateDate="?")), CHECK)
    assert "its creation date was not read" in finding["evidence"]


def test_quiet_when_the_use_is_known() -> None:
    assert not found(
        analysed(a_role(), a_role("old", last_used=300), a_role("new", created=1, last_used=None)), CHECK
    )


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(), CHECK)
