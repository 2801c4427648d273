from __future__ import annotations

from typing import Any

import pytest

from tests.builders import ADMIN, a_role, analysed, found, trusts

CHECK = "trust-cognito-no-audience"
COGNITO = "cognito-identity.amazonaws.com"
POOL = {"StringEquals": {f"{COGNITO}:aud": "eu-west-1:12345678-corner-cafe-123456790ab"}}
SIGNED_IN = {"ForAnyValue:StringLike": {f"{COGNITO}:amr": "authenticated"}}


def findings(condition: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    trust = trusts({"Federated": COGNITO}, "sts:AssumeRoleWithWebIdentity", Condition=condition)
    return found(analysed(a_role(trust=trust, **more)), CHECK)


def test_fires_when_no_pool_is_named() -> None:
    assert findings(SIGNED_IN)[0]["severity"] == "high"
    assert findings(SIGNED_IN, inline=ADMIN)[0]["severity"] == "critical"


def test_quiet_when_the_pool_is_named() -> None:
    assert not findings({**POOL, **SIGNED_IN})


@pytest.mark.parametrize(
    "condition",
    [{"StringLike": {f"{COGNITO}:aud": "*"}}, {"StringEqualsIfExists": {f"{COGNITO}:aud": "eu-west-1:1234"}}],
)
def test_fires_where_any_pool_will_do(condition: dict[str, Any]) -> None:
    assert findings(condition)


def test_quiet_without_roles() -> None:
    assert not found(analysed(), CHECK)
