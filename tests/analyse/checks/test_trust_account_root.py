from __future__ import annotations

from tests.builders import ACCOUNT, SISTER, a_role, analysed, found, trusts

CHECK = "trust-account-root"


def test_fires_for_the_root_of_the_own_and_of_another_account() -> None:
    for principal in (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:iam::{SISTER}:root"):
        (finding,) = found(analysed(a_role(trust=trusts({"AWS": principal}))), CHECK)
        assert finding["severity"] == "low"


def test_quiet_for_a_named_role_called_root() -> None:
    assert not found(analysed(a_role(trust=trusts({"AWS": f"arn:aws:iam::{SISTER}:role/root"}))), CHECK)


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(), CHECK)


def test_quiet_when_a_condition_names_the_role_that_may_come() -> None:
    pinned = {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{SISTER}:role/hub"}}
    assert not found(analysed(a_role(trust=trusts({"AWS": SISTER}, Condition=pinned))), CHECK)
    anyone = {"ArnLike": {"aws:PrincipalArn": "*"}}
    assert found(analysed(a_role(trust=trusts({"AWS": SISTER}, Condition=anyone))), CHECK)
