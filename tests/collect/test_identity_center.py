from __future__ import annotations

import json
from typing import TYPE_CHECKING

import boto3

from hygiene import pipeline
from hygiene.collect.progress import Silent
from hygiene.snapshot import open_snapshot
from tests.worlds import quick_settings, simulated, twelve_accounts

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_permission_sets_are_read_with_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with simulated(twelve_accounts(1), monkeypatch):
        sso = boto3.client("sso-admin")
        instances = sso.list_instances()["Instances"]
        for name in ("Audit", "Administrators"):
            sso.create_permission_set(InstanceArn=instances[0]["InstanceArn"], Name=name)
        pipeline.collect(quick_settings(), str(tmp_path / "snap"), None, Silent())
    written = json.loads((tmp_path / "snap" / "identity-center.json").read_text())
    assert {entry["name"] for entry in written["permission_sets"]} == {"Audit", "Administrators"}
    assert set(open_snapshot(str(tmp_path / "snap")).permission_sets) == {"Audit", "Administrators"}


def test_a_refusal_is_no_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with simulated(twelve_accounts(1), monkeypatch) as aws:
        aws.faults.fail(None, "sso", "ListInstances", code="AccessDeniedException", status=400, times=9, message="no")
        collected = pipeline.collect(
            quick_settings(accounts={"include": ("000000000004",)}), str(tmp_path / "snap"), None, Silent()
        )
    assert collected.exit_code == 0
    assert not (tmp_path / "snap" / "identity-center.json").exists()
