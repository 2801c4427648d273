from __future__ import annotations

import time
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygiene.policy.wildcards import Piece, matches, matches_arn


def pattern(text: str) -> tuple[Piece, ...]:
    return (Piece(text),)


@pytest.mark.parametrize(
    ("written", "value", "fits"),
    [
        ("*", "", True),
        ("a*c", "abbc", True),
        ("a*c", "ac", True),
        ("a*c", "acb", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("*/secret/*", "bucket/x/secret/k", True),
        ("a**b", "ab", True),
        ("a.c", "abc", False),
        ("[ab]", "a", False),
        ("a*", "a\nb", True),
        ("A", "a", False),
    ],
)
def test_a_star_is_any_run_and_a_question_mark_one_character(written: str, value: str, fits: bool) -> None:
    assert matches(pattern(written), value) is fits


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_patterns_agree_with_fnmatch(written: str, value: str) -> None:
    assert matches(pattern(written), value) is fnmatchcase(value, written)


def test_many_stars_take_no_time() -> None:
    began = time.perf_counter()
    assert not matches(pattern("*a" * 40 + "b"), "a" * 2000)
    assert time.perf_counter() - began < 1


def test_a_literal_star_is_a_star() -> None:
    assert matches((Piece("a"), Piece("*", is_literal=True)), "a*")
    assert not matches((Piece("a"), Piece("*", is_literal=True)), "ab")


@pytest.mark.parametrize(
    ("written", "value", "fits"),
    [
        ("arn:aws:iam::*:role/admin-*", "arn:aws:iam::111122223333:role/admin-x/y", True),
        ("arn:aws:sns:*:111122223333:f/*", "arn:aws:sns:eu:999988887777:s:111122223333:f/x", False),
        ("arn:aws:s3:::b", "arn:aws:s3:::B", False),
        ("arn:aws:iam::*", "arn:aws:iam::111122223333:role/app", True),
        ("arn:aws:iam::", "arn:aws:iam::111122223333:role/app", False),
        ("*", "arn:aws:iam::111122223333:role/app", True),
        ("*", "AROAEXAMPLE", False),
        ("arn:aws:iam::111122223333:rol?/a", "arn:aws:iam::111122223333:role/a", True),
        ("arn:aws:lambda:*:*:function:*:live", "arn:aws:lambda:eu-west-1:111122223333:function:f:live", True),
    ],
)
def test_arns_compare_part_by_part(written: str, value: str, fits: bool) -> None:
    assert matches_arn(pattern(written), value) is fits
