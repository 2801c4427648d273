from __future__ import annotations

from typing import Any

import pytest

from hygiene.policy.conditions import ConditionResult, condition_result
from hygiene.policy.document import parse_document
from hygiene.policy.variables import request_context
from tests.builders import document, statement

ABSENT = object()


def result(operator: str, wanted: Any, found: Any = ABSENT, **more: Any) -> ConditionResult:
    """Judge one clause on the key `x:key` in a request where it has this value."""
    parsed = parse_document(document(statement(Condition={operator: {"X:Key": wanted}})))
    context = request_context({**({} if found is ABSENT else {"x:KEY": found}), **more})
    return condition_result(parsed.statements[0].condition, context, parsed.version)


@pytest.mark.parametrize(
    ("operator", "wanted", "found", "holds"),
    [
        ("StringEquals", ["a", "b"], "b", True),
        ("StringEquals", "a*", "ab", False),
        ("StringEquals", "A", "a", False),
        ("stringequals", "a", "a", True),
        ("StringEqualsIgnoreCase", "A", "a", True),
        ("StringNotEquals", ["a", "b"], "b", False),
        ("StringNotEquals", ["a", "b"], "c", True),
        ("StringNotEqualsIgnoreCase", "A", "a", False),
        ("StringLike", "a*/?", "ab/c", True),
        ("StringLike", "a${*}", "ab", False),
        ("StringLike", "a${*}", "a*", True),
        ("StringNotLike", ["a*", "b*"], "bc", False),
        ("NumericEquals", "10", "10.0", True),
        ("NumericNotEquals", [1, 2], "2", False),
        ("NumericLessThan", 10, "9", True),
        ("NumericLessThan", 10, "10", False),
        ("NumericLessThanEquals", 10, "10", True),
        ("NumericGreaterThan", "9", "10", True),
        ("NumericGreaterThanEquals", "1e1", "10", True),
        ("NumericEquals", "1", "one", False),
        ("DateEquals", "2026-01-01", "2026-01-01T01:00:00+01:00", True),
        ("DateLessThan", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59.999Z", True),
        ("DateGreaterThan", "1767225600", "2026-01-01T00:00:01Z", True),
        ("DateGreaterThanEquals", "2026", "1767225600", True),
        ("DateLessThanEquals", "2026-02", "2026-02-01T00:00:00z", True),
        ("DateNotEquals", "2026-01-01", "2026-01-01", False),
        ("DateLessThan", "2026-01-01", "yesterday", False),
        ("Bool", True, "TRUE", True),
        ("Bool", "false", True, False),
        ("BinaryEquals", "QQ==", "QQ==", True),
        ("BinaryEquals", "QQ==", "Qg==", False),
        ("IpAddress", "203.0.113.0/24", "203.0.113.77", True),
        ("IpAddress", "203.0.113.9/24", "203.0.113.77", True),
        ("IpAddress", "203.0.113.77", "203.0.113.77", True),
        ("IpAddress", "2001:DB8::/32", "2001:db8:1::1", True),
        ("IpAddress", "0.0.0.0/0", "2001:db8::1", False),
        ("NotIpAddress", ["10.0.0.0/8", "2001:db8::/32"], "2001:db8::1", False),
        ("NotIpAddress", "10.0.0.0/8", "192.0.2.1", True),
        ("ArnEquals", "arn:aws:iam::*:role/a*", "arn:aws:iam::111122223333:role/app", True),
        ("ArnNotLike", "arn:aws:iam::*:role/a*", "arn:aws:iam::111122223333:role/app", False),
        ("ArnLike", "arn:aws:iam::*:role/a*", "not an arn", False),
        ("Null", "true", "x", False),
        ("Null", "false", "x", True),
        ("Null", False, [], False),
        ("StringEqualsIfExists", "a", "b", False),
    ],
)
def test_a_value_against_an_operator(operator: str, wanted: Any, found: Any, holds: bool) -> None:
    assert result(operator, wanted, found).holds is holds


@pytest.mark.parametrize(
    ("operator", "wanted", "holds"),
    [
        ("StringEquals", "a", False),
        ("StringLike", "*", False),
        ("NumericLessThan", "5", False),
        ("Bool", "false", False),
        ("IpAddress", "0.0.0.0/0", False),
        ("ArnLike", "*", False),
        ("StringNotEquals", "a", True),
        ("StringNotLike", "*", True),
        ("NumericNotEquals", "5", True),
        ("DateNotEquals", "2026", True),
        ("NotIpAddress", "0.0.0.0/0", True),
        ("ArnNotEquals", "*", True),
        ("BoolIfExists", "true", True),
        ("StringNotEqualsIfExists", "a", True),
        ("Null", "true", True),
        ("Null", "false", False),
        ("ForAllValues:StringEquals", "a", True),
        ("ForAnyValue:StringEquals", "a", False),
        ("ForAnyValue:StringNotEquals", "a", False),
        ("ForAnyValue:StringEqualsIfExists", "a", True),
        ("ForAllValues:StringLikeIfExists", "a", True),
    ],
)
def test_a_key_that_is_not_in_the_request(operator: str, wanted: Any, holds: bool) -> None:
    assert result(operator, wanted).holds is holds


@pytest.mark.parametrize(
    ("operator", "wanted", "found", "holds"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], ["a"], True),
        ("ForAllValues:StringEquals", ["a"], ["a", "b"], False),
        ("ForAllValues:StringEquals", ["a"], [], True),
        ("ForAllValues:StringEquals", ["a"], "", True),
        ("ForAllValues:StringNotEquals", ["a"], ["b", "c"], True),
        ("ForAllValues:StringNotEquals", ["a"], ["a", "c"], False),
        ("ForAnyValue:StringEquals", ["a"], ["b", "a"], True),
        ("ForAnyValue:StringEquals", ["a"], ["b"], False),
        ("ForAnyValue:StringLike", ["o-1/r-1/*"], ["o-1/r-1/ou-1/"], True),
        ("ForAnyValue:StringNotEquals", ["a"], ["a", "b"], True),
        ("ForAnyValue:StringNotEquals", ["a"], ["a"], False),
        ("forallvalues:stringlike", ["a*"], ["ab", "ac"], True),
        ("StringEquals", "a", ["a", "b"], True),
        ("StringNotEquals", "a", ["a", "b"], False),
    ],
)
def test_a_key_with_several_values(operator: str, wanted: Any, found: Any, holds: bool) -> None:
    assert result(operator, wanted, found).holds is holds


