"""The whole job with every place on S3, over HTTP and with an unmodified boto3."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pandas as pd
import pytest

from hygiene import pipeline
from hygiene.cli import main
from hygiene.collect.progress import Silent
from tests.builders import AS_OF, a_role
from tests.pipeline.test_quarters import snapshot
from tests.worlds import quick_settings, simulated, twelve_accounts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUCKET = "reviews"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with simulated(twelve_accounts(), monkeypatch):
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield client


def run(out: str, **request: Any) -> pipeline.Reported:
    wanted = pipeline.ReportRequest(out=out, as_of=AS_OF)
    return pipeline.run(quick_settings(), pipeline.RunRequest(wanted, **request), Silent())


def below(s3: Any, prefix: str) -> dict[str, bytes]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    return {key.removeprefix(prefix): s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}


def test_a_run_on_s3_leaves_the_same_report_as_one_on_disk(s3: Any, tmp_path: Path) -> None:
    reported = run(f"s3://{BUCKET}/team/out")
    assert reported.location == f"s3://{BUCKET}/team/out/2026-Q4"
    assert reported.exit_code == 3
    there = below(s3, "team/out/2026-Q4/")
    plain = {name: content for name, content in there.items() if not name.startswith(".runs/")}
    # The same snapshot, from S3 into a local folder.
    (snapshot,) = {key.split("/")[0] for key in below(s3, "team/out/snapshots/")}
    source = f"s3://{BUCKET}/team/out/snapshots/{snapshot}"
    pipeline.report(quick_settings(), source, pipeline.ReportRequest(out=str(tmp_path), as_of=AS_OF))
    local = tmp_path / "2026-Q4"
    files = {path.relative_to(local).as_posix(): path.read_bytes() for path in local.rglob("*") if path.is_file()}
    assert set(plain) == set(files)
    assert len(files) > 20
    for name, content in files.items():
        if name != "manifest.json":
            assert plain[name] == content, name
    assert json.loads(plain["manifest.json"])["snapshot"]["location"] == source


def test_an_interrupted_run_on_s3_goes_on(s3: Any) -> None:
    out = f"s3://{BUCKET}/out"
    run(out)
    (snapshot,) = {key.split("/")[0] for key in below(s3, "out/snapshots/")}
    folder = f"out/snapshots/{snapshot}/"
    s3.delete_object(Bucket=BUCKET, Key=f"{folder}manifest.json")
    s3.delete_object(Bucket=BUCKET, Key=f"{folder}accounts/000000000005/gaps.json")
    before = below(s3, folder)
    again = run(out)
    after = below(s3, folder)
    assert set(after) == {*before, "manifest.json", "accounts/000000000005/gaps.json"}
    assert again.summary["accounts"]["read"] == 9
    manifest = json.loads(after["manifest.json"])
    assert {entry["path"] for entry in manifest["files"]} == set(after) - {"manifest.json"}


def test_collect_and_report_on_s3_from_the_command_line(
    s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYGIENE_AWS__LAST_ACCESSED", "off")
    snapshot, out = f"s3://{BUCKET}/snap", f"s3://{BUCKET}/out"
    for arguments in (
        ("collect", "--snapshot", snapshot),
        ("report", "--snapshot", snapshot, "--out", out, "--quarter", "2026-Q4"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 3
    assert f"Report: {out}/2026-Q4/index.html" in capsys.readouterr().out
    assert b"<html" in below(s3, "out/2026-Q4/")["index.html"]
    assert list(tmp_path.iterdir()) == []


def test_one_file_of_the_aws_cli_can_lie_on_s3(s3: Any, tmp_path: Path) -> None:
    from tests.builders import a_role, details

    s3.put_object(Bucket=BUCKET, Key="exports/account.json", Body=json.dumps(details(a_role())).encode())
    request = pipeline.ReportRequest(out=str(tmp_path), as_of=AS_OF)
    reported = pipeline.report(quick_settings(), f"s3://{BUCKET}/exports/account.json", request)
    assert reported.summary["roles"]["total"] == 1


def test_answers_go_to_the_ledger_on_s3_and_stand_in_the_report_made_again(s3: Any, tmp_path: Path) -> None:
    from tests.builders import a_role, details

    source = tmp_path / "account.json"
    source.write_text(json.dumps(details(a_role("old", last_used=200))))
    request = pipeline.ReportRequest(out=f"s3://{BUCKET}/out", as_of=AS_OF)
    pipeline.report(quick_settings(), str(source), request)
    with pytest.raises(SystemExit) as ended:
        main(
            [
                "decisions",
                "import",
                str(answered(s3, tmp_path)),
                "--review",
                f"s3://{BUCKET}/out/2026-Q4",
                "--reviewer",
                "ana",
            ]
        )
    assert ended.value.code in (0, None)
    s3.put_object(Bucket=BUCKET, Key="out/2026-Q4/notes.txt", Body=b"ask Ben")
    summary = pipeline.report(quick_settings(), str(source), request).summary
    assert summary["decisions"]["by_decision"]["remove"] == 1
    ledger = below(s3, "out/ledger/111122223333-2026-Q4/")
    assert {name.split("/")[0] for name in ledger} == {"decisions.jsonl", "originals", "superseded", "found"}
    assert [content for name, content in ledger.items() if name.startswith("found/")] == [b"ask Ben"]


def answered(s3: Any, folder: Path) -> Path:
    """Answer the one question of the report on S3 with `remove`."""
    table = below(s3, "out/2026-Q4/")["decisions.csv"].decode()
    header, row = table.splitlines()
    cells = row.split('","')
    cells[header.split('","').index("decision")] = "remove"
    (folder / "answers.csv").write_text("\n".join([header, '","'.join(cells)]))
    return folder / "answers.csv"


@pytest.mark.usefixtures("s3")
def test_an_earlier_report_on_s3_can_be_named(tmp_path: Path) -> None:
    def report(source: str, out: str, **more: Any) -> pipeline.Reported:
        return pipeline.report(
            quick_settings(), source, pipeline.ReportRequest(out=out, formats=("parquet",), **more)
        )

    place, then = f"s3://{BUCKET}/team", AS_OF - timedelta(days=92)
    report(snapshot(tmp_path / "q3", a_role("goes"), finished=then), place)
    named = f"{place}/2026-Q3"
    reported = report(snapshot(tmp_path / "q4", a_role("comes")), str(tmp_path / "out"), as_of=AS_OF, previous=named)
    assert reported.summary["previous_quarter"] == "2026-Q3"
    changed = pd.read_parquet(tmp_path / "out" / "2026-Q4" / "changes.parquet")
    assert sorted(changed["change"]) == ["added", "removed"]
