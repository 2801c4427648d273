from __future__ import annotations

from typing import Any

from tests.builders import (
    ACCOUNT,
    ADMIN,
    SISTER,
    STRANGER,
    a_reference,
    a_role,
    an_organization,
    analysed,
    found,
    trusts,
)

CHECK = "trust-external-account"


def outsiders(principal: str, **reference: Any) -> list[dict[str, Any]]:
    chosen = a_reference(an_organization(), **reference)
    return found(analysed(a_role(trust=trusts({"AWS": principal})), reference=chosen), CHECK)


def test_fires_for_an_account_outside_the_organization() -> None:
    (finding,) = outsiders(f"arn:aws:iam::{STRANGER}:root")
    assert finding["detail"] == STRANGER


def test_quiet_for_the_organizations_own_accounts_which_nobody_typed_in() -> None:
    assert not outsiders(f"arn:aws:iam::{SISTER}:root")
    assert not outsiders(ACCOUNT)


def test_quiet_for_an_account_the_configuration_knows() -> None:
    assert not outsiders(STRANGER, known_accounts=frozenset({STRANGER}))


def test_an_account_id_inside_a_name_is_not_an_account() -> None:
    assert not outsiders(f"arn:aws:iam::{SISTER}:role/{STRANGER}")


def test_weighs_more_on_a_powerful_role() -> None:
    assert outsiders(STRANGER)[0]["severity"] == "low"
    powerful = analysed(a_role(trust=trusts({"AWS": STRANGER}), inline=ADMIN))
    assert found(powerful, CHECK)[0]["severity"] == "medium"


def test_without_an_account_list_every_other_account_is_an_outsider() -> None:
    analysis = analysed(a_role(trust=trusts({"AWS": SISTER})), reference=a_reference(None))
    assert found(analysis, CHECK)
