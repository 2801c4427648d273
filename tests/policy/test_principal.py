from __future__ import annotations

import pytest

from hygiene.policy.document import ConditionClause
from hygiene.policy.principal import KnownPrincipal, open_clauses

ROLE = KnownPrincipal("arn:aws:iam::111122223333:role/app", "o-test", (("team", "blue"),))
UNTAGGED = KnownPrincipal("arn:aws:iam::111122223333:role/app")


def holds(operator: str, key: str, *values: str, principal: KnownPrincipal = ROLE) -> bool | None:
    """Return whether the clause holds for the role; None when its own facts do not say."""
    left = open_clauses((ConditionClause(operator, key.lower(), values),), principal)
    return None if left else left is not None


@pytest.mark.parametrize(
    ("operator", "key", "value", "expected"),
    [
        ("StringEquals", "aws:PrincipalOrgID", "o-test", True),
        ("StringEquals", "aws:PrincipalOrgID", "o-other", False),
        ("StringLike", "aws:PrincipalOrgID", "o-*", True),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/app", True),
        ("ArnLike", "aws:PrincipalArn", "arn:*:role/app", False),
        ("StringLike", "aws:PrincipalArn", "arn:*:role/app", True),
        ("ForAnyValue:StringEquals", "aws:PrincipalAccount", "111122223333", True),
        ("Bool", "aws:PrincipalIsAWSService", "true", False),
        ("StringEquals", "aws:PrincipalType", "User", False),
        ("StringEquals", "aws:PrincipalTag/Team", "blue", True),
        ("StringEquals", "aws:PrincipalTag/Team", "red", False),
        ("StringEquals", "aws:PrincipalTag/Stage", "red", False),
        ("StringEqualsIfExists", "aws:PrincipalTag/Stage", "red", True),
        ("StringNotEquals", "aws:PrincipalTag/Stage", "red", True),
        ("ForAllValues:StringEquals", "aws:PrincipalTag/Stage", "red", True),
        ("ForAnyValue:StringNotEquals", "aws:PrincipalTag/Stage", "red", False),
        ("Null", "aws:PrincipalTag/Stage", "true", True),
        ("Null", "aws:PrincipalTag/Team", "true", False),
        ("StringEquals", "aws:username", "ana", False),
        ("Null", "aws:PrincipalTag/Team", "maybe", None),
        ("StringEquals", "aws:PrincipalTag/Team", "${aws:username}", None),
        ("IpAddress", "aws:PrincipalTag/Team", "10.0.0.0/8", None),
        ("StringEquals", "aws:SourceVpc", "vpc-1", None),
    ],
)
def test_a_role_decides_what_is_about_itself(operator: str, key: str, value: str, expected: bool | None) -> None:
    assert holds(operator, key, value) is expected


@pytest.mark.parametrize("key", ["aws:PrincipalOrgID", "aws:PrincipalTag/Team"])
def test_what_nobody_knows_of_the_role_stays_open(key: str) -> None:
    assert holds("StringEquals", key, "x", principal=UNTAGGED) is None


def test_the_account_is_the_one_of_the_arn_and_none_where_that_is_no_arn() -> None:
    assert KnownPrincipal("arn:aws-cn:iam::111122223333:role/app").account_id == "111122223333"
    assert KnownPrincipal("app").account_id == ""
