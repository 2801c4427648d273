"""What the manifest recorded and what lies there: nothing that is lost looks as if nobody had asked for it."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from hygiene import pipeline
from hygiene.config import Settings
from hygiene.model import Gap, GapKind
from hygiene.pipeline.evidence import verify
from hygiene.snapshot import layout, open_snapshot
from hygiene.snapshot.recorded import differences
from hygiene.snapshot.writer import SnapshotWriter
from hygiene.store import open_store
from tests.builders import ACCOUNT, SISTER, a_role, details

if TYPE_CHECKING:
    from pathlib import Path

MOMENT = datetime(2026, 12, 31, tzinfo=UTC)
DENIED = Gap(ACCOUNT, "last-accessed", GapKind.DENIED, "iam:GenerateServiceLastAccessedDetails", "AccessDenied", "no")
ORGANIZATION = {
    "organization": {"Id": "o-example0001"},
    "accounts": [{"Id": account, "Status": "ACTIVE"} for account in (ACCOUNT, SISTER)],
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A snapshot of two accounts, sealed; one of them told no last use."""
    writer = SnapshotWriter(open_store(str(tmp_path / "snapshot")))
    writer.write_whole({layout.ORGANIZATION: ORGANIZATION})
    roles = {"Roles": [a_role()]}
    written = {"authorization-details": details(a_role()), "roles": roles, "last-accessed": {}}
    writer.write_account(ACCOUNT, written, [DENIED], MOMENT)
    writer.write_account(SISTER, {"authorization-details": details(a_role(account=SISTER))}, [], MOMENT)
    writer.finish({"finished_at": MOMENT})
    return tmp_path / "snapshot"


def account(place: Path) -> Path:
    return place / "accounts" / ACCOUNT


def row_of(place: Path, account_id: str = ACCOUNT) -> dict[str, Any]:
    """Return the account's row of the coverage, of a report made of the place."""
    request = pipeline.ReportRequest(out=str(place.parent / "out"), formats=("json",))
    pipeline.report(Settings(), str(place), request)
    with (place.parent / "out" / "2026-Q4" / "coverage.csv").open(encoding="utf-8", newline="") as file:
        return next(row for row in csv.DictReader(file) if row["account_id"] == account_id)


def test_as_it_was_collected_nothing_is_said(place: Path) -> None:
    snapshot = open_snapshot(str(place))
    assert list(differences(open_store(str(place)), snapshot.recorded)) == []
    assert snapshot.problems == snapshot.changed == snapshot.documents(ACCOUNT).changed == ()
    assert [gap.kind for gap in snapshot.documents(ACCOUNT).gaps] == [GapKind.DENIED]


@pytest.mark.parametrize("name", ["authorization-details", "roles", "last-accessed", "gaps"])
def test_a_file_that_is_lost_is_a_gap(place: Path, name: str) -> None:
    (account(place) / f"{name}.json").unlink()
    documents = open_snapshot(str(place)).documents(ACCOUNT)
    assert f"{name}.json was collected and is lost" in [gap.message for gap in documents.gaps]
    row = row_of(place)
    assert row["status"] == ("failed" if name == "authorization-details" else "partial")
    assert f"{name}.json was collected and is lost" in row["reason"]


def test_gaps_that_are_lost_do_not_make_an_account_look_whole(place: Path) -> None:
    """The list of what was refused is the only thing that says so."""
    (account(place) / "gaps.json").unlink()
    assert row_of(place)["status"] == "partial"


def test_an_account_that_is_lost_is_failed_though_no_list_of_accounts_names_it(place: Path) -> None:
    for file in account(place).iterdir():
        file.unlink()
    account(place).rmdir()
    (place / "organization.json").unlink()
    snapshot = open_snapshot(str(place))
    assert set(snapshot.account_ids) == {ACCOUNT, SISTER}
    assert "organization.json was collected and is lost" in snapshot.problems
    row = row_of(place)
    assert (row["status"], row["reason"]) == ("failed", "not in the snapshot")


