from __future__ import annotations

from tests.builders import SISTER, STRANGER, a_role, analysed, found, trusts

CHECK = "trust-no-external-id"
WITH_ID = {"StringEquals": {"sts:ExternalId": "k-123"}}


def test_fires_for_an_outsider_without_an_external_id() -> None:
    (finding,) = found(analysed(a_role(trust=trusts({"AWS": STRANGER}))), CHECK)
    assert finding["detail"] == STRANGER


def test_quiet_with_one() -> None:
    assert not found(analysed(a_role(trust=trusts({"AWS": STRANGER}, Condition=WITH_ID))), CHECK)


def test_an_external_id_in_another_statement_does_not_count() -> None:
    one, other = trusts({"AWS": STRANGER}), trusts({"AWS": "222200001111"}, Condition=WITH_ID)
    trust = {"Statement": one["Statement"] + other["Statement"]}
    assert [finding["detail"] for finding in found(analysed(a_role(trust=trust)), CHECK)] == [STRANGER]


def test_quiet_inside_the_organization() -> None:
    assert not found(analysed(a_role(trust=trusts({"AWS": SISTER}))), CHECK)
