"""Two reviews in a row, from hand-made snapshots."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hygiene import pipeline
from hygiene.config import Owners, Settings
from tests.builders import ACCOUNT, AS_OF, SISTER, a_role, details

if TYPE_CHECKING:
    from pathlib import Path

SUMMER = datetime(2026, 9, 30, tzinfo=UTC)


def snapshot(place: Path, *roles: dict[str, Any], finished: datetime | None = None) -> str:
    folder = place / "accounts" / ACCOUNT
    folder.mkdir(parents=True)
    (folder / "authorization-details.json").write_text(json.dumps(details(*roles)))
    if finished:
        (place / "manifest.json").write_text(json.dumps({"schema_version": 1, "finished_at": finished.isoformat()}))
    return str(place)


def report(source: str, out: Path, settings: Settings | None = None, **request: Any) -> pipeline.Reported:
    return pipeline.report(settings or Settings(), source, pipeline.ReportRequest(out=str(out), **request))


def changes(out: Path) -> list[tuple[str, str]]:
    with (out / "2026-Q4" / "changes.csv").open(encoding="utf-8", newline="") as file:
        return [(row["role_arn"].rsplit("/", 1)[-1], row["change"]) for row in csv.DictReader(file)]


def test_the_earlier_quarter_is_found_and_compared_with(tmp_path: Path) -> None:
    report(snapshot(tmp_path / "q3", a_role("stays"), a_role("goes")), tmp_path / "out", as_of=SUMMER)
    reported = report(snapshot(tmp_path / "q4", a_role("stays"), a_role("comes")), tmp_path / "out", as_of=AS_OF)
    assert changes(tmp_path / "out") == [("comes", "added"), ("goes", "removed")]
    assert reported.summary["previous_quarter"] == "2026-Q3"
    manifest = json.loads((tmp_path / "out" / "2026-Q4" / "manifest.json").read_text())
    assert manifest["previous_manifest_sha256"]


def test_an_earlier_snapshot_can_be_named_instead(tmp_path: Path) -> None:
    earlier = snapshot(tmp_path / "q3", a_role("goes"), finished=SUMMER)
    report(snapshot(tmp_path / "q4", a_role("comes")), tmp_path / "out", as_of=AS_OF, previous=earlier)
    assert changes(tmp_path / "out") == [("comes", "added"), ("goes", "removed")]


def test_the_moment_is_the_end_of_collecting_unless_given(tmp_path: Path) -> None:
    reported = report(snapshot(tmp_path / "s", a_role(), finished=SUMMER), tmp_path / "out")
    assert (reported.summary["as_of"], reported.summary["quarter"]) == ("2026-09-30T00:00:00Z", "2026-Q3")
    assert not [notice for notice in reported.notices if notice.level == "warning"]


def test_a_review_long_after_the_data_ended_says_so(tmp_path: Path) -> None:
    reported = report(snapshot(tmp_path / "s", a_role(), finished=SUMMER), tmp_path / "out", as_of=AS_OF)
    assert any("look unused" in notice.text for notice in reported.notices)


def test_a_damaged_account_list_is_a_gap(tmp_path: Path) -> None:
    source = snapshot(tmp_path / "s", a_role(), finished=SUMMER)
    (tmp_path / "s" / "organization.json").write_text("{")
    reported = report(source, tmp_path / "out")
    assert reported.exit_code == 3
    assert reported.summary["population_proven"] is False


def test_an_active_account_without_a_folder_is_failed(tmp_path: Path) -> None:
    source = snapshot(tmp_path / "s", a_role(), finished=SUMMER)
    accounts = [{"Id": ACCOUNT, "State": "ACTIVE"}, {"Id": SISTER, "State": "ACTIVE"}]
    (tmp_path / "s" / "organization.json").write_text(
        json.dumps({"organization": {"Id": "o-1"}, "accounts": accounts})
    )
    reported = report(source, tmp_path / "out")
    assert reported.exit_code == 3
    assert reported.not_read == (f"{SISTER} (failed): not in the snapshot",)


def test_owners_come_from_the_mapping_file_where_no_tag_says(tmp_path: Path) -> None:
    mapping = tmp_path / "owners.yaml"
    mapping.write_text(f'owners:\n  "arn:aws:iam::*:role/billing-*": billing@example.com\n  "{ACCOUNT}": team-a\n')
    roles = (a_role("billing-export", tags={"x": "y"}), a_role("other", tags={"x": "y"}), a_role("tagged"))
    source = snapshot(tmp_path / "s", *roles, finished=SUMMER)
    report(source, tmp_path / "out", Settings(owners=Owners(mapping=mapping)))
    with (tmp_path / "out" / "2026-Q3" / "roles.csv").open(encoding="utf-8", newline="") as file:
        owners = {row["role_name"]: (row["owner"], row["owner_source"]) for row in csv.DictReader(file)}
    assert owners["billing-export"] == ("billing@example.com", "mapping")
    assert owners["other"] == ("team-a", "mapping")
    assert owners["tagged"] == ("ana@example.com", "tag:owner")
