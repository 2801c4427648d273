"""Two reviews in a row, from hand-made snapshots."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hygiene import pipeline
from hygiene.config import Owners, Settings, load_settings
from hygiene.errors import ConfigError, SnapshotError
from hygiene.pipeline.named import snapshot_named
from hygiene.pipeline.people_files import parsed_file
from hygiene.pipeline.places import Places
from hygiene.pipeline.reporting import previous_as_of
from hygiene.store import open_store
from tests.builders import ACCOUNT, AS_OF, SISTER, a_role, details, document, statement

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


def two_accounts(place: Path, mine: list[dict[str, Any]], sisters: list[dict[str, Any]] | None) -> str:
    """Write a snapshot of an organization of two accounts; None: the second could not be read."""
    accounts = [{"Id": account, "Name": account, "Status": "ACTIVE"} for account in (ACCOUNT, SISTER)]
    source = snapshot(place, *mine)
    (place / "organization.json").write_text(json.dumps({"organization": {"Id": "o-1"}, "accounts": accounts}))
    if sisters is not None:
        folder = place / "accounts" / SISTER
        folder.mkdir()
        (folder / "authorization-details.json").write_text(json.dumps(details(*sisters)))
    return source


def test_an_account_that_was_unread_is_compared_with_the_last_review_that_read_it(tmp_path: Path) -> None:
    """Else what changed in the meantime would be in no report at all."""
    out, mine = tmp_path / "out", [a_role("mine")]
    before = [a_role("stays", account=SISTER), a_role("goes", account=SISTER)]
    report(two_accounts(tmp_path / "q2", mine, before), out, as_of=SUMMER - timedelta(days=92))
    report(two_accounts(tmp_path / "q3", [*mine, a_role("new")], None), out, as_of=SUMMER)
    after = [a_role("stays", account=SISTER), a_role("comes", account=SISTER)]
    reported = report(two_accounts(tmp_path / "q4", mine, after), out, as_of=AS_OF)
    assert changes(out) == [("new", "removed"), ("comes", "added"), ("goes", "removed")]
    with (out / "2026-Q4" / "changes.csv").open(encoding="utf-8", newline="") as file:
        assert [row["compared_with"] for row in csv.DictReader(file)] == ["2026-Q3", "2026-Q2", "2026-Q2"]
    assert reported.summary["accounts_compared_with"] == {"2026-Q2": 1, "2026-Q3": 1}
    assert "1 account was not read then, and is compared with 2026-Q2." in reported.summary["in_words"]["compared"]


def test_an_account_that_no_review_read_is_said_to_be_unknown(tmp_path: Path) -> None:
    out, mine = tmp_path / "out", [a_role("mine")]
    report(two_accounts(tmp_path / "q3", mine, None), out, as_of=SUMMER)
    reported = report(two_accounts(tmp_path / "q4", mine, [a_role("there", account=SISTER)]), out, as_of=AS_OF)
    assert changes(out) == []
    assert reported.summary["accounts_compared_with"] == {"2026-Q3": 1, "none": 1}
    assert "1 account was read by no earlier review" in reported.summary["in_words"]["compared"]


def test_an_earlier_snapshot_can_be_named_instead(tmp_path: Path) -> None:
    earlier = snapshot(tmp_path / "q3", a_role("goes"), finished=SUMMER)
    report(snapshot(tmp_path / "q4", a_role("comes")), tmp_path / "out", as_of=AS_OF, previous=earlier)
    assert changes(tmp_path / "out") == [("comes", "added"), ("goes", "removed")]


def test_an_earlier_report_can_be_named_wherever_it_lies(tmp_path: Path) -> None:
    report(snapshot(tmp_path / "q3", a_role("goes"), finished=SUMMER), tmp_path / "elsewhere")
    named = str(tmp_path / "elsewhere" / "2026-Q3")
    source = snapshot(tmp_path / "q4", a_role("comes"))
    reported = report(source, tmp_path / "out", as_of=AS_OF, previous=named)
    assert changes(tmp_path / "out") == [("comes", "added"), ("goes", "removed")]
    assert reported.summary["previous_quarter"] == "2026-Q3"
    assert reported.summary["changes_compared_by"].startswith("effective permissions")


def test_a_report_that_is_named_gives_its_moment_and_its_snapshot(tmp_path: Path) -> None:
    earlier = snapshot(tmp_path / "q3", a_role("goes"), finished=SUMMER)
    report(earlier, tmp_path / "out")
    named = str(tmp_path / "out" / "2026-Q3")
    assert previous_as_of(named, Places(open_store(str(tmp_path / "other"))), "2026-Q4") == SUMMER
    assert snapshot_named(named) == earlier
    assert snapshot_named(earlier) == earlier


def test_a_report_without_parquet_that_is_named_is_told_and_not_passed_over(tmp_path: Path) -> None:
    report(snapshot(tmp_path / "q3", a_role("goes"), finished=SUMMER), tmp_path / "out", formats=("csv",))
    source = snapshot(tmp_path / "q4", a_role("comes"))
    with pytest.raises(SnapshotError, match="without Parquet"):
        report(source, tmp_path / "out", as_of=AS_OF, previous=str(tmp_path / "out" / "2026-Q3"))


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


def test_swapped_permissions_are_seen_where_the_earlier_snapshot_is_still_there(tmp_path: Path) -> None:
    before, after = (a_role("app", inline=document(statement(action))) for action in ("s3:GetObject", "iam:PassRole"))
    report(snapshot(tmp_path / "q3", before, finished=SUMMER), tmp_path / "out")
    second = snapshot(tmp_path / "q4", after, finished=AS_OF)
    reported = report(second, tmp_path / "out")
    assert changes(tmp_path / "out") == [("app", "privilege_down"), ("app", "privilege_up")]
    assert reported.summary["changes_compared_by"].startswith("effective permissions")
    shutil.rmtree(tmp_path / "q3")
    reported = report(second, tmp_path / "out")
    assert changes(tmp_path / "out") == [("app", "policies_changed")]
    assert reported.summary["changes_compared_by"].startswith("tables")


def test_a_snapshot_that_was_overwritten_is_not_taken_for_the_earlier_one(tmp_path: Path) -> None:
    before, after = (a_role("app", inline=document(statement(action))) for action in ("s3:GetObject", "iam:PassRole"))
    report(snapshot(tmp_path / "same", before, finished=SUMMER), tmp_path / "out")
    shutil.rmtree(tmp_path / "same")
    report(snapshot(tmp_path / "same", after, finished=AS_OF), tmp_path / "out")
    assert changes(tmp_path / "out") == [("app", "policies_changed")]


def test_a_control_policy_that_was_lifted_is_more_privilege_for_every_role(tmp_path: Path) -> None:
    def organization(place: str, content: dict[str, Any]) -> None:
        policy = {"type": "SERVICE_CONTROL_POLICY", "id": "p-1", "name": "limit", "content": content}
        (tmp_path / place / "organization.json").write_text(
            json.dumps({
                "organization": {"Id": "o-1", "MasterAccountId": SISTER},
                "accounts": [{"Id": ACCOUNT, "State": "ACTIVE"}],
                "parents": {ACCOUNT: "r-1"},
                "policies": [{**policy, "targets": ["r-1"]}],
            })
        )  # fmt: skip

    source = snapshot(tmp_path / "q3", a_role("app"), finished=SUMMER)
    organization("q3", document(statement("*"), statement("s3:*", effect="Deny")))
    report(source, tmp_path / "out")
    source = snapshot(tmp_path / "q4", a_role("app"), finished=AS_OF)
    organization("q4", document(statement("*")))
    report(source, tmp_path / "out")
    assert changes(tmp_path / "out") == [("app", "privilege_up")]


EXCEPTION = f"""
exceptions:
  - match: {{role_arn: "arn:aws:iam::{ACCOUNT}:role/old"}}
    checks: [unused-role]
    reason: needed once a year
    owner: ana@example.com
    approved_by: ciso@example.com
    created: 2026-10-01
    expires: 2027-01-15
