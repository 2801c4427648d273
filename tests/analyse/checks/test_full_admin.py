from __future__ import annotations

from typing import Any

from hygiene.model import Account, Organization
from tests.builders import (
    ACCOUNT,
    ADMIN,
    a_policy,
    a_reference,
    a_role,
    an_organization,
    an_scp,
    analysed,
    document,
    found,
    statement,
)

CHECK = "full-admin"
BOUNDARY = "arn:aws:iam::111122223333:policy/limit"


def fates(*roles: dict[str, Any], **more: Any) -> list[str | None]:
    return [finding["held_back_by"] for finding in found(analysed(*roles, **more), CHECK)]


def test_fires_for_a_star_whatever_the_policy_is_called() -> None:
    (finding,) = found(analysed(a_role(inline=ADMIN)), CHECK)
    assert (finding["severity"], finding["confidence"], finding["policies"]) == ("high", "certain", "inline")


def test_fires_when_the_star_is_split_over_two_policies() -> None:
    half = document({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})
    other = a_policy("arn:aws:iam::111122223333:policy/other-half", document(statement("iam:*")))
    assert fates(a_role(inline=half, attached=(other["Arn"],)), policies=[other]) == [None]


def test_quiet_for_a_harmless_policy_that_is_named_administrator_access() -> None:
    namesake = a_policy("arn:aws:iam::111122223333:policy/AdministratorAccess", document(statement("s3:ListBucket")))
    assert fates(a_role(inline=None, attached=(namesake["Arn"],)), policies=[namesake]) == []


def test_quiet_for_a_version_that_is_not_the_default() -> None:
    policy = a_policy("arn:aws:iam::111122223333:policy/p", document(statement("s3:ListBucket")))
    policy["PolicyVersionList"].append({"Document": ADMIN, "VersionId": "v2", "IsDefaultVersion": False})
    assert fates(a_role(inline=None, attached=(policy["Arn"],)), policies=[policy]) == []


def test_quiet_on_one_bucket() -> None:
    assert fates(a_role(inline=document(statement("*", "arn:aws:s3:::one")))) == []


def test_held_back_by_a_boundary() -> None:
    limit = a_policy(BOUNDARY, document(statement("s3:*")))
    assert fates(a_role(inline=ADMIN, boundary=BOUNDARY), policies=[limit]) == ["boundary"]


def test_a_boundary_that_was_not_read_holds_nothing_back() -> None:
    assert fates(a_role(inline=ADMIN, boundary=BOUNDARY)) == [None]


def test_held_back_by_an_scp_but_not_in_the_management_account() -> None:
    limit = an_scp(document(statement("s3:*")))
    assert fates(a_role(inline=ADMIN), reference=a_reference(an_organization(policies=[limit]))) == ["scp"]
    management = Organization("o-1", ACCOUNT, (Account(ACCOUNT, ou_ids=("r-1",)),), (limit,))
    assert fates(a_role(inline=ADMIN), reference=a_reference(management)) == [None]


def test_a_deny_of_a_few_actions_leaves_an_administrator() -> None:
    denied = document(statement("*"), statement(["organizations:LeaveOrganization", "iam:CreateUser"], effect="Deny"))
    assert fates(a_role(inline=denied)) == [None]


def test_a_deny_of_all_of_iam_does_not() -> None:
    assert fates(a_role(inline=document(statement("*"), statement("iam:*", effect="Deny")))) == ["deny"]


def test_a_condition_makes_it_possible_not_certain() -> None:
    mfa = document(statement("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    (finding,) = found(analysed(a_role(inline=mfa)), CHECK)
    assert finding["held_back_by"] == "not-evaluated: aws:multifactorauthpresent"
    assert finding["confidence"] == "possible"


def test_quiet_for_service_linked_roles_which_nobody_can_edit() -> None:
    assert fates(a_role(inline=ADMIN, path="/aws-service-role/x.amazonaws.com/")) == []
