from __future__ import annotations

from tests.builders import a_role, analysed, found, trusts

CHECK = "trust-orphaned-principal"


def test_fires_for_the_id_of_a_deleted_role_as_clean_up_work() -> None:
    (finding,) = found(analysed(a_role(trust=trusts({"AWS": "AROAEXAMPLEEXAMPLE123"}))), CHECK)
    assert finding["severity"] == "low"
    assert "clean-up" in finding["evidence"]


def test_quiet_for_an_arn() -> None:
    assert not found(analysed(a_role(trust=trusts({"AWS": "arn:aws:iam::111122223333:role/AROA"}))), CHECK)


def test_a_deleted_principal_is_no_outsider() -> None:
    assert not found(analysed(a_role(trust=trusts({"AWS": "AIDAEXAMPLEEXAMPLE123"}))), "trust-external-account")
