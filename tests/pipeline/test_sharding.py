"""One review in several processes: shards, and the merge after them, against the simulated organization."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from hygiene import pipeline
from hygiene.cli import main
from hygiene.cli.options import parse_shard
from hygiene.collect.progress import Silent
from hygiene.errors import ConfigError, LockHeldError
from hygiene.pipeline import sharding
from hygiene.pipeline.joint import Shard
from hygiene.pipeline.places import new_run_id
from hygiene.store import Lock, open_store
from tests.builders import AS_OF
from tests.worlds import point_at, quick_settings, simulated, twelve_accounts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hygiene.simulate import SimulatedAws

QUARTER = "2026-Q4"
SETTINGS = quick_settings()


@pytest.fixture(scope="module")
def organization() -> Iterator[SimulatedAws]:
    with pytest.MonkeyPatch.context() as monkeypatch, simulated(twelve_accounts(), monkeypatch) as aws:
        yield aws


@pytest.fixture
def aws(organization: SimulatedAws, monkeypatch: pytest.MonkeyPatch) -> SimulatedAws:
    point_at(organization.environment(), monkeypatch)
    organization.forget_calls()
    return organization


def asked(out: Path) -> pipeline.ReportRequest:
    return pipeline.ReportRequest(out=str(out), as_of=AS_OF)


def shard(out: Path, number: int, of: int, snapshot: str | None = None) -> sharding.Sharded:
    return sharding.run_shard(SETTINGS, Shard(number, of), asked(out), snapshot, Silent(), lambda: AS_OF)


def merged(out: Path, snapshot: str | None = None) -> pipeline.Reported:
    return sharding.merge(SETTINGS, snapshot, asked(out), lambda: AS_OF)


def report_files(out: Path) -> dict[str, bytes]:
    """Return a report's files but the one that may differ."""
    folder = out / QUARTER
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if name != "manifest.json"}


def hygiene(*arguments: str) -> object:
    """Run the command line and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


@pytest.fixture(scope="module")
def alone(organization: SimulatedAws, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the OUT of an ordinary run."""
    out = tmp_path_factory.mktemp("alone")
    request = pipeline.RunRequest(asked(out))
    with pytest.MonkeyPatch.context() as monkeypatch:
        point_at(organization.environment(), monkeypatch)
        pipeline.run(SETTINGS, request, Silent(), lambda: AS_OF)
    return out


