from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from hygiene.errors import ConfigError
from hygiene.model import Gap, GapKind
from hygiene.snapshot import SnapshotWriter, open_snapshot
from hygiene.store import LocalStore
from tests.builders import ACCOUNT, SISTER, a_role, details

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 12, 31, 6, 0, tzinfo=UTC)
GAP = Gap(ACCOUNT, "roles", GapKind.DENIED, "iam:ListRoles", "AccessDenied", "no")


@pytest.fixture
def writer(tmp_path: Path) -> SnapshotWriter:
    made = SnapshotWriter(LocalStore(tmp_path / "snap"))
    made.begin("run-1", NOW, {"a": 1})
    return made


def test_what_was_written_is_read_back(writer: SnapshotWriter) -> None:
    writer.write_account(ACCOUNT, {"authorization-details": details(a_role())}, [GAP], NOW)
    writer.finish({"run_id": "run-1", "finished_at": NOW})
    snapshot = open_snapshot(writer.store.location)
    assert snapshot.documents(ACCOUNT).gaps == (GAP,)
    assert snapshot.manifest["run_id"] == "run-1"


def test_an_unfinished_snapshot_goes_on_with_the_same_parameters_only(writer: SnapshotWriter) -> None:
    assert writer.begun({"a": 1}) == ("run-1", NOW)
    assert writer.begun({"a": 2}) is None
    writer.finish({})
    assert writer.begun({"a": 1}) is None


def test_only_accounts_with_their_roles_and_read_recently_count_as_finished(writer: SnapshotWriter) -> None:
    writer.write_account(ACCOUNT, {"authorization-details": details()}, [], NOW)
    writer.write_account(SISTER, {}, [GAP], NOW)
    assert writer.finished_accounts(NOW - timedelta(hours=1)) == {ACCOUNT}
    assert writer.finished_accounts(NOW + timedelta(hours=1)) == frozenset()


def test_a_new_run_leaves_nothing_of_an_earlier_one(writer: SnapshotWriter) -> None:
    writer.write_account(ACCOUNT, {"authorization-details": details()}, [], NOW)
    writer.finish({})
    writer.begin("run-2", NOW, {})
    assert writer.store.names() == ["started.json"]


def test_a_folder_that_hygiene_did_not_collect_is_never_cleared(tmp_path: Path) -> None:
    (tmp_path / "accounts").mkdir()
    (tmp_path / "accounts" / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match="no snapshot that hygiene collected"):
        SnapshotWriter(LocalStore(tmp_path)).begin("run", NOW, {})
    assert (tmp_path / "accounts" / "mine.txt").exists()


def test_files_are_readable_by_the_owner_alone(writer: SnapshotWriter, tmp_path: Path) -> None:
    writer.write_account(ACCOUNT, {"authorization-details": details()}, [], NOW)
    for path in (tmp_path / "snap").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0


def test_the_manifest_carries_the_digest_of_every_file(writer: SnapshotWriter) -> None:
    writer.write_account(ACCOUNT, {"authorization-details": details()}, [], NOW)
    writer.finish({})
    manifest = json.loads(writer.store.read("manifest.json") or b"")
    assert {entry["path"] for entry in manifest["files"]} == set(writer.store.names()) - {"manifest.json"}
    assert manifest["schema_version"] == 1
