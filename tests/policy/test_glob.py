from __future__ import annotations

from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st

from hygiene.policy.wildcards import glob


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_a_pattern_means_what_plain_matching_says(pattern: str, value: str) -> None:
    assert bool(glob(pattern).fullmatch(value)) is fnmatchcase(value, pattern)


def test_a_hostile_pattern_does_not_take_for_ever() -> None:
    assert glob("*a" * 40 + "b").fullmatch("a" * 3000) is None


def test_everything_but_the_two_wildcards_is_itself() -> None:
    assert glob("a.+[b]*").fullmatch("a.+[b]c\nd")
    assert not glob("a.b").fullmatch("axb")
