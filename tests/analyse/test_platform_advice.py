from __future__ import annotations

from tests.builders import ADMIN, a_reference, a_role, an_organization, analysed, found

SSO = "/aws-reserved/sso.amazonaws.com/eu-west-1/"


def test_nobody_is_told_to_edit_a_role_that_a_platform_manages() -> None:
    analysis = analysed(a_role("AWSControlTowerExecution", inline=ADMIN))
    assert "Control Tower" in found(analysis, "full-admin")[0]["remedy"]
    assert "leave the role to it" in analysis.roles.iloc[0]["suggestion_reason"]


def test_a_permission_set_is_named_with_the_accounts_it_reaches() -> None:
    role = a_role("AWSReservedSSO_Admins_0123456789abcdef", path=SSO, inline=ADMIN)
    reference = a_reference(an_organization(), permission_sets={"Admins": ("111122223333", "444455556666")})
    remedy = found(analysed(role, reference=reference), "full-admin")[0]["remedy"]
    assert "permission set Admins (provisioned to 111122223333, 444455556666)" in remedy


def test_an_ordinary_role_keeps_the_remedy_of_the_check() -> None:
    assert "Replace the wildcard" in found(analysed(a_role(inline=ADMIN)), "full-admin")[0]["remedy"]
