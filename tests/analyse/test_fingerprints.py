from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from hygiene.analyse.fingerprints import Fingerprints
from hygiene.documents import judged_parts
from hygiene.policy.fingerprint import group_id, row_sha256

ACCOUNT = "111122223333"
SHARED = f"arn:aws:iam::{ACCOUNT}:policy/shared"
ALLOW = {"Version": "2012-10-17", "Statement": {"Resource": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:ü", "Effect": "Allow"}}
DOCUMENTS: dict[str, object] = {SHARED: ALLOW, "arn:aws:iam::aws:policy/b": quote(json.dumps(ALLOW))}
TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}]}


def attached(*arns: str) -> dict[str, Any]:
    return {"AttachedManagedPolicies": [{"PolicyName": arn[-1], "PolicyArn": arn} for arn in arns]}


@pytest.mark.parametrize(
    "role",
    [
        {},
        {"AssumeRolePolicyDocument": TRUST, **attached(SHARED, "arn:aws:iam::aws:policy/b", "arn:missing")},
        {"AssumeRolePolicyDocument": "not JSON: 111122223333 eu-west-1", **attached(SHARED, SHARED)},
        {"RolePolicyList": [{"PolicyName": f"z{ACCOUNT}", "PolicyDocument": ALLOW}, {"PolicyName": 'a"b'}]},
        {"PermissionsBoundary": {"PermissionsBoundaryArn": SHARED}, **attached(SHARED)},
        {"PermissionsBoundary": {"PermissionsBoundaryArn": "arn:not:exported"}},
    ],
)
def test_fingerprints_made_in_parts_are_those_of_the_whole(role: dict[str, Any]) -> None:
    fingerprints = Fingerprints(ACCOUNT, DOCUMENTS)
    judged = judged_parts(role, DOCUMENTS)
    expected = group_id(ACCOUNT, judged), row_sha256('AROA"1', judged)
    assert fingerprints.of(role, 'AROA"1') == expected
    assert fingerprints.of(role, 'AROA"1') == expected, "the second time, from what is kept"
