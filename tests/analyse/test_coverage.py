from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.model import Account, AccountDocuments, AccountState, Gap, GapKind
from tests.builders import (
    ACCOUNT,
    AS_OF,
    SISTER,
    a_reference,
    a_role,
    an_organization,
    analysed_population,
    details,
)

if TYPE_CHECKING:
    from hygiene.analyse.organization import Analysis

STARTED = datetime(2026, 12, 31, 5, 0, tzinfo=UTC)


def covered(*documents: AccountDocuments, skipped: dict[str, str] | None = None, accounts: Any = ()) -> Analysis:
    reference = a_reference(an_organization(*accounts))
    return analysed_population(*documents, reference=reference, skipped=skipped, started_at=STARTED)


def read(*roles: dict[str, Any], account: str = ACCOUNT, **more: Any) -> AccountDocuments:
    return AccountDocuments(account, authorization_details=details(*roles), **more)


def row_of(analysis: Analysis, account: str = ACCOUNT) -> dict[Any, Any]:
    return next(row for row in analysis.coverage.to_dict("records") if row["account_id"] == account)


def gap(collector: str = "last-accessed", kind: GapKind = GapKind.DENIED, **more: Any) -> Gap:
    settings = {
        "operation": "iam:GenerateServiceLastAccessedDetails",
        "code": "AccessDenied",
        "message": "no",
        **more,
    }
    return Gap(ACCOUNT, collector, kind, **settings)


def test_every_account_of_the_organization_has_a_row() -> None:
    analysis = covered(read(a_role()))
    assert list(analysis.coverage["account_id"]) == [ACCOUNT, SISTER]
    assert row_of(analysis)["status"] == "read"
    assert row_of(analysis, SISTER)["status"] == "failed"
    assert row_of(analysis, SISTER)["reason"] == "not in the snapshot"


def test_a_skipped_account_says_why_and_is_not_judged() -> None:
    analysis = covered(read(a_role()), skipped={ACCOUNT: "the account is suspended (SUSPENDED)"})
    assert row_of(analysis)["status"] == "skipped"
    assert "suspended" in row_of(analysis)["reason"]
    assert analysis.roles.empty


def test_an_account_that_refused_us_is_failed_with_the_reason() -> None:
    refused = gap("assume-role", operation="sts:AssumeRole")
    analysis = covered(AccountDocuments(ACCOUNT, gaps=(refused,)))
    assert row_of(analysis)["status"] == "failed"
    assert row_of(analysis)["reason"] == "the reader role could not be assumed: sts:AssumeRole AccessDenied"


def test_denied_last_accessed_makes_the_account_partial_and_counts_what_is_missing() -> None:
    row = row_of(covered(read(a_role(), a_role("idle", last_used=None), gaps=(gap(),))))
    assert row["status"] == "partial"
    assert (row["last_accessed_expected"], row["last_accessed_read"]) == (1, 0)
    assert "iam:GenerateServiceLastAccessedDetails denied" in row["reason"]


def test_a_file_that_was_never_asked_for_is_no_gap() -> None:
    row = row_of(covered(read(a_role())))
    assert row["status"] == "read"
    assert row["last_accessed_expected"] is None or row["last_accessed_expected"] != row["last_accessed_expected"]
    assert row["roles_read"] == 1


def test_a_role_in_one_listing_only_makes_the_account_partial_with_its_name() -> None:
    unlisted = row_of(covered(read(a_role("seen"), a_role("unlisted"), roles=(a_role("seen"),))))
    assert unlisted["status"] == "partial"
    assert "not in ListRoles: unlisted" in unlisted["reason"]
    unread = row_of(covered(read(a_role("seen"), roles=(a_role("seen"), a_role("unread")))))
    assert "not in the authorization details: unread" in unread["reason"]


def test_a_role_made_or_deleted_during_the_run_is_no_gap() -> None:
    young = a_role("young", CreateDate="2026-12-31T05:30:00+00:00")
    made = row_of(covered(read(a_role(), roles=(a_role(), young), account_summary={"Roles": 2})))
    assert made["status"] == "read"
    gone = a_role("gone")
    deleted = read(
        a_role(),
        gone,
        roles=(a_role(),),
        reconciliation={"deleted_during_run": [gone["Arn"]]},
        account_summary={"Roles": 1},
    )
    assert row_of(covered(deleted))["status"] == "read"


def test_a_count_that_differs_makes_the_account_partial() -> None:
    row = row_of(covered(read(a_role(), account_summary={"Roles": 5})))
    assert row["status"] == "partial"
    assert row["reason"] == "IAM counts 5 roles, 1 were listed"
    assert row["roles_expected"] == 5


def test_a_role_that_vanished_while_its_job_was_made_is_no_gap() -> None:
    role = a_role()
    vanished = gap(kind=GapKind.GONE, code="NoSuchEntity", subject=role["Arn"])
    row = row_of(covered(read(role, last_accessed={}, gaps=(vanished,))))
    assert (row["status"], row["last_accessed_expected"]) == ("read", 0)


@pytest.mark.parametrize("state", [AccountState.ACTIVE, AccountState.UNKNOWN])
def test_an_account_outside_the_list_is_covered_too(state: AccountState) -> None:
    analysis = covered(read(a_role(account=SISTER), account=SISTER), accounts=(Account(ACCOUNT, state=state),))
    assert row_of(analysis, SISTER)["status"] == "read"
    assert AS_OF > STARTED


def test_more_roles_denied_than_named_are_counted() -> None:
    gaps = tuple(gap(subject=f"arn:aws:iam::{ACCOUNT}:role/r{number}") for number in range(3))
    assert row_of(covered(read(a_role(), gaps=gaps)))["reason"].endswith("AccessDenied (3 roles)")
