from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from hygiene.activity import EventReference, RoleChange
from hygiene.analyse.permissions import Ceilings, PolicyCompiler
from hygiene.analyse.powers import role_powers
from hygiene.frames import Coverage, Findings, frame_of
from hygiene.model import AccountDocuments
from hygiene.review.changes import changes_between, definition_changed, first_seen, with_deletions
from hygiene.review.population import Population, population_of
from tests.activity_builders import an_activity
from tests.builders import (
    ACCOUNT,
    ADMIN,
    MODEST,
    SISTER,
    STRANGER,
    a_role,
    analysed,
    details,
    document,
    statement,
    trusts,
)

READ = {"account_id": ACCOUNT, "status": "read"}


def review(*roles: dict[str, Any], coverage: dict[str, Any] | None = None) -> Population:
    analysis = analysed(*roles)
    covered = frame_of(Coverage, [coverage or READ])
    findings = frame_of(Findings, analysis.findings)
    return population_of(analysis.roles, findings, covered, looked_for_admins=True, catalogue="1")


def changed(before: Population | None, after: Population) -> list[str]:
    """What the tables alone prove."""
    return list(changes_between(before, after)["change"])


def proved(before: dict[str, Any], after: dict[str, Any]) -> pd.DataFrame:
    """What the permissions of both moments prove about one role."""
    then, now = (
        role_powers(
            AccountDocuments(ACCOUNT, authorization_details=details(role)),
            {role["RoleId"]},
            Ceilings(),
            PolicyCompiler(),
        )
        for role in (before, after)
    )
    pairs = {role_id: (then[role_id], now[role_id]) for role_id in then}
    return changes_between(review(before), review(after), pairs)


