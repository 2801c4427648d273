from __future__ import annotations

from tests.builders import a_role, analysed, found, trusts

CHECK = "trust-wildcard-principal"


def test_fires_for_a_star_in_either_spelling() -> None:
    for star in ("*", {"AWS": "*"}, {"AWS": ["arn:aws:iam::111122223333:root", "*"]}):
        (finding,) = found(analysed(a_role(trust=trusts(star))), CHECK)
        assert finding["severity"] == "critical"


def test_fires_when_the_condition_does_not_say_who_the_caller_is() -> None:
    condition = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    assert found(analysed(a_role(trust=trusts("*", Condition=condition))), CHECK)


def test_gives_one_finding_for_two_statements() -> None:
    trust = {"Statement": trusts("*")["Statement"] * 2}
    (finding,) = found(analysed(a_role(trust=trust)), CHECK)
    assert "statement 1 and 2" in finding["evidence"]


def test_quiet_under_a_condition_on_the_caller() -> None:
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-test"}}
    assert not found(analysed(a_role(trust=trusts("*", Condition=condition))), CHECK)


def test_quiet_for_a_service() -> None:
    assert not found(analysed(a_role()), CHECK)
