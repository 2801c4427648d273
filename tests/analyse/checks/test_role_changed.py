from __future__ import annotations

import json
from typing import Any

import pytest

from tests.activity_builders import CALLER, a_change, an_activity
from tests.builders import ADMIN, LAMBDA, MODEST, STRANGER, a_policy, a_role, analysed, found, trusts

CHECK = "role-changed"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
SHARED = "arn:aws:iam::111122223333:policy/shared"


def changed(*changes: Any, **role: Any) -> list[dict[str, Any]]:
    activity = an_activity(changes=changes)
    role_ = a_role("app", **role)
    return found(analysed(role_, activity=activity, policies=[a_policy(ADMINISTRATOR, ADMIN)]), CHECK)


def test_says_what_by_whom_when_from_where_and_which_event() -> None:
    (finding,) = changed(a_change("AttachRolePolicy", subject=ADMINISTRATOR))
    assert finding["evidence"] == (
        f"Gave it much more: AttachRolePolicy {ADMINISTRATOR}, by {CALLER} from 203.0.113.7 on Wednesday, 2026-12-30 "
        "at 06:00 UTC. Event e-1, 2026-12-30 06:00 UTC, eu-west-1."
    )


@pytest.mark.parametrize(
    ("change", "severity"),
    [
        (a_change("AttachRolePolicy", subject=ADMINISTRATOR), "high"),
        (a_change("PutRolePolicy", subject="p", document=json.dumps(MODEST)), "medium"),
        (a_change("AttachRolePolicy", subject="arn:aws:iam::aws:policy/Gone"), "medium"),
        (a_change("DeleteRolePermissionsBoundary"), "high"),
        (a_change("UpdateAssumeRolePolicy", document=json.dumps(trusts({"AWS": STRANGER}))), "high"),
        (a_change("UpdateAssumeRolePolicy", document=json.dumps(LAMBDA)), "medium"),
        (a_change("CreateRole"), "low"),
        (a_change("CreateRole", document=json.dumps(trusts({"AWS": STRANGER}))), "high"),
        (a_change("DetachRolePolicy", subject=ADMINISTRATOR), "info"),
        (a_change("PutRolePermissionsBoundary", subject=ADMINISTRATOR), "medium"),
        (a_change("PutRolePermissionsBoundary", subject="arn:aws:iam::111122223333:policy/limit"), "low"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.action,
)
def test_severity_follows_what_it_did_to_the_roles_power(change: Any, severity: str) -> None:
    (finding,) = changed(change)
    assert finding["severity"] == severity


@pytest.mark.parametrize("action", ["PutRolePolicy", "CreatePolicyVersion", "SetDefaultPolicyVersion"])
def test_a_policy_that_was_rewritten_is_not_called_more(action: str) -> None:
    """Whoever right-sizes a role writes a narrower version of a policy; the call shows but the new one."""
    activity = an_activity(changes=[a_change(action, subject=SHARED, document=json.dumps(MODEST))])
    (finding,) = found(analysed(a_role("app", attached=[SHARED]), activity=activity), CHECK)
    assert str(finding["evidence"]).startswith(f"Changed what it may do: {action}")


@pytest.mark.parametrize(("subject", "says"), [(ADMINISTRATOR, "Set a boundary that"), (SHARED, "Changed it: ")])
def test_a_new_boundary_is_told_by_what_it_holds_back(subject: str, says: str) -> None:
    (finding,) = changed(a_change("PutRolePermissionsBoundary", subject=subject))
    assert str(finding["evidence"]).startswith(says)


@pytest.mark.parametrize(
    ("subject", "severity"),
    [
        (ADMINISTRATOR, "high"),
        ("arn:aws-us-gov:iam::aws:policy/IAMFullAccess", "high"),
        ("arn:aws:iam::111122223333:policy/AdministratorAccess", "medium"),
    ],
)
def test_what_aws_calls_administrator_is_one_although_its_text_is_not_there(subject: str, severity: str) -> None:
    activity = an_activity(changes=[a_change("AttachRolePolicy", subject=subject)])
    (finding,) = found(analysed(a_role("app"), activity=activity), CHECK)
    assert finding["severity"] == severity


def test_the_worst_change_is_told_and_the_others_are_counted() -> None:
    (finding,) = changed(
        a_change("DetachRolePolicy"), a_change("DeleteRolePermissionsBoundary", 5), a_change("TagRole")
    )
    assert str(finding["evidence"]).startswith("Gave it much more: DeleteRolePermissionsBoundary")
    assert "2 more changes in the window." in str(finding["evidence"])


def changed_policy(*changes: Any) -> list[dict[str, Any]]:
    """Return the findings of two roles, of which `app` alone has the shared policy."""
    roles, activity = (a_role("app", attached=[SHARED]), a_role("other")), an_activity(changes=changes)
    return found(analysed(*roles, activity=activity, policies=[a_policy(SHARED, ADMIN)]), CHECK)


@pytest.mark.parametrize(
    "change",
    [
        a_change("CreatePolicyVersion", role_name="", subject=SHARED, document=json.dumps(ADMIN)),
        a_change("SetDefaultPolicyVersion", role_name="", subject=f"{SHARED} v3"),
    ],
    ids=lambda change: change.action,
)
def test_a_policy_with_another_default_version_changes_the_roles_that_have_it(change: Any) -> None:
    (finding,) = changed_policy(change)
    assert (finding["role_name"], finding["severity"]) == ("app", "high")
    assert str(finding["evidence"]).startswith(f"Gave it much more: {change.action} {SHARED}")


def test_quiet_for_a_version_that_is_not_the_default_and_for_a_policy_nobody_has() -> None:
    assert not changed_policy(a_change("CreatePolicyVersion", role_name="", subject=f"{SHARED} (not the default)"))
    assert not changed_policy(a_change("CreatePolicyVersion", role_name="", subject=f"{SHARED}-too"))


def test_a_role_that_got_the_policy_later_was_not_changed_by_its_version() -> None:
    version = a_change("CreatePolicyVersion", 9, role_name="", subject=SHARED)
    (finding,) = changed_policy(version, a_change("AttachRolePolicy", 5, subject=SHARED))
    assert finding["detail"] == "2026-12-26 AttachRolePolicy"


def passing(name: str, *between: Any) -> tuple[Any, ...]:
    made, gone = a_change("CreateRole", 9, role_name=name), a_change("DeleteRole", 7, role_name=name)
    return made, *between, gone


def test_a_role_that_came_and_went_between_two_reviews_is_told_by_its_name() -> None:
    grant = a_change("AttachRolePolicy", 8, role_name="ghost", subject=ADMINISTRATOR)
    (finding,) = changed(*passing("ghost", grant))
    assert (finding["role_arn"], finding["severity"]) == (None, "high")
    assert str(finding["evidence"]).startswith(
        "role ghost: made on 2026-12-22, deleted on 2026-12-24, so no review saw it. Gave it much more: "
        f"AttachRolePolicy {ADMINISTRATOR}, by {CALLER}"
    )
    assert "Event e-1, 2026-12-23" in str(finding["evidence"])


def test_roles_that_came_and_went_without_harm_are_one_finding() -> None:
    (finding,) = changed(*passing("test-1"), *passing("test-2"))
    assert (finding["severity"], finding["detail"]) == ("info", "test-1;test-2")


@pytest.mark.parametrize(
    "changes",
    [
        passing("ghost")[:1],
        passing("ghost")[1:],
        passing("app"),
        passing("APP"),
        (a_change("CreateRole", 9, role_name="ghost", error="AccessDenied"), *passing("ghost")[1:]),
    ],
    ids=["only made", "only deleted", "there now", "there in another case", "refused"],
)
def test_a_role_did_not_pass_unless_it_was_made_and_deleted_and_is_gone(changes: tuple[Any, ...]) -> None:
    assert not [one for one in changed(*changes) if one["role_arn"] is None]


def test_quiet_for_a_call_that_was_refused() -> None:
    assert not changed(a_change("PutRolePolicy", error="AccessDenied"))


def test_quiet_for_an_earlier_role_of_the_same_name() -> None:
    assert not changed(a_change("PutRolePolicy", role_id="AROAOTHERROLE"))
    assert not changed(a_change("PutRolePolicy", 30), created=10)


def test_quiet_for_a_service_linked_role() -> None:
    assert not changed(a_change("CreateRole"), path="/aws-service-role/x.amazonaws.com/")


def test_quiet_when_no_events_were_read() -> None:
    assert not found(analysed(a_role("app")), CHECK)
