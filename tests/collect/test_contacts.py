"""The account's alternate contact over HTTP: asked for only where the settings say so, and an owner in the report."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

from hygiene import pipeline
from hygiene.collect.progress import Silent
from hygiene.simulate import Account, Hub, World
from tests.worlds import HUB_ACCOUNT, a_simulated_role, quick_settings, simulated

if TYPE_CHECKING:
    from pathlib import Path

ONE = "000000000001"


def collected(place: Path, monkeypatch: pytest.MonkeyPatch, *, refused: bool = False, **aws: Any) -> set[str]:
    """Collect an account with a security contact and a role without an owner tag; return the operations called."""
    roles = (a_simulated_role("tagged"), a_simulated_role("untagged", tags={}))
    contacts = {"SECURITY": "sec@one.example"}
    world = World(
        (Account(id=HUB_ACCOUNT, name="hub"), Account(id=ONE, name="one", roles=roles, contacts=contacts)),
        Hub(HUB_ACCOUNT),
        organization_id="o-1",
        management_account=HUB_ACCOUNT,
    )
    with simulated(world, monkeypatch) as running:
        if refused:
            running.faults.deny(ONE, "account:GetAlternateContact")
        pipeline.collect(quick_settings(aws={"last_accessed": "off", **aws}), str(place / "snap"), None, Silent())
        return {str(call.operation) for call in running.calls}


def owners(place: Path) -> dict[str, tuple[str, str]]:
    pipeline.report(quick_settings(), str(place / "snap"), pipeline.ReportRequest(out=str(place), formats=("csv",)))
    (table,) = place.glob("*/roles.csv")
    with table.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["account_id"] == ONE]
    return {row["role_name"]: (row["owner"], row["owner_source"]) for row in rows}


def test_the_contact_answers_for_roles_that_nothing_else_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected(tmp_path, monkeypatch, account_contact="security")
    found = owners(tmp_path)
    assert found["untagged"] == ("sec@one.example", "contact")
    assert found["tagged"] == ("ana@example.com", "tag:owner")


@pytest.mark.parametrize("kind", ["off", "billing"])
def test_a_contact_that_is_not_asked_for_or_not_set_is_no_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    calls = collected(tmp_path, monkeypatch, account_contact=kind)
    account = tmp_path / "snap" / "accounts" / ONE
    assert (account / "contacts.json").exists() is (kind != "off")
    assert not (account / "gaps.json").exists() or not json.loads((account / "gaps.json").read_text())["gaps"]
    assert ("GetAlternateContact" in calls) is (kind != "off")
    assert owners(tmp_path)["untagged"] == ("", "")


def test_a_contact_that_is_refused_is_a_gap_and_the_role_has_no_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected(tmp_path, monkeypatch, refused=True, account_contact="security")
    (gap,) = json.loads((tmp_path / "snap" / "accounts" / ONE / "gaps.json").read_text())["gaps"]
    assert (gap["collector"], gap["operation"]) == ("contacts", "account:GetAlternateContact")
    assert owners(tmp_path)["untagged"] == ("", "")