def test_a_file_that_somebody_changed_is_read_and_named(place: Path) -> None:
    file = account(place) / "roles.json"
    file.write_text(json.dumps({"Roles": [a_role(), a_role("added")]}))
    documents = open_snapshot(str(place)).documents(ACCOUNT)
    assert documents.changed == ("roles.json",)
    assert len(documents.roles or ()) == 2
    assert "roles.json was changed after collecting" in row_of(place)["reason"]


def test_a_change_alone_makes_no_account_partial(place: Path) -> None:
    folder = place / "accounts" / SISTER
    (folder / "gaps.json").write_text(json.dumps({"gaps": []}))
    row = row_of(place, SISTER)
    assert (row["status"], row["reason"]) == ("read", "gaps.json was changed after collecting")


def test_a_list_of_accounts_that_somebody_changed_is_a_warning(place: Path) -> None:
    (place / "organization.json").write_text(json.dumps(ORGANIZATION, indent=1))
    reported = pipeline.report(Settings(), str(place), pipeline.ReportRequest(out=str(place.parent / "out")))
    told = [notice.text for notice in reported.notices if notice.level == "warning"]
    assert told == ["Changed after collecting, by the digests in the snapshot's manifest: organization.json."]


def test_a_file_that_was_only_compressed_is_the_same(place: Path) -> None:
    file = account(place) / "authorization-details.json"
    file.with_suffix(".json.gz").write_bytes(gzip.compress(file.read_bytes()))
    file.unlink()
    snapshot = open_snapshot(str(place))
    assert list(differences(open_store(str(place)), snapshot.recorded)) == []
    assert snapshot.documents(ACCOUNT).changed == ()


@pytest.mark.parametrize(
    "files",
    [
        None,
        5,
        [None, {"path": 5, "sha256": "x"}, {"path": "accounts/x/y.json"}],
        [{"path": "accounts/../x/y", "sha256": "x"}],
    ],
)
def test_a_manifest_that_lists_nothing_usable_says_nothing(place: Path, files: Any) -> None:
    manifest = json.loads((place / "manifest.json").read_text())
    (place / "manifest.json").write_text(json.dumps({**manifest, "files": files}))
    (account(place) / "roles.json").unlink()
    snapshot = open_snapshot(str(place))
    assert not snapshot.recorded.folders
    assert snapshot.documents(ACCOUNT).roles is None
    assert [gap.kind for gap in snapshot.documents(ACCOUNT).gaps] == [GapKind.DENIED]


def test_a_file_among_the_accounts_is_none_of_them(place: Path) -> None:
    manifest = json.loads((place / "manifest.json").read_text())
    note = {"path": "accounts/notes.txt", "sha256": "0" * 64}
    (place / "manifest.json").write_text(json.dumps({**manifest, "files": [*manifest["files"], note]}))
    snapshot = open_snapshot(str(place))
    assert set(snapshot.account_ids) == {ACCOUNT, SISTER}
    assert "accounts/notes.txt was collected and is lost" in snapshot.problems


def test_the_evidence_of_a_report_includes_its_snapshot(place: Path) -> None:
    pipeline.report(Settings(), str(place), pipeline.ReportRequest(out=str(place.parent / "out")))
    report = str(place.parent / "out" / "2026-Q4")
    assert (verify(report).snapshot, verify(report).problems) == (str(place), ())
    (account(place) / "roles.json").unlink()
    (place / "organization.json").write_text("{}")
    verdict = verify(report)
    assert verdict.snapshot == ""
    assert verdict.problems == (
        f"in the snapshot {place}, organization.json was changed after collecting",
        f"in the snapshot {place}, accounts/{ACCOUNT}/roles.json was collected and is lost",
    )


def test_a_snapshot_that_was_pruned_proves_and_disproves_nothing(place: Path) -> None:
    pipeline.report(Settings(), str(place), pipeline.ReportRequest(out=str(place.parent / "out")))
    place.rename(place.with_name("elsewhere"))
    verdict = verify(str(place.parent / "out" / "2026-Q4"))
    assert (verdict.snapshot, verdict.problems) == ("", ())
