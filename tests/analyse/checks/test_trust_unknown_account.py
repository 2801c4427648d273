from __future__ import annotations

from typing import Any

import pytest

from hygiene.model import Account, AccountState
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

CHECK = "trust-unknown-account"


def findings(state: AccountState, principal: str = SISTER, **more: Any) -> list[dict[str, Any]]:
    organization = an_organization(Account(ACCOUNT, "production"), Account(SISTER, "labs", state=state))
    return found(
        analysed(a_role(trust=trusts({"AWS": principal}), **more), reference=a_reference(organization)), CHECK
    )


@pytest.mark.parametrize("state", [AccountState.SUSPENDED, AccountState.PENDING_CLOSURE, AccountState.CLOSED])
def test_fires_for_an_account_that_is_gone(state: AccountState) -> None:
    (finding,) = findings(state)
    assert (finding["severity"], finding["detail"]) == ("low", SISTER)
    assert "labs" in finding["evidence"]


def test_weighs_more_on_a_powerful_role() -> None:
    assert (
        findings(AccountState.CLOSED, f"arn:aws:iam::{SISTER}:role/deploy", inline=ADMIN)[0]["severity"] == "medium"
    )


def test_quiet_for_a_live_account_and_for_outsiders() -> None:
    assert not findings(AccountState.ACTIVE)
    assert not findings(AccountState.CLOSED, STRANGER)


def test_quiet_where_no_organization_is_known() -> None:
    analysis = analysed(a_role(trust=trusts({"AWS": SISTER})), reference=a_reference(None))
    assert not found(analysis, CHECK)


def test_quiet_without_roles() -> None:
    assert not found(analysed(), CHECK)
