from __future__ import annotations

from typing import Any

import pytest

from tests.builders import ADMIN, a_role, analysed, found, trusts

CHECK = "trust-cognito-unauthenticated"
COGNITO = "cognito-identity.amazonaws.com"
POOL = {"StringEquals": {f"{COGNITO}:aud": "eu-west-1:12345678-corner-cafe-123456790ab"}}
SIGNED_IN = {"ForAnyValue:StringLike": {f"{COGNITO}:amr": "authenticated"}}


def findings(condition: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    trust = trusts({"Federated": COGNITO}, "sts:AssumeRoleWithWebIdentity", Condition=condition)
    return found(analysed(a_role(trust=trust, **more)), CHECK)


def test_fires_for_a_role_made_for_guests() -> None:
    (finding,) = findings({**POOL, "ForAnyValue:StringLike": {f"{COGNITO}:amr": "unauthenticated"}})
    assert (finding["severity"], finding["confidence"]) == ("medium", "certain")


def test_weighs_more_on_a_powerful_role() -> None:
    condition = {"StringEquals": {f"{COGNITO}:amr": "unauthenticated"}}
    assert findings(condition, inline=ADMIN)[0]["severity"] == "high"


@pytest.mark.parametrize("value", ["*authenticated", ["authenticated", "unauthenticated"], "*"])
def test_fires_when_guests_are_among_those_who_may_come(value: Any) -> None:
    assert findings({"ForAnyValue:StringLike": {f"{COGNITO}:amr": value}})[0]["confidence"] == "certain"


def test_is_only_possible_when_the_pool_decides() -> None:
    (finding,) = findings(POOL)
    assert (finding["severity"], finding["confidence"]) == ("low", "possible")


@pytest.mark.parametrize(
    "condition",
    [
        SIGNED_IN,
        {"StringEquals": {f"{COGNITO}:AMR": "authenticated"}},
        {"StringNotEquals": {f"{COGNITO}:amr": "unauthenticated"}},
        {"StringEquals": {f"{COGNITO}:sub": "eu-west-1:4711"}},
    ],
)
def test_quiet_when_guests_are_kept_out(condition: dict[str, Any]) -> None:
    assert not findings(condition)


def test_quiet_without_roles() -> None:
    assert not found(analysed(), CHECK)
