"""`evidence verify`: whatever is done to a report afterwards is named."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from hygiene import pipeline
from hygiene.cli import main
from hygiene.config import Settings
from hygiene.errors import ConfigError, ReportError
from hygiene.pipeline.evidence import verify
from hygiene.pipeline.importing import import_decisions
from tests.builders import a_role, details
from tests.worlds import simulated, twelve_accounts

if TYPE_CHECKING:
    from collections.abc import Iterator

MOMENTS = {"2026-Q2": datetime(2026, 6, 30, tzinfo=UTC), "2026-Q3": datetime(2026, 9, 30, tzinfo=UTC)}
MOMENTS["2026-Q4"] = datetime(2026, 12, 31, tzinfo=UTC)


def make(place: Path, out: str, *quarters: str) -> None:
    for number, quarter in enumerate(quarters):
        source = place / f"{quarter}.json"
        source.write_text(json.dumps(details(a_role("app"), a_role(f"added-{number}"))))
        request = pipeline.ReportRequest(out=out, as_of=MOMENTS[quarter], formats=("html", "csv", "parquet"))
        pipeline.report(Settings(), str(source), request)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three quarters, the second one reported twice before the third."""
    place = tmp_path_factory.mktemp("made")
    make(place, str(place / "out"), "2026-Q2", "2026-Q3", "2026-Q3", "2026-Q4", "2026-Q4", "2026-Q3")
    return place / "out"


@pytest.fixture
def out(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "out")
    return tmp_path / "out"


def ends(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["evidence", "verify", *arguments])
    return int(ended.value.code or 0)


def test_an_untouched_report_and_its_whole_chain_are_proven(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verdict = verify(str(out / "2026-Q4"))
    assert verdict.problems == verdict.notes == ()
    assert verdict.files > 10
    # 2026-Q3 was made again after 2026-Q4 had named it, so the manifest that Q4 names lies in the ledger now.
    kinds = [Path(name).parts[0] for name in verdict.chain]
    assert sorted(kinds) == ["2026-Q2", "ledger", "ledger", "ledger"]
    assert ends(str(out / "2026-Q4")) == 0
    said = capsys.readouterr().out
    assert hashlib.sha256((out / "2026-Q4" / "manifest.json").read_bytes()).hexdigest() in said
    assert "as they were sealed" in said


def test_missing_changed_and_extra_files_are_each_named(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = out / "2026-Q4"
    (report / "roles.csv").write_text("changed")
    (report / "findings.csv").unlink()
    (report / "accounts" / "extra <b>.html").write_text("x")
    assert ends(str(report)) == 1
    said = capsys.readouterr().out
    assert "'roles.csv' was changed" in said
    assert "'findings.csv' is missing" in said
    assert "'accounts/extra <b>.html' is extra" in said
    assert said.count("✗") == 3
    assert "as they were sealed" not in said


def test_every_single_file_counts(out: Path) -> None:
    report = out / "2026-Q4"
    for path in [path for path in report.rglob("*") if path.is_file() and path.name != "manifest.json"]:
        content = path.read_bytes()
        path.write_bytes(content + b" ")
        (problem,) = verify(str(report)).problems
        assert repr(path.relative_to(report).as_posix()) in problem
        path.write_bytes(content)
    assert verify(str(report)).problems == ()


def test_an_earlier_manifest_that_was_changed_breaks_the_chain(out: Path) -> None:
    manifest = out / "2026-Q2" / "manifest.json"
    manifest.write_bytes(manifest.read_bytes() + b"\n")
    (problem,) = verify(str(out / "2026-Q4")).problems
    assert "the earlier quarter's report" in problem


def test_a_superseded_manifest_that_was_changed_or_removed_is_a_problem(out: Path) -> None:
    supersedes = json.loads((out / "2026-Q4" / "manifest.json").read_text())["supersedes"]
    (kept,) = out.glob(f"ledger/*/superseded/{supersedes}.json")
    kept.write_bytes(kept.read_bytes() + b"\n")
    assert any("was changed" in problem for problem in verify(str(out / "2026-Q4")).problems)
    kept.unlink()
    assert any("the report it supersedes" in problem for problem in verify(str(out / "2026-Q4")).problems)


@pytest.fixture
def answered(imported: Path, tmp_path: Path) -> Path:
    """The newest report made again after somebody answered; its ledger."""
    make(tmp_path, str(imported.parent.parent), "2026-Q4")
    return imported


@pytest.fixture
def imported(out: Path, tmp_path: Path) -> Path:
    """The ledger of the newest report after somebody answered it."""
    lines = (out / "2026-Q4" / "decisions.csv").read_text().splitlines(keepends=True)
    rows = list(csv.DictReader(lines))
    for row in rows:
        row |= {"decision": "keep", "justification": "for audits"}
    with (tmp_path / "ana.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    import_decisions(
        tmp_path / "ana.csv", str(out / "2026-Q4"), "ana@example.com", lambda: MOMENTS["2026-Q4"], dry_run=False
    )
    (ledger,) = out.glob("ledger/*-2026-Q4")
    return ledger


def test_what_people_answered_is_sealed_with_their_files_and_may_only_grow(
    answered: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report, decisions = str(answered.parent.parent / "2026-Q4"), answered / "decisions.jsonl"
    assert ends(report) == 0
    assert f"✓ ledger: {answered.name}/decisions.jsonl" in capsys.readouterr().out
    content = decisions.read_bytes()
    for changed, said in (
        (content[:-200], "was cut"),
        (content.replace(b'"keep"', b'"drop"', 1), "was changed"),
        (None, "is missing"),
    ):
        decisions.unlink() if changed is None else decisions.write_bytes(changed)
        (problem,) = verify(report).problems
        assert said in problem
    decisions.write_bytes(content + content)
    assert verify(report).problems == ()
    (original,) = (answered / "originals").iterdir()
    original.write_bytes(original.read_bytes() + b" ")
    assert "was changed" in verify(report).problems[0]
    original.unlink()
    assert "the file that answers came in" in verify(report).problems[0]
    assert ends(report) == 1


def test_answers_that_came_after_the_seal_are_mentioned_and_their_files_are_checked(imported: Path) -> None:
    report = str(imported.parent.parent / "2026-Q4")
    verdict = verify(report)
    assert verdict.problems == ()
    assert [note.partition(" has answers that came after")[0] for note in verdict.notes] == [
        f"{imported.name}/decisions.jsonl"
    ]
    (original,) = (imported / "originals").iterdir()
    original.write_bytes(original.read_bytes().replace(b"keep", b"drop", 1))
    (problem,) = verify(report).problems
    assert f"{original.name} was changed" in problem


@pytest.mark.parametrize(
    "entry", [{"path": "ledger/../../../etc/passwd", "bytes": 9}, {"path": ["x"], "bytes": 1}, "x", None]
)
def test_a_hostile_list_of_ledgers_leads_nowhere(out: Path, entry: Any) -> None:
    manifest = out / "2026-Q2" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"ledger": [entry]}))
    (problem,) = verify(str(out / "2026-Q2")).problems
    assert "names a ledger that is none" in problem