"""


def settings_with(folder: Path, exceptions: str) -> Settings:
    (folder / "hygiene.toml").write_text("[review]\nunused_after_days = 90\n")
    (folder / "exceptions.yaml").write_text(exceptions)
    return load_settings(folder / "hygiene.toml")


def test_exceptions_beside_the_configuration_hold_until_they_expire(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, EXCEPTION)
    source = snapshot(tmp_path / "s", a_role("old", last_used=200), finished=AS_OF)
    now = report(source, tmp_path / "out", settings).summary
    assert (now["needs_decision"], now["findings"]["with_exception"]) == (0, 1)
    assert now["exceptions"] == {"total": 1, "live": 0, "expiring": 1, "expired": 0, "unused": 0, "not-yet": 0}
    assert now["decisions"]["by_state"] == {"waived": 1}
    later = report(source, tmp_path / "out", settings, as_of=AS_OF + timedelta(days=30)).summary
    assert (later["needs_decision"], later["findings"]["with_exception"]) == (1, 0)
    assert later["exceptions"]["expired"] == 1


def test_a_wrong_exception_is_told_with_file_and_entry_before_anything_is_read(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, EXCEPTION.replace("ciso", "ana"))
    with pytest.raises(ConfigError, match=r"exceptions\.yaml: exception 1: approved_by"):
        report(str(tmp_path / "missing"), tmp_path / "out", settings)
    settings = settings_with(tmp_path, "exceptions: [")
    with pytest.raises(ConfigError, match="is no YAML"):
        report(str(tmp_path / "missing"), tmp_path / "out", settings)


def test_a_key_that_stands_twice_is_refused_since_yaml_would_forget_the_first(tmp_path: Path) -> None:
    path = tmp_path / "exceptions.yaml"
    path.write_text("exceptions:\n  - {reason: one, owner: ana@example.com, reason: two}\n")
    with pytest.raises(ConfigError, match=r"'reason' stands twice"):
        parsed_file(path, "[review] exceptions", list)