def test_shards_and_their_merge_give_the_bytes_of_a_single_run(
    aws: SimulatedAws, alone: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    done = [shard(tmp_path, number, 3) for number in (2, 3, 1)]
    assert sum(one.accounts for one in done) == 11
    assert {call.operation for call in aws.calls} >= {"AssumeRole", "GetAccountAuthorizationDetails"}
    aws.forget_calls()
    reported = merged(tmp_path)
    assert not aws.calls
    assert reported.exit_code == 3  # the account that refuses its reader, as in the single run
    assert report_files(tmp_path) == report_files(alone)
    assert "is examined here" not in caplog.text
    assert not (tmp_path / "parts").exists() or not list((tmp_path / "parts").iterdir())
    (snapshot,) = (tmp_path / "snapshots").iterdir()
    assert json.loads((snapshot / "manifest.json").read_bytes())["missing"] == []


def test_shards_meet_in_a_bucket(aws: SimulatedAws, alone: Path) -> None:
    boto3.client("s3").create_bucket(Bucket="reviews")
    request = pipeline.ReportRequest(out="s3://reviews/iam", as_of=AS_OF)
    for number in (1, 2):
        sharding.run_shard(SETTINGS, Shard(number, 2), request, None, Silent(), lambda: AS_OF)
    sharding.merge(SETTINGS, None, request, lambda: AS_OF)
    store = open_store(f"s3://reviews/iam/{QUARTER}")
    assert {name: store.read(name) for name in store.names() if name != "manifest.json"} == report_files(alone)
    assert open_store("s3://reviews/iam").folders() == [QUARTER, "snapshots"]
    assert aws.calls


def test_a_missing_shard_is_a_gap_until_it_is_started_again(aws: SimulatedAws, alone: Path, tmp_path: Path) -> None:
    shard(tmp_path, 1, 2)
    reported = merged(tmp_path)
    lost = [line for line in reported.not_read if "no shard has read it" in line]
    assert len(lost) == 5
    assert reported.exit_code == 3
    assert reported.summary["accounts"]["failed"] >= len(lost)
    aws.forget_calls()
    shard(tmp_path, 2, 2)
    shard(tmp_path, 1, 2)
    read = [call for call in aws.calls if call.operation == "GetAccountAuthorizationDetails"]
    assert len({call.account_id for call in read}) == len(lost)
    assert not [line for line in merged(tmp_path).not_read if "no shard" in line]
    assert report_files(tmp_path) == report_files(alone)


def test_a_snapshot_can_be_examined_in_shards_too(
    aws: SimulatedAws, alone: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (snapshot,) = (str(path) for path in (alone / "snapshots").iterdir())
    done = [
        sharding.report_shard(SETTINGS, Shard(one, 2), snapshot, asked(tmp_path), lambda: AS_OF) for one in (1, 2)
    ]
    assert sum(one.accounts for one in done) == 11
    merged(tmp_path, snapshot)
    assert report_files(tmp_path) == report_files(alone)
    assert not aws.calls
    assert "examined here" not in caplog.text


def test_parts_of_other_rules_or_damaged_ones_are_made_again(
    alone: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (snapshot,) = (str(path) for path in (alone / "snapshots").iterdir())
    other = quick_settings(review={"unused_after_days": 2})
    sharding.report_shard(other, Shard(1, 1), snapshot, asked(tmp_path), lambda: AS_OF)
    parts = sorted((tmp_path / "parts" / QUARTER).iterdir())
    parts[0].write_bytes(parts[0].read_bytes()[:-7])
    parts[1].write_bytes(b"\x00" * 5000)
    parts[2].unlink()
    caplog.set_level("INFO")
    merged(tmp_path, snapshot)
    assert report_files(tmp_path) == report_files(alone)
    assert "nobody has examined it yet" in caplog.text
    assert "by other rules or data" in caplog.text
    assert "damaged" in caplog.text


def test_shards_that_disagree_are_told_so(aws: SimulatedAws, tmp_path: Path) -> None:
    place = str(tmp_path / "together")
    shard(tmp_path, 1, 12, place)
    later = pipeline.ReportRequest(out=str(tmp_path), as_of=AS_OF.replace(day=30))
    with pytest.raises(ConfigError, match=r"review 2026-12-31T06:00:00.*give all shards the same moment"):
        sharding.run_shard(SETTINGS, Shard(2, 12), later, place, Silent(), lambda: AS_OF)
    other = quick_settings(aws={"role_name": "another"})
    with pytest.raises(ConfigError, match="give all shards the same configuration"):
        sharding.run_shard(other, Shard(2, 12), asked(tmp_path), place, Silent(), lambda: AS_OF)
    assert aws.calls


def test_in_an_array_job_of_batch_numbers_come_from_the_job_and_gaps_fail_no_job(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_BATCH_JOB_ARRAY_INDEX", "0")
    monkeypatch.setenv("AWS_BATCH_JOB_ARRAY_SIZE", "3")
    first = parse_shard("batch")
    assert first.chosen(["c", "a", "d", "b"]) == ["a", "d"]
    assert sharding.Sharded(first, "place", accounts=4, gaps=2).exit_code == 0
    assert sharding.Sharded(parse_shard("1/3"), "place", accounts=4, gaps=2).exit_code == 3


def test_a_shard_at_work_is_left_alone(aws: SimulatedAws, tmp_path: Path) -> None:
    shard(tmp_path, 1, 12)
    lock = Lock(open_store(str(tmp_path)), f"{sharding.LOCKS}/1-of-12.json", new_run_id(AS_OF))
    with lock, pytest.raises(LockHeldError):
        shard(tmp_path, 1, 12)
    with lock_of_twin(tmp_path), pytest.raises(LockHeldError):
        merged(tmp_path)
    assert aws.calls


def lock_of_twin(out: Path) -> Lock:
    return Lock(open_store(str(out)), f"{sharding.LOCKS}/2-of-12.json", new_run_id(AS_OF))


def test_a_later_review_of_the_quarter_does_not_go_on_with_old_shards(aws: SimulatedAws, tmp_path: Path) -> None:
    shard(tmp_path, 1, 12)
    request = pipeline.ReportRequest(out=str(tmp_path), quarter=QUARTER)
    much_later = AS_OF.replace(year=2027, month=1, day=3)
    sharding.run_shard(SETTINGS, Shard(1, 12), request, None, Silent(), lambda: much_later)
    names = sorted(path.name for path in (tmp_path / "snapshots").iterdir())
    assert names == ["2026-Q4-shards-1", "2026-Q4-shards-2"]
    assert aws.calls


def test_an_ordinary_run_leaves_the_snapshot_of_shards_alone(aws: SimulatedAws, tmp_path: Path) -> None:
    shard(tmp_path, 1, 12)
    settings = quick_settings(accounts={"include": ("000000000004",)})
    pipeline.run(settings, pipeline.RunRequest(asked(tmp_path)), Silent(), lambda: AS_OF)
    assert not (tmp_path / "snapshots" / "2026-Q4-shards-1" / "manifest.json").exists()
    assert aws.calls


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("run", "--shard", "0/3"), "counted from 1/8 to 8/8"),
        (("run", "--shard", "4/3"), "counted from 1/8 to 8/8"),
        (("run", "--shard", "batch"), "this is no array job of AWS Batch"),
        (("run", "--shard", "1/3", "--reuse-snapshot"), "--reuse-snapshot"),
        (("report",), "name a snapshot with --snapshot"),
        (("report", "--merge", "--shard", "1/2", "--snapshot", "x"), "--merge for the one after"),
        (("report", "--merge"), "no shard has begun a review"),
    ],
)
def test_a_wrong_command_line_is_refused_in_a_sentence(
    arguments: tuple[str, ...], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hygiene(*arguments, "--out", str(tmp_path)) == 2
    assert sentence in " ".join(capsys.readouterr().err.split())


def test_the_command_line_runs_shards_and_merges_them(
    aws: SimulatedAws,
    alone: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HYGIENE_AWS__LAST_ACCESSED_FIRST_POLL_SECONDS", "0")
    more: Any = ("--out", str(tmp_path), "--as-of", AS_OF.isoformat())
    codes = [hygiene("run", "--shard", f"{one}/2", *more) for one in (1, 2)]
    assert codes == [3, 3]  # each has an account that refuses something
    said = capsys.readouterr()
    assert "accounts read and examined" in said.out
    assert "When all shards have ended: hygiene report --merge" in said.out
    assert hygiene("report", "--merge", *more) == 3
    # The pages also say that the data ends today, by the real clock.
    tables = ("roles.csv", "findings.csv", "coverage.csv", "decisions.csv")
    files, expected = report_files(tmp_path), report_files(alone)
    assert [files[name] for name in tables] == [expected[name] for name in tables]
    assert aws.calls
