from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from tests.builders import LAMBDA, a_role, analysed, document, found, statement

CHECK = "policy-quota"
QUOTAS = {"AttachedPoliciesPerRoleQuota": 10, "AssumeRolePolicySizeQuota": 2048, "RolePolicySizeQuota": 10240}


def attached(count: int) -> tuple[str, ...]:
    return tuple(f"arn:aws:iam::aws:policy/p{number}" for number in range(count))


def close(role: dict[str, Any], **quotas: int) -> list[dict[str, Any]]:
    return found(analysed(role, account_summary={**QUOTAS, **quotas}), CHECK)


def length(content: object) -> int:
    return len(json.dumps(content, separators=(",", ":")))


def test_fires_exactly_at_the_threshold() -> None:
    (finding,) = close(a_role(attached=attached(8)))
    assert finding["evidence"] == "Uses 8 of 10 attached managed policies (80 %)."
    assert (finding["detail"], finding["severity"]) == ("AttachedPoliciesPerRoleQuota: 8 of 10", "low")


def test_quiet_below_the_threshold() -> None:
    assert not close(a_role(attached=attached(7)))


def test_is_medium_when_nothing_more_fits() -> None:
    assert close(a_role(attached=attached(10)))[0]["severity"] == "medium"


def test_the_live_quota_of_the_account_counts() -> None:
    assert not close(a_role(attached=attached(10)), AttachedPoliciesPerRoleQuota=20)


def test_trust_policy_is_measured_without_white_space_however_it_is_written() -> None:
    quota = length(LAMBDA)
    spaced = json.dumps(LAMBDA, indent=4)
    for trust in (LAMBDA, spaced, quote(spaced)):
        (finding,) = close(a_role(trust=trust), AssumeRolePolicySizeQuota=quota)
        assert finding["detail"] == f"AssumeRolePolicySizeQuota: {quota} of {quota}"


def test_inline_policies_add_up() -> None:
    one = document(statement("s3:GetObject", "arn:aws:s3:::one/*"))
    role = a_role(inline=one)
    role["RolePolicyList"].append({"PolicyName": "second", "PolicyDocument": one})
    (finding,) = close(role, RolePolicySizeQuota=2 * length(one))
    assert "(100 %)" in finding["evidence"]
    assert not close(a_role(inline=one), RolePolicySizeQuota=2 * length(one))


def test_a_trust_policy_that_cannot_be_read_is_not_measured() -> None:
    assert not close(a_role(trust="{broken"), AssumeRolePolicySizeQuota=1)


def test_quiet_when_the_quota_was_not_read() -> None:
    assert not found(analysed(a_role(attached=attached(10))), CHECK)
    assert not found(analysed(a_role(attached=attached(10)), account_summary={"Roles": 1}), CHECK)


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(account_summary=QUOTAS), CHECK)
