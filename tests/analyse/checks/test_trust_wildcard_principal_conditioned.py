from __future__ import annotations

from tests.builders import a_role, analysed, found, trusts

CHECK = "trust-wildcard-principal-conditioned"


def test_fires_and_names_the_condition() -> None:
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-test"}}
    (finding,) = found(analysed(a_role(trust=trusts("*", Condition=condition))), CHECK)
    assert "aws:principalorgid" in finding["evidence"]


def test_quiet_without_a_condition_which_is_another_finding() -> None:
    assert not found(analysed(a_role(trust=trusts("*"))), CHECK)


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(), CHECK)
