from __future__ import annotations

from typing import Any

import pytest

from tests.builders import ACCOUNT, a_role, analysed, days_ago, found

CHECK = "long-term-credentials"
ANA = f"arn:aws:iam::{ACCOUNT}:user/ana"


def a_user(arn: str = ANA, **columns: Any) -> dict[str, Any]:
    keys = {f"access_key_{number}_active": "false" for number in (1, 2)}
    return {"user": arn.rsplit("/", 1)[-1], "arn": arn, "password_enabled": "false", **keys, **columns}


def a_key(number: int = 1, **columns: str) -> dict[str, str]:
    known = {
        "active": "true",
        "last_rotated": days_ago(412),
        "last_used_date": days_ago(3),
        "last_used_service": "s3",
    }
    return {f"access_key_{number}_{name}": value for name, value in {**known, **columns}.items()}


def credentials(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return found(analysed(credential_report=rows), CHECK)


def test_fires_with_age_and_last_use_and_without_a_role() -> None:
    (finding,) = credentials(a_user(**a_key()))
    assert finding["evidence"] == f"{ANA}: has access key 1 (412 days old, last used 3 days ago on s3)."
    assert (finding["role_arn"], finding["detail"], finding["severity"]) == (None, "access-key-1", "medium")


def test_a_console_password_counts_and_says_whether_there_is_mfa() -> None:
    used = {"password_last_used": days_ago(40), "password_last_changed": days_ago(200)}
    (finding,) = credentials(a_user(password_enabled="true", mfa_active="false", **used))
    assert "a console password (200 days old, last used 40 days ago, without MFA)" in finding["evidence"]


def test_one_finding_per_user_names_all_credentials() -> None:
    row = a_user(password_enabled=True, **a_key(1), **a_key(2))
    (finding,) = credentials(row, row)
    assert finding["detail"] == "access-key-1;access-key-2;password"


@pytest.mark.parametrize("written", ["N/A", "no_information"])
def test_no_use_on_record_is_not_called_never(written: str) -> None:
    (finding,) = credentials(a_user(**a_key(last_used_date=written, last_used_service="N/A")))
    assert "(412 days old, no use on record)" in finding["evidence"]


def test_unknown_stays_unknown() -> None:
    (finding,) = credentials(
        {"user": "bo", "access_key_1_active": "TRUE", "access_key_1_last_rotated": "not_supported"}
    )
    assert finding["evidence"] == "bo: has access key 1 (age not known, last use not known)."


def test_quiet_for_inactive_credentials() -> None:
    assert not credentials(a_user(**a_key(active="false")))
    assert not credentials(a_user(password_enabled="N/A"), a_user(password_enabled="no_information"))


def root(**columns: Any) -> dict[str, Any]:
    return a_user(f"arn:aws:iam::{ACCOUNT}:root", user="<root_account>", password_enabled="not_supported", **columns)


def test_a_root_user_with_keys_is_critical() -> None:
    (finding,) = credentials(root(**a_key()))
    assert finding["severity"] == "critical"
    assert finding["remedy"].startswith("Delete the root user's access keys")


def test_quiet_for_a_root_user_without_keys() -> None:
    assert not credentials(root(), {**root(), "password_enabled": "true"})


def test_rows_that_are_none_do_not_crash() -> None:
    assert not credentials({}, {"user": None, "arn": None, "access_key_1_active": "true"})


def test_quiet_when_the_report_was_not_read() -> None:
    assert not found(analysed(a_role()), CHECK)
