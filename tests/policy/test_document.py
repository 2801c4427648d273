from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygiene.policy.document import parse_document
from tests.builders import document, statement


@pytest.mark.parametrize("written", [lambda d: d, json.dumps, lambda d: quote(json.dumps(d))])
def test_object_text_and_url_encoded_text_mean_the_same(written: Any) -> None:
    parsed = parse_document(written(document(statement("s3:*", Sid="a"))))
    assert [(s.sid, s.actions, s.resources) for s in parsed.statements] == [("a", ("s3:*",), ("*",))]
    assert not parsed.problems


def test_a_single_statement_needs_no_list_and_an_old_version_is_read() -> None:
    parsed = parse_document({"Version": "2008-10-17", "Statement": statement(["a:B", "c:D"])})
    assert (parsed.version, parsed.statements[0].actions) == ("2008-10-17", ("a:B", "c:D"))


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"Effect": "allow", "Action": "*", "Resource": "*"}, "Effect"),
        ({"Effect": "Allow", "Resource": "*"}, "neither Action nor NotAction"),
        ({"Effect": "Allow", "Action": "*", "NotAction": "iam:*"}, "both Action and NotAction"),
        ({"Effect": "Allow", "Action": [5], "Resource": "*"}, "texts"),
        ({"Effect": "Allow", "Action": "*", "Principal": "everyone"}, "Principal"),
        ("Allow", "not an object"),
    ],
)
def test_a_broken_statement_costs_that_statement_alone_and_is_named(broken: Any, said: str) -> None:
    parsed = parse_document({"Statement": [statement(), broken]})
    assert len(parsed.statements) == 1
    assert "statement 2" in parsed.problems[0]
    assert said in parsed.problems[0]


@pytest.mark.parametrize("missing", [None, "", "%7Bnot json", "[]", 5, {}])
def test_what_is_no_document_is_a_problem_not_an_empty_policy(missing: object) -> None:
    parsed = parse_document(missing)
    assert not parsed.statements
    assert parsed.problems


def test_condition_keys_are_lower_case_and_values_are_texts() -> None:
    condition = {"Bool": {"AWS:MultiFactorAuthPresent": True}, "NumericLessThan": {"s3:max-keys": 5}}
    clauses = parse_document(document(statement(Condition=condition))).statements[0].condition
    assert [(c.operator, c.key, c.values) for c in clauses] == [
        ("Bool", "aws:multifactorauthpresent", ("true",)),
        ("NumericLessThan", "s3:max-keys", ("5",)),
    ]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(_json | st.fixed_dictionaries({"Statement": _json}))
def test_no_document_crashes_the_reader(anything: object) -> None:
    parse_document(anything)
