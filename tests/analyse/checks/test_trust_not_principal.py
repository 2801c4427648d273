from __future__ import annotations

from tests.builders import a_role, analysed, found

CHECK = "trust-not-principal"


def test_fires_for_allow_with_not_principal() -> None:
    trust = {"Statement": {"Effect": "Allow", "NotPrincipal": {"AWS": "999988887777"}, "Action": "sts:AssumeRole"}}
    (finding,) = found(analysed(a_role(trust=trust)), CHECK)
    assert (finding["severity"], finding["detail"]) == ("critical", "999988887777")


def test_quiet_for_deny_with_not_principal_which_is_how_aws_means_it() -> None:
    trust = {"Statement": {"Effect": "Deny", "NotPrincipal": {"AWS": "999988887777"}, "Action": "sts:AssumeRole"}}
    assert not found(analysed(a_role(trust=trust)), CHECK)


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(), CHECK)
