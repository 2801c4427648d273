"""The main job over HTTP, against the simulated organization, with an unmodified boto3."""

from __future__ import annotations

import csv
import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hygiene import pipeline
from hygiene.collect.operations import OPERATIONS
from hygiene.collect.progress import Silent
from hygiene.errors import CredentialsError, PopulationError, SnapshotError
from hygiene.pipeline.places import wall_clock
from hygiene.simulate import Account, Hub, SimulatedAws, World, floor_calls
from tests.builders import AS_OF
from tests.worlds import HUB_ACCOUNT, a_simulated_role, point_at, quick_settings, simulated, twelve_accounts

if TYPE_CHECKING:
    from pathlib import Path

    from hygiene.config import Settings


def run(out: Path, settings: Settings | None = None, **request: Any) -> pipeline.Reported:
    wanted = pipeline.ReportRequest(out=str(out), as_of=AS_OF)
    return pipeline.run(settings or quick_settings(), pipeline.RunRequest(wanted, **request), Silent())


def rows(out: Path, table: str, quarter: str = "2026-Q4") -> list[dict[str, str]]:
    with (out / quarter / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def snapshot_of(out: Path) -> Path:
    return next((out / "snapshots").iterdir())


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One run over twelve accounts: what came of it, where it lies, and every call it made."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        world = twelve_accounts()
        with simulated(world, monkeypatch) as aws:
            out = tmp_path_factory.mktemp("out")
            reported = run(out)
            return reported, out, aws.calls, world


def test_twelve_accounts_with_gaps_end_with_three_and_the_right_rows(twelve: Any) -> None:
    reported, out, _, _ = twelve
    coverage = {row["account_id"]: row for row in rows(out, "coverage")}
    assert reported.exit_code == 3
    assert len(coverage) == 12
    assert coverage["000000000001"]["status"] == "failed"
    assert "could not be assumed" in coverage["000000000001"]["reason"]
    assert coverage["000000000002"]["status"] == "skipped"
    assert "SUSPENDED" in coverage["000000000002"]["reason"]
    assert coverage["000000000003"]["status"] == "partial"
    assert (coverage["000000000003"]["last_accessed_expected"], coverage["000000000003"]["last_accessed_read"]) == (
        "4",
        "0",
    )
    assert {coverage[f"{number:012d}"]["status"] for number in range(4, 12)} == {"read"}


def test_the_numbers_agree_in_page_tables_and_summary(twelve: Any) -> None:
    _, out, _, _ = twelve
    summary = json.loads((out / "2026-Q4" / "summary.json").read_text())
    page = re.sub(r"<[^>]+>", "", (out / "2026-Q4" / "index.html").read_text())
    roles = rows(out, "roles")
    assert summary["roles"]["total"] == len(roles)
    assert f"{len(roles)} roles in 10 of 12 accounts" in page
    needed = sum(row["needs_decision"] == "yes" for row in rows(out, "decisions"))
    assert summary["needs_decision"] == needed
    assert summary["findings"]["total"] == len(rows(out, "findings"))
    assert summary["accounts"] == {"total": 12, "read": 9, "partial": 1, "failed": 1, "skipped": 1}


def test_no_call_is_made_that_is_not_on_the_list(twelve: Any) -> None:
    _, _, calls, _ = twelve
    allowed = {operation.iam_action for operation in OPERATIONS}
    assert {f"{call.service}:{call.operation}" for call in calls} <= allowed


def test_calls_stay_at_the_floor(twelve: Any) -> None:
    _, _, calls, world = twelve
    assert len(calls) <= 1.1 * sum(floor_calls(world).values())


def test_account_ids_keep_their_zeros_and_the_report_is_sealed(twelve: Any) -> None:
    _, out, _, _ = twelve
    assert rows(out, "roles")[0]["account_id"] == "000000000003"
    manifest = json.loads((out / "2026-Q4" / "manifest.json").read_text())
    listed = {entry["path"] for entry in manifest["files"]}
    there = {path.relative_to(out / "2026-Q4").as_posix() for path in (out / "2026-Q4").rglob("*") if path.is_file()}
    assert listed == there - {"manifest.json"}
    assert manifest["review_id"] == "o-twelve-2026-Q4"


def test_the_same_snapshot_gives_the_same_bytes_twice(twelve: Any, tmp_path: Path) -> None:
    _, out, _, _ = twelve
    for name in ("one", "two"):
        request = pipeline.ReportRequest(out=str(tmp_path / name), as_of=AS_OF)
        pipeline.report(quick_settings(), str(snapshot_of(out)), request)
    files = [path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file()]
    assert len(files) > 10
    for file in files:
        if file.name != "manifest.json":
            assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file


def test_the_second_quarter_asks_only_for_roles_that_were_used_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def world(days: int) -> World:
        quiet = [a_simulated_role(f"quiet-{n}", last_used_days_ago=100 + days) for n in range(5)]
        account = Account(
            id="000000000001", name="one", roles=(*quiet, a_simulated_role("busy", last_used_days_ago=1))
        )
        hub = Account(id=HUB_ACCOUNT, name="hub", roles=())
        return World((hub, account), Hub(HUB_ACCOUNT), organization_id="o-1", management_account=HUB_ACCOUNT)

    def jobs(aws: SimulatedAws) -> int:
        return sum(
            call.operation == "GenerateServiceLastAccessedDetails" and call.account_id == "000000000001"
            for call in aws.calls
        )

    with simulated(world(0), monkeypatch) as aws:
        run(tmp_path)
        first = jobs(aws)
    later = AS_OF + timedelta(days=90)
    with SimulatedAws(world(90), clock=lambda: later) as aws:
        point_at(aws.environment(), monkeypatch)
        wanted = pipeline.ReportRequest(out=str(tmp_path), as_of=later)
        pipeline.run(quick_settings(), pipeline.RunRequest(wanted), Silent())
        second = jobs(aws)
    # The reader role itself was just used, as at AWS.
    assert (first, second) == (7, 2)
    answers = json.loads(
        next((tmp_path / "snapshots").glob("2027-Q1*/accounts/000000000001/last-accessed.json")).read_text()
    )
    taken = answers["arn:aws:iam::000000000001:role/quiet-0"]
    assert taken["TakenOverFrom"]
    assert taken["JobCompletionDate"].startswith("2026-12-31")


def test_an_interrupted_run_goes_on_with_the_accounts_still_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with simulated(twelve_accounts(), monkeypatch) as aws:
        run(tmp_path)
        snapshot = snapshot_of(tmp_path)
        (snapshot / "manifest.json").unlink()
        for file in (snapshot / "accounts" / "000000000005").iterdir():
            file.unlink()
        (snapshot / "accounts" / "000000000005").rmdir()
        before = {path: path.read_bytes() for path in snapshot.rglob("*.json") if "accounts" in path.parts}
        aws.forget_calls()
        again = run(tmp_path)
        read_again = {call.account_id for call in aws.calls if call.operation == "GetAccountAuthorizationDetails"}
    assert read_again == {"000000000005"}
    assert [path.name for path in (tmp_path / "snapshots").iterdir()] == [snapshot.name]
    assert all(path.read_bytes() == content for path, content in before.items() if path.parent.name != "000000000001")
    assert again.summary["accounts"]["read"] == 9


def test_a_finished_snapshot_is_collected_anew_unless_reuse_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with simulated(twelve_accounts(), monkeypatch) as aws:
        run(tmp_path)
        run(tmp_path)
        assert len(list((tmp_path / "snapshots").iterdir())) == 2
        aws.forget_calls()
        run(tmp_path, reuse_snapshot=True)
        assert aws.calls == []


def test_what_a_run_collected_before_it_was_killed_in_its_report_is_not_collected_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    def killed_in_its_report(settings: Settings | None = None) -> None:
        with monkeypatch.context() as patched:
            patched.setattr("hygiene.pipeline.story.report_on", killed)
            with pytest.raises(KeyboardInterrupt):
                run(tmp_path, settings)

    with simulated(twelve_accounts(), monkeypatch) as aws:
        killed_in_its_report()
        aws.forget_calls()
        run(tmp_path)
        assert aws.calls == []
        run(tmp_path)
        assert aws.calls, "its report is there, so the next run collects anew"
        killed_in_its_report(quick_settings(aws={"last_accessed": "off"}))
        aws.forget_calls()
        run(tmp_path)
        assert aws.calls, "it was collected with other settings"
        killed_in_its_report()
        aws.forget_calls()
        wanted = pipeline.ReportRequest(out=str(tmp_path), as_of=AS_OF)
        tomorrow = wall_clock() + timedelta(days=1, minutes=1)
        pipeline.run(quick_settings(), pipeline.RunRequest(wanted), Silent(), lambda: tomorrow)
        assert aws.calls, "roles may have been used since"


def test_a_report_made_again_names_the_one_it_supersedes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with simulated(twelve_accounts(), monkeypatch):
        run(tmp_path)
        first = (tmp_path / "2026-Q4" / "manifest.json").read_bytes()
        run(tmp_path, reuse_snapshot=True)
    second = json.loads((tmp_path / "2026-Q4" / "manifest.json").read_text())
    kept = tmp_path / "ledger" / "o-twelve-2026-Q4" / "superseded" / f"{second['supersedes']}.json"
    assert kept.read_bytes() == first


def test_one_account_without_an_organization_is_reviewed_with_its_own_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lone = Account(id=HUB_ACCOUNT, name="lone", roles=(a_simulated_role("app"),))
    with simulated(World((lone,), Hub(HUB_ACCOUNT)), monkeypatch) as aws:
        reported = run(tmp_path)
        assert not any(call.operation == "AssumeRole" for call in aws.calls)
    assert reported.exit_code == 0
    assert [row["status"] for row in rows(tmp_path, "coverage")] == ["read"]
    assert reported.summary["review_id"] == f"{HUB_ACCOUNT}-2026-Q4"
    assert reported.summary["population_proven"] is True


def test_a_refused_account_list_is_no_organization_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with simulated(twelve_accounts(), monkeypatch) as aws:
        aws.faults.deny(HUB_ACCOUNT, "organizations:ListAccounts")
        with pytest.raises(PopulationError, match="organizations:ListAccounts was refused"):
            run(tmp_path)
        assert not (tmp_path / "2026-Q4").exists()
        listed = quick_settings(accounts={"include": ("000000000004", "000000000005")})
        reported = run(tmp_path, listed)
    assert reported.summary["population_proven"] is False
    assert reported.exit_code == 3
    assert [row["account_id"] for row in rows(tmp_path, "coverage")] == ["000000000004", "000000000005"]


def test_include_and_exclude_are_skipped_accounts_not_gaps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with simulated(twelve_accounts(), monkeypatch):
        chosen = quick_settings(accounts={"include": ("000000000004", "000000000005"), "exclude": ("000000000005",)})
        reported = run(tmp_path, chosen)
    coverage = {row["account_id"]: row for row in rows(tmp_path, "coverage")}
    assert reported.exit_code == 0
    assert coverage["000000000004"]["status"] == "read"
    assert coverage["000000000005"]["reason"] == "excluded by the configuration: 000000000005"
    assert coverage["000000000006"]["reason"] == "not included by the configuration"
    assert len(coverage) == 12


def test_nothing_readable_is_an_error_not_an_empty_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with simulated(twelve_accounts(), monkeypatch), pytest.raises(SnapshotError, match="no account could be read"):
        run(tmp_path, quick_settings(accounts={"include": ("000000000001",)}))
    assert not (tmp_path / "2026-Q4").exists()


def test_wrong_credentials_are_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with simulated(twelve_accounts(), monkeypatch):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAUNKNOWNUNKNOWN00")
        with pytest.raises(CredentialsError, match="does not accept"):
            run(tmp_path)
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        with pytest.raises(CredentialsError, match="No AWS credentials"):
            run(tmp_path)
    assert list(tmp_path.iterdir()) == []
