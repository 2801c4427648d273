from __future__ import annotations

from typing import Any

import pytest

from tests.builders import ACCOUNT, UNREAD, a_reference, a_role, analysed, days_ago


def verdict(role: dict[str, Any], **documents: Any) -> tuple[str, str]:
    row = analysed(role, **documents).roles.iloc[0]
    return row["usage_status"], row["usage_reason"]


@pytest.mark.parametrize(
    ("last_used", "expected"),
    [
        (0, ("in_use", "recent")),
        (89.99, ("in_use", "recent")),
        (90, ("unused", "stale")),
        (399, ("unused", "stale")),
    ],
)
def test_used_exactly_the_threshold_ago_is_unused(last_used: float, expected: tuple[str, str]) -> None:
    assert verdict(a_role(last_used=last_used)) == expected


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        (1, ("too_new", "too_new")),
        (89.99, ("too_new", "too_new")),
        (90, ("unused", "never_used")),
        (399.99, ("unused", "never_used")),
        (400, ("unused", "not_used_in_tracking_period")),
    ],
)
def test_never_is_only_said_of_a_role_younger_than_the_tracking_period(
    created: float, expected: tuple[str, str]
) -> None:
    assert verdict(a_role(last_used=None, created=created)) == expected


def test_null_means_read_and_not_used() -> None:
    assert verdict(a_role(last_used=UNREAD, RoleLastUsed=None)) == ("unused", "not_used_in_tracking_period")


@pytest.mark.parametrize("used", [{"LastUsedDate": "soon"}, {"Region": "eu-west-1"}, "2026-12-01", 5, []])
def test_a_last_use_that_cannot_be_read_is_unknown_never_unused(used: object) -> None:
    assert verdict(a_role(last_used=UNREAD, RoleLastUsed=used)) == ("unknown", "no_data")


def test_absent_last_use_is_unknown() -> None:
    assert verdict(a_role(last_used=UNREAD)) == ("unknown", "no_data")


def test_a_role_without_creation_date_is_not_called_unused() -> None:
    assert verdict(a_role(last_used=None, CreateDate=None)) == ("unknown", "no_data")


def test_a_recent_service_use_proves_use_where_the_last_use_was_not_read() -> None:
    role = a_role(last_used=UNREAD)
    answer = {"ServicesLastAccessed": [{"ServiceNamespace": "s3", "LastAuthenticated": days_ago(3)}]}
    assert verdict(role, last_accessed={role["Arn"]: answer}) == ("in_use", "recent")


def test_an_old_service_use_proves_nothing_where_the_last_use_was_not_read() -> None:
    role = a_role(last_used=UNREAD)
    answer = {"ServicesLastAccessed": [{"ServiceNamespace": "s3", "LastAuthenticated": days_ago(200)}]}
    assert verdict(role, last_accessed={role["Arn"]: answer}) == ("unknown", "no_data")


def test_aws_own_roles_are_excluded_by_path_not_by_name() -> None:
    assert verdict(a_role(path="/aws-service-role/s.amazonaws.com/", last_used=None)) == (
        "excluded",
        "service_linked",
    )
    sso = a_role("AWSReservedSSO_Admin_0123456789abcdef", path="/aws-reserved/sso.amazonaws.com/eu-west-1/")
    assert verdict(sso) == ("excluded", "sso_reserved")
    assert verdict(a_role("AWSServiceRoleForFoo", path="/service-role/", last_used=300))[0] == "unused"


def test_a_date_with_an_offset_is_compared_in_utc() -> None:
    # 2026-10-03T05:00+09:00 is 2026-10-02T20:00Z, 89 days and 10 hours before the review.
    role = a_role(last_used=UNREAD, RoleLastUsed={"LastUsedDate": "2026-10-03T05:00:00+09:00"})
    assert verdict(role) == ("in_use", "recent")


def test_the_threshold_is_the_configured_one() -> None:
    row = analysed(a_role(last_used=45), reference=a_reference(unused_after_days=45)).roles.iloc[0]
    assert row["usage_status"] == "unused"
    assert row["account_id"] == ACCOUNT


def test_a_use_after_the_moment_of_the_review_counts_as_use_today() -> None:
    row = analysed(a_role(last_used=-5)).roles.iloc[0]
    assert (row["usage_status"], row["unused_days"]) == ("in_use", 0)


def test_an_account_without_roles_gives_an_empty_table() -> None:
    assert analysed().roles.empty
