"""What is asked of every check, so that a new one cannot forget it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hygiene.analyse.check import GROUPS, Check
from hygiene.analyse.checks import all_checks
from hygiene.frames import SEVERITIES

HERE = Path(__file__).parent


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.id)
def test_a_check_has_everything_a_reader_needs(check: Check) -> None:
    assert check.group in GROUPS
    assert check.severity in SEVERITIES
    assert check.source.startswith("https://docs.aws.amazon.com/")
    for sentence in (check.why, check.remedy):
        assert sentence.endswith(".")
        assert sentence[0].isupper()


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.id)
def test_a_check_has_a_file_and_a_test_of_its_name(check: Check) -> None:
    name = check.id.replace("-", "_")
    assert check.find.__module__ == f"hygiene.analyse.checks.{name}"
    assert (HERE / f"test_{name}.py").is_file()


def test_ids_are_unique_and_the_ones_others_rely_on_exist() -> None:
    ids = [check.id for check in all_checks()]
    assert len(ids) == len(set(ids))
    assert {"unused-role", "usage-unknown", "full-admin", "service-wildcard", "no-owner", "long-session"} <= set(ids)
    assert {"trust-wildcard-principal", "trust-external-account", "trust-account-root", "role-quota"} <= set(ids)
