"""The catalogue of escalation paths is whole, and has every path the acceptance cases were made from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hygiene.policy.actions import catalogue
from hygiene.policy.escalation import PASS_ROLE, EscalationPath, escalation_paths

SHARED = Path(__file__).parents[3] / "shared" / "escalation-paths.json"
CATEGORIES = {"self-escalation", "new-passrole", "existing-passrole", "principal-access", "credential-access"}
RETIRED = {"codestar:CreateProject"}  # AWS CodeStar ended in 2024; policies still name it


@pytest.mark.parametrize("path", escalation_paths(), ids=lambda path: path.id)
def test_a_path_is_whole(path: EscalationPath) -> None:
    assert path.category in CATEGORIES
    assert path.permissions
    assert len(set(path.permissions)) == len(path.permissions)
    assert set(catalogue().unknown(path.permissions)) <= RETIRED, "an action AWS does not have is a typing error"
    assert path.source.startswith("https://")
    assert path.id.startswith("x-") or path.source.endswith((f"/paths/{path.id}", f"/{path.id}.yaml"))


@pytest.mark.parametrize("path", escalation_paths(), ids=lambda path: path.id)
def test_a_path_says_who_gets_the_role_exactly_when_it_passes_one(path: EscalationPath) -> None:
    assert bool(path.passed_to) is (PASS_ROLE in path.permissions)
    assert all(service == service.lower() and service.endswith(".amazonaws.com") for service in path.passed_to)


def test_ids_are_sorted_and_unique() -> None:
    ids = [path.id for path in escalation_paths()]
    assert ids == sorted(set(ids), key=lambda id_: (id_.startswith("x-"), id_))


@pytest.mark.skipif(not SHARED.is_file(), reason="the shared list (../shared) is not on this machine")
def test_no_path_of_the_shared_list_is_missing_or_needs_something_else() -> None:
    ours = {path.id: path for path in escalation_paths()}
    for entry in json.loads(SHARED.read_text(encoding="utf-8"))["paths"]:
        path = ours[entry["id"]]
        assert set(path.permissions) == set(entry["permissions"]), path.id
        assert set(path.passed_to) >= {entry["passed_to"]} if "passed_to" in entry else not path.passed_to, path.id
