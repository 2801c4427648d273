from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hygiene.cli import main
from hygiene.config import Retention
from hygiene.errors import LockHeldError
from hygiene.pipeline.places import LOCK
from hygiene.pipeline.pruning import prune
from hygiene.store import LocalStore, Lock

NOW = datetime(2026, 12, 31, 12, tzinfo=UTC)
LIMITS = Retention(snapshots="400d", events="100d")


def write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def a_snapshot(out: Path, name: str, days: float, *, finished: bool = True) -> None:
    when = (NOW - timedelta(days=days)).isoformat()
    write(out / "snapshots" / name / "started.json", {"started_at": when})
    write(out / "snapshots" / name / "accounts" / "111122223333" / "gaps.json", {})
    if finished:
        write(out / "snapshots" / name / "manifest.json", {"finished_at": when})


def a_report(out: Path, quarter: str, snapshot: str) -> None:
    write(out / quarter / "manifest.json", {"snapshot": {"location": f"/elsewhere/snapshots/{snapshot}"}})


def snapshots(out: Path) -> set[str]:
    return {path.name for path in (out / "snapshots").iterdir()}


def test_what_shards_left_goes_with_the_snapshots_of_its_year(tmp_path: Path) -> None:
    for quarter in ("2025-Q1", "2025-Q4", "2026-Q1"):
        write(tmp_path / "parts" / quarter / "111122223333.part", {})
    assert prune(Retention(snapshots="366d"), str(tmp_path), dry_run=True, now=NOW).removed == ()
    assert set(prune(Retention(snapshots="364d"), str(tmp_path), dry_run=False, now=NOW).removed) == {
        "parts/2025-Q1",
        "parts/2025-Q4",
    }
    assert [path.name for path in (tmp_path / "parts").iterdir()] == ["2026-Q1"]


def test_old_snapshots_and_events_go_and_nothing_else(tmp_path: Path) -> None:
    a_snapshot(tmp_path, "old", 400.1)
    a_snapshot(tmp_path, "just", 399.9)
    a_snapshot(tmp_path, "left-off", 500, finished=False)
    a_snapshot(tmp_path, "new", 1)
    a_report(tmp_path, "2024-Q1", "old")
    a_report(tmp_path, "2026-Q3", "just")
    a_report(tmp_path, "2026-Q4", "new")
    write(tmp_path / "ledger" / "r" / "decisions.jsonl", {})
    for day in ("2026-09-21", "2026-09-23"):
        write(tmp_path / "events" / "111122223333" / f"{day}.json.gz", {})
    pruned = prune(LIMITS, str(tmp_path), dry_run=False, now=NOW)
    assert set(pruned.removed) == {"snapshots/old", "snapshots/left-off", "events/111122223333/2026-09-21.json.gz"}
    assert pruned.kept == 3
    assert snapshots(tmp_path) == {"just", "new"}
    assert (tmp_path / "2024-Q1" / "manifest.json").exists()
    assert (tmp_path / "ledger" / "r" / "decisions.jsonl").exists()
    assert [path.name for path in (tmp_path / "events" / "111122223333").iterdir()] == ["2026-09-23.json.gz"]


def test_the_newest_snapshot_and_those_of_the_newest_reports_stay_however_old(tmp_path: Path) -> None:
    for name, days in (("a", 900), ("b", 800), ("c", 700), ("d", 600), ("e", 500)):
        a_snapshot(tmp_path, name, days)
    a_snapshot(tmp_path, "unfinished", 450, finished=False)
    for quarter, name in (("2024-Q4", "a"), ("2025-Q1", "b"), ("2025-Q2", "c")):
        a_report(tmp_path, quarter, name)
    prune(LIMITS, str(tmp_path), dry_run=False, now=NOW)
    assert snapshots(tmp_path) == {"b", "c", "e"}


def test_what_has_no_age_stays_and_is_said(tmp_path: Path) -> None:
    write(tmp_path / "snapshots" / "by-hand" / "accounts" / "x.json", {})
    write(tmp_path / "snapshots" / "broken" / "manifest.json", "{")
    write(tmp_path / "events" / "111122223333" / "2020-13-99.json.gz", {})
    write(tmp_path / "events" / "notes.txt", {})
    pruned = prune(LIMITS, str(tmp_path), dry_run=False, now=NOW)
    assert pruned.removed == ()
    assert len(pruned.undated) == 4


def test_a_dry_run_changes_nothing_and_says_the_same(tmp_path: Path) -> None:
    a_snapshot(tmp_path / "one", "old", 500)
    a_snapshot(tmp_path / "one", "new", 1)
    before = sorted(path for path in tmp_path.rglob("*"))
    said = prune(LIMITS, str(tmp_path / "one"), dry_run=True, now=NOW)
    assert sorted(path for path in tmp_path.rglob("*")) == before
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    assert prune(LIMITS, str(tmp_path / "two"), dry_run=False, now=NOW) == said


def test_nothing_is_removed_while_a_review_is_at_work(tmp_path: Path) -> None:
    a_snapshot(tmp_path, "old", 500)
    a_snapshot(tmp_path, "new", 1)
    with Lock(LocalStore(tmp_path), LOCK, "review"), pytest.raises(LockHeldError):
        prune(LIMITS, str(tmp_path), dry_run=False, now=NOW)
    assert snapshots(tmp_path) == {"old", "new"}


def test_the_command_says_what_it_did(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    a_snapshot(Path("out"), "old", 5000)
    a_snapshot(Path("out"), "new", 1)
    for arguments, word in ((("--dry-run",), "would be removed"), ((), "removed")):
        with pytest.raises(SystemExit) as ended:
            main(["prune", "--out", "out", *arguments])
        assert (ended.value.code or 0) == 0
        assert f"{word}: snapshots/old\n1 {word}, 1 kept\n" in capsys.readouterr().out
    Path("c.toml").write_text('[retention]\nsnapshots = "a year"\n')
    with pytest.raises(SystemExit) as ended:
        main(["prune", "--config", "c.toml"])
    assert ended.value.code == 2
    assert 'write a number of days such as "400d"' in capsys.readouterr().err