@pytest.mark.parametrize(
    ("operator", "holds"),
    [("StringEquals", False), ("StringLike", False), ("StringNotEquals", True), ("StringNotLike", True)],
)
def test_a_variable_without_value_equals_nothing(operator: str, holds: bool) -> None:
    assert result(operator, "${aws:PrincipalTag/team}", "${aws:PrincipalTag/team}").holds is holds


def test_a_variable_takes_the_value_of_the_request() -> None:
    assert result("StringLike", "${aws:username}/*", "ana/x", **{"aws:username": "ana"}).holds
    assert not result("StringLike", "${aws:username}/*", "ben/x", **{"aws:username": "ana"}).holds


def test_a_star_in_a_variables_value_is_no_wildcard() -> None:
    assert not result("StringLike", "${aws:username}", "ana", **{"aws:username": "*"}).holds


@pytest.mark.parametrize(
    ("operator", "wanted"),
    [
        ("StringResembles", "a"),
        ("NullIfExists", "true"),
        ("Null", "maybe"),
        ("NumericNotEquals", "ten"),
        ("DateLessThan", "soon"),
        ("NotIpAddress", "home"),
        ("Bool", "yes"),
        ("", "a"),
    ],
)
def test_what_cannot_be_read_does_not_hold_and_says_so(operator: str, wanted: str) -> None:
    for found in ("a", ABSENT):
        judged = result(operator, wanted, found)
        assert not judged.holds
        assert judged.problems[0].startswith("condition on x:key")


def test_one_unreadable_value_leaves_the_others() -> None:
    assert result("IpAddress", ["home", "10.0.0.0/8"], "10.1.1.1") == ConditionResult(holds=True)


def test_every_clause_has_to_hold_and_those_that_do_not_are_named() -> None:
    condition = {"StringEquals": {"a:A": "1", "b:B": "2"}, "Bool": {"c:C": "true"}}
    clauses = parse_document(document(statement(Condition=condition))).statements[0].condition
    assert condition_result(clauses, request_context({"a:a": "1", "c:c": "false"}), "").unmet_keys == ("b:b", "c:c")
