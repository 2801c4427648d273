from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygiene.policy.actions import catalogue


@pytest.mark.parametrize(
    "pattern", ["s3:*", "S3:get*", "*:List*", "iam:*Policy", "ec2:?escribe*", "s3:GetObject", "*"]
)
def test_a_pattern_means_what_it_says_in_any_letter_case(pattern: str) -> None:
    expected = [name for name in catalogue().names if fnmatchcase(name, pattern.lower())]
    assert [name.lower() for name in catalogue().names_in(catalogue().mask_of_pattern(pattern))] == expected


@given(st.text("s3:*?getob", min_size=1, max_size=12))
def test_masks_agree_with_plain_matching(pattern: str) -> None:
    expected = {name for name in catalogue().names if fnmatchcase(name, pattern)}
    assert {name.lower() for name in catalogue().names_in(catalogue().mask_of_pattern(pattern))} == expected


def test_a_star_also_covers_actions_the_catalogue_does_not_know() -> None:
    assert catalogue().mask_of_pattern("*") & catalogue().unknown_bit
    assert not catalogue().mask_of_pattern("s3:*") & catalogue().unknown_bit


def test_an_unknown_service_is_told_and_does_not_crash() -> None:
    assert catalogue().unknown(("brandnew:*", "s3:*")) == ("brandnew:*",)


def test_access_levels_are_single_words() -> None:
    levels = ("List", "Read", "Write", "Permissions management", "Tagging")
    together = 0
    for level in levels:
        assert catalogue().level(level)
        together |= catalogue().level(level)
    assert together == catalogue().known