def kinds(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return list(proved(before, after)["change"])


def allows(*actions: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return a_role(inline=document(statement(list(actions), resource, **more)))


MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def test_without_an_earlier_review_nothing_is_called_new() -> None:
    assert changed(None, review(a_role())) == []


def test_added_removed_and_recreated_go_by_the_id() -> None:
    assert changed(review(a_role("a")), review(a_role("a"), a_role("b"))) == ["added"]
    assert changed(review(a_role("a"), a_role("b")), review(a_role("a"))) == ["removed"]
    assert changed(review(a_role("a")), review(a_role("a", RoleId="AROANEWNEWNEWNEW1"))) == ["recreated"]


def test_the_log_says_who_deleted_a_removed_role_and_when() -> None:
    def call(role: str, by: str, day: int, error: str = "") -> RoleChange:
        event = EventReference(id=f"event-{day}", time=datetime(2026, 12, day, tzinfo=UTC), region="us-east-1")
        return RoleChange(event, "DeleteRole", role, "", by, "role", "", "", error)

    changes = changes_between(review(a_role("a"), a_role("b"), a_role("Gone")), review(a_role("a")))
    log = an_activity(
        changes=(
            call("GONE", "deployer", 3),
            call("gone", "somebody before", 1),
            call("Gone", "whoever may not", 4, "AccessDenied"),
            call("a", "an earlier one", 2),
        )
    )
    after: dict[str, Any] = dict(
        zip(changes["role_arn"].str.rpartition("/")[2], with_deletions(changes, log)["after"], strict=True)
    )
    assert after["Gone"] == "deleted by deployer on 2026-12-03 (event event-3 in us-east-1)"
    assert pd.isna(after["b"]), "the log does not know"
    assert with_deletions(changes, None)["after"].isna().all()


@pytest.mark.parametrize(
    "unread",
    [
        {"account_id": ACCOUNT, "status": "failed", "reason": "denied"},
        {"account_id": ACCOUNT, "status": "skipped", "reason": "excluded"},
        {"account_id": ACCOUNT, "status": "partial", "roles_expected": 9, "roles_read": 1, "reason": "cut"},
        {"account_id": ACCOUNT, "status": "partial", "reason": "nobody knows how many"},
    ],
)
def test_roles_of_an_account_that_was_not_wholly_listed_are_neither_new_nor_gone(unread: dict[str, Any]) -> None:
    assert changed(review(a_role("a"), a_role("b")), review(a_role("a"), coverage=unread)) == []
    assert changed(review(a_role("a"), coverage=unread), review(a_role("a"), a_role("b"))) == []


def test_a_partial_account_with_every_role_listed_still_tells_who_is_gone() -> None:
    partial = {"account_id": ACCOUNT, "status": "partial", "roles_expected": 1, "roles_read": 1, "reason": "usage"}
    assert changed(review(a_role("a"), a_role("b")), review(a_role("a"), coverage=partial)) == ["removed"]


def test_an_account_that_was_not_read_before_has_no_changes() -> None:
    other = {"account_id": SISTER, "status": "read"}
    assert changed(review(a_role(last_used=5), coverage=other), review(a_role(last_used=100))) == []


def test_usage_that_changed_is_told() -> None:
    assert changed(review(a_role(last_used=5)), review(a_role(last_used=100))) == ["became_unused"]
    assert changed(review(a_role(last_used=100)), review(a_role(last_used=5))) == ["woke_up"]


def test_use_that_was_unknown_then_did_not_change() -> None:
    unknown = a_role(inline=None)
    del unknown["RoleLastUsed"]
    assert changed(review(unknown), review(a_role(inline=None, last_used=200))) == []


def test_admins_come_and_go_only_where_both_reviews_looked() -> None:
    plain, admin = review(a_role()), review(a_role(inline=ADMIN))
    assert "gained_admin" in changed(plain, admin)
    assert "lost_admin" in changed(admin, plain)
    assert "gained_admin" not in changed(replace(plain, admins=None), admin)


def test_a_boundary_that_came_or_went_and_a_new_owner_are_told() -> None:
    bounded = a_role(boundary=f"arn:aws:iam::{ACCOUNT}:policy/edge")
    assert "boundary_added" in changed(review(a_role()), review(bounded))
    assert "boundary_removed" in changed(review(bounded), review(a_role()))
    other = a_role(tags={"owner": "ben@example.com"})
    assert changed(review(a_role()), review(other)) == ["owner_changed"]


def test_tables_alone_prove_growth_by_count_and_trust_by_principals() -> None:
    small, big = review(allows("s3:GetObject")), review(allows("s3:GetObject", "s3:PutObject"))
    assert changed(small, big) == ["privilege_up"]
    assert changed(big, small) == ["privilege_down"]
    wide = a_role(trust=trusts({"Service": "lambda.amazonaws.com", "AWS": STRANGER}))
    assert changed(review(a_role()), review(wide)) == ["trust_widened"]
    assert changed(review(wide), review(a_role())) == ["trust_narrowed"]


def test_as_many_but_other_actions_are_not_called_the_same() -> None:
    assert changed(review(allows("s3:GetObject")), review(allows("iam:PassRole"))) == ["policies_changed"]


def test_counts_by_another_list_of_actions_prove_nothing() -> None:
    before = replace(review(allows("s3:*")), catalogue="an older one")
    assert changed(before, review(allows("s3:GetObject"))) == ["policies_changed"]
    assert changed(before, review(allows("s3:*"))) == []


def test_permissions_of_both_moments_tell_swapped_actions_apart() -> None:
    table = proved(allows("s3:GetObject"), allows("iam:PassRole"))
    assert list(table["change"]) == ["privilege_down", "privilege_up"]
    assert "iam:PassRole" in table["after"][1]
    assert "s3:GetObject" in table["before"][0]


def test_a_wider_scope_or_a_lost_condition_is_more_privilege() -> None:
    narrow = allows("s3:GetObject", resource="arn:aws:s3:::one/*")
    assert kinds(narrow, allows("s3:GetObject")) == ["privilege_up"]
    assert kinds(allows("s3:GetObject", Condition=MFA), allows("s3:GetObject")) == ["privilege_up"]
    assert kinds(allows("s3:GetObject"), narrow) == ["privilege_down"]


def test_another_resource_is_told_though_no_action_differs() -> None:
    one, two = (allows("s3:GetObject", resource=f"arn:aws:s3:::{name}/*") for name in ("one", "two"))
    assert kinds(one, two) == ["policies_changed"]


def test_an_unreadable_policy_proves_nothing_and_is_told() -> None:
    assert kinds(a_role(inline={"Statement": [{"Effect": "Perhaps"}]}), a_role()) == ["policies_changed"]


def test_the_same_principal_under_fewer_conditions_is_wider_trust() -> None:
    strict = a_role(trust=trusts({"AWS": STRANGER}, Condition={"StringEquals": {"sts:ExternalId": "x"}}))
    loose = a_role(trust=trusts({"AWS": STRANGER}))
    assert kinds(strict, loose) == ["trust_widened"]
    assert kinds(loose, strict) == ["trust_narrowed"]


def test_a_swapped_principal_is_both_wider_and_narrower() -> None:
    one, two = (a_role(trust=trusts({"AWS": account})) for account in (STRANGER, SISTER))
    assert kinds(one, two) == ["trust_narrowed", "trust_widened"]


def test_everybody_covers_whoever_was_let_in_before() -> None:
    assert kinds(a_role(trust=trusts({"AWS": STRANGER})), a_role(trust=trusts("*"))) == ["trust_widened"]


def test_the_same_role_gives_no_change_by_either_way() -> None:
    assert changed(review(a_role()), review(a_role())) == []
    assert kinds(a_role(inline=MODEST), a_role(inline=MODEST)) == []


def test_only_roles_whose_definition_differs_are_worth_reading_again() -> None:
    before = review(a_role("same"), a_role("grown"), a_role("gone"))
    after = review(a_role("same", last_used=50), a_role("grown", inline=ADMIN), a_role("new"))
    assert definition_changed(before, after) == {ACCOUNT: {a_role("grown")["RoleId"]}}


def test_a_finding_keeps_the_quarter_in_which_it_was_first_seen() -> None:
    now = pd.DataFrame({"finding_id": ["old", "new"]})
    before = pd.DataFrame({"finding_id": ["old"], "first_seen_quarter": ["2026-Q2"]})
    assert list(first_seen(now, before, "2026-Q4")["first_seen_quarter"]) == ["2026-Q2", "2026-Q4"]
