from __future__ import annotations

import pytest

from hygiene.policy.variables import request_context, resolve
from hygiene.policy.wildcards import literal_text

NEW = "2012-10-17"
CONTEXT = request_context({"aws:username": "ana", "aws:PrincipalTag/team": "blue", "aws:TagKeys": ["a", "b"]})


def resolved(text: str, version: str = NEW) -> str | None:
    pattern = resolve(text, CONTEXT, version)
    return None if pattern is None else literal_text(pattern)


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("home/${aws:username}/*", "home/ana/*"),
        ("${AWS:UserName}", "ana"),
        ("${aws:PrincipalTag/TEAM}-${aws:username}", "blue-ana"),
        ("${aws:PrincipalTag/none, 'all'}", "all"),
        ("${aws:PrincipalTag/none,''}", ""),
        ("${aws:PrincipalTag/team, 'all'}", "blue"),
        ("${*}${?}${$}", "*?$"),
        ("${aws:PrincipalTag/none}", None),
        ("${aws:TagKeys}", None),
        ("${}", None),
        ("$5 and {x}", "$5 and {x}"),
        ("${open", "${open"),
    ],
)
def test_a_variable_becomes_its_value_or_default(text: str, becomes: str | None) -> None:
    assert resolved(text) == becomes


@pytest.mark.parametrize("version", ["2008-10-17", ""])
def test_documents_of_the_old_version_know_no_variables(version: str) -> None:
    assert resolved("${aws:username}", version) == "${aws:username}"


def test_keys_are_lower_case_and_values_are_texts() -> None:
    given = {"A": True, "b": 5, "c": None, "d": [], "e": ["x", None, False]}
    assert request_context(given) == {"a": ("true",), "b": ("5",), "d": (), "e": ("x", "false")}