def test_a_report_without_its_neighbours_proves_its_files_and_not_the_chain(out: Path, tmp_path: Path) -> None:
    shutil.copytree(out / "2026-Q4", tmp_path / "alone" / "2026-Q4")
    problems = verify(str(tmp_path / "alone" / "2026-Q4")).problems
    assert len(problems) == 2
    assert all("names the" in problem for problem in problems)


def test_the_first_review_needs_no_chain(out: Path) -> None:
    assert verify(str(out / "2026-Q2")).chain == ()
    assert ends(str(out / "2026-Q2")) == 0


def test_a_cut_link_is_at_least_mentioned(out: Path) -> None:
    manifest = out / "2026-Q3" / "manifest.json"
    content = json.loads(manifest.read_text()) | {"previous_manifest_sha256": ""}
    manifest.write_text(json.dumps(content))
    assert "names no earlier review" in verify(str(out / "2026-Q3")).notes[0]


def test_a_newer_schema_is_refused_with_a_sentence(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = out / "2026-Q4" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"schema_version": 99}))
    assert ends(str(out / "2026-Q4")) == 1
    assert "written by a newer hygiene (schema 99" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"schema_version": "1", "files": []}', '{"schema_version": 1}']
)
def test_a_manifest_that_is_none_proves_nothing(out: Path, content: str) -> None:
    (out / "2026-Q4" / "manifest.json").write_text(content)
    with pytest.raises(ReportError, match="nothing in the folder is proven"):
        verify(str(out / "2026-Q4"))


def test_a_folder_without_manifest_is_one_and_no_folder_two(out: Path, tmp_path: Path) -> None:
    (out / "2026-Q4" / "manifest.json").unlink()
    with pytest.raises(ReportError, match=r"manifest\.json is missing"):
        verify(str(out / "2026-Q4"))
    with pytest.raises(ConfigError, match="no report there"):
        verify(str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    "entry",
    [
        {"path": "../../../../etc/passwd", "sha256": "", "bytes": 0},
        {"path": "/etc/passwd", "sha256": "", "bytes": 0},
        {"path": ["x"]},
        "x",
        None,
        {"path": "manifest.json", "sha256": "", "bytes": 0},
    ],
)
def test_a_hostile_manifest_leads_nowhere(out: Path, entry: Any) -> None:
    manifest = out / "2026-Q2" / "manifest.json"
    content = json.loads(manifest.read_text())
    content["files"].append(entry)
    manifest.write_text(json.dumps(content))
    (problem,) = verify(str(out / "2026-Q2")).problems
    assert "missing" in problem or "names no file of its own" in problem


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with simulated(twelve_accounts(), monkeypatch):
        client = boto3.client("s3")
        client.create_bucket(Bucket="reviews")
        yield client


def test_on_s3_both_the_published_run_and_the_plain_copy_are_verified(s3: Any, tmp_path: Path) -> None:
    out = "s3://reviews/out"
    make(tmp_path, out, "2026-Q3", "2026-Q4", "2026-Q3")
    verdict = verify(f"{out}/2026-Q4")
    assert verdict.problems == ()
    assert [name.split("/")[0] for name in verdict.chain] == ["ledger"]
    s3.put_object(Bucket="reviews", Key="out/2026-Q4/roles.csv", Body=b"changed")
    assert [problem[:34] for problem in verify(f"{out}/2026-Q4").problems] == ["in the plain copy, 'roles.csv' was"]
    pointer = json.loads(s3.get_object(Bucket="reviews", Key="out/2026-Q4/.runs/current.json")["Body"].read())
    s3.put_object(Bucket="reviews", Key=f"out/2026-Q4/.runs/{pointer['run']}/findings.csv", Body=b"changed")
    assert any(problem.startswith("'findings.csv' was") for problem in verify(f"{out}/2026-Q4").problems)
