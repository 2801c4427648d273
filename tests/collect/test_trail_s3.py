"""The organization trail's bucket, over HTTP: moto's S3 behind the simulated AWS."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hygiene import pipeline
from hygiene.activity import Activity, from_json
from hygiene.collect.progress import Silent
from hygiene.collect.trail import s3
from tests.activity.events import a_change, a_record, a_refusal, a_session, an_assumption
from tests.builders import AS_OF
from tests.collect.trail_world import (
    BUCKET,
    ONE,
    PREFIX,
    folder_of,
    key_of,
    packed,
    put,
    put_records,
    settings,
    world,
)
from tests.worlds import HUB_ACCOUNT, simulated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from hygiene.simulate import SimulatedAws

ROLE = f"arn:aws:iam::{ONE}:role/app"
DAYS = range(1, 91)


def clock() -> datetime:
    return AS_OF


def one(days_ago: float, **more: Any) -> dict[str, Any]:
    return an_assumption(ROLE, days_ago=days_ago, account=ONE, userIdentity=a_session(account=ONE), **more)


def daily() -> list[dict[str, Any]]:
    """Return an event a day, so that no day is missing."""
    return [one(days_ago - 0.1) for days_ago in range(91)]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedAws]:
    with simulated(world(), monkeypatch) as running:
        put_records([an_assumption(days_ago=1, account=HUB_ACCOUNT)], HUB_ACCOUNT)
        yield running


@pytest.fixture
def collected(aws: SimulatedAws, tmp_path: Path) -> Callable[..., tuple[Activity | None, list[Any]]]:
    aws.faults.clear()

    def collect() -> tuple[Activity | None, list[Any]]:
        destination = tmp_path / "snap"
        pipeline.collect(settings("s3"), str(destination), None, Silent(), clock, str(tmp_path / "out"))
        account = destination / "accounts" / ONE
        written = account / "activity.json"
        gaps = json.loads((account / "gaps.json").read_text())["gaps"]
        return from_json(json.loads(written.read_text())) if written.exists() else None, gaps

    return collect


def the(activity: Activity | None) -> Activity:
    assert activity is not None
    return activity


def test_a_quarter_of_log_files_is_added_up(collected: Callable[..., Any]) -> None:
    records = [*daily(), a_refusal(ROLE, days_ago=3, account=ONE), a_change("TagRole", days_ago=2, account=ONE)]
    put_records([*records, one(2, awsRegion="eu-west-1"), a_record("ListBuckets", "s3", days_ago=2, account=ONE)])
    activity, gaps = collected()
    assert gaps == []
    assert (the(activity).missing_days, the(activity).problems, the(activity).records_damaged) == ((), (), 0)
    assert sum(row.count for row in the(activity).assumptions) == len(daily())  # the latest is after the review
    assert sum(row.failed for row in the(activity).assumptions) == 1
    assert [change.action for change in the(activity).changes] == ["TagRole"]
    assert the(activity).regions == ("eu-west-1", "us-east-1")
    assert the(activity).ends == AS_OF


def test_an_event_delivered_after_midnight_counts_on_its_day(collected: Callable[..., Any], tmp_path: Path) -> None:
    late = one(0) | {"eventTime": "2026-12-20T23:58:00Z", "eventID": "late"}
    put_records(daily())
    put(key_of(datetime(2026, 12, 21, 0, 5, tzinfo=UTC), unique="late"), packed([late]))
    collected()
    (kept,) = (tmp_path / "out" / "events" / ONE).glob("2026-12-20.json.gz")
    import gzip

    day = from_json(json.loads(gzip.decompress(kept.read_bytes())))
    assert sum(row.count for row in day.assumptions) == 2


def test_an_event_in_the_files_of_two_days_counts_once(collected: Callable[..., Any]) -> None:
    """As where the organization's trail and one of the account deliver to the same bucket."""
    put_records(daily())
    twice = one(0) | {"eventTime": "2026-12-20T23:58:00Z", "eventID": "twice"}
    put(key_of(datetime(2026, 12, 20, 23, 59, tzinfo=UTC), unique="a"), packed([twice]))
    put(key_of(datetime(2026, 12, 21, 0, 5, tzinfo=UTC), unique="b"), packed([twice]))
    activity, _ = collected()
    assert sum(row.count for row in the(activity).assumptions) == len(daily()) - 1 + 1  # one is after the review


def test_a_day_without_files_is_missing_unless_a_digest_says_that_it_was_quiet(collected: Callable[..., Any]) -> None:
    put_records([record for record in daily() if record["eventTime"][:10] not in ("2026-12-10", "2026-12-12")])
    put(f"{folder_of('2026-12-12', kind='CloudTrail-Digest')}/digest.json.gz", b"x")
    activity, _ = collected()
    assert [str(day) for day in the(activity).missing_days] == ["2026-12-10"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x1f\x8bnonsense", "cannot be expanded"),
        (packed([{"a": "b" * 5000}])[:40], "is cut off"),
        (b"not json", "is not JSON"),
        (packed([])[:0], "is not JSON"),
        (b'{"digestStartTime": 1}', "has no list of Records"),
    ],
)
def test_a_broken_file_is_named_and_its_day_is_missing(
    collected: Callable[..., Any], content: bytes, said: str
) -> None:
    put_records(daily())
    put(key_of(datetime(2026, 12, 20, 12, tzinfo=UTC), unique="broken"), content)
    activity, gaps = collected()
    assert gaps == []
    assert [str(day) for day in the(activity).missing_days] == ["2026-12-20"]
    assert said in the(activity).problems[0]
    assert "_broken.json.gz" in the(activity).problems[0]
    assert sum(row.count for row in the(activity).assumptions) == len(daily()) - 1


def test_damaged_records_and_other_files_are_counted(collected: Callable[..., Any]) -> None:
    put_records(daily())
    skewed = one(40)
    put(key_of(datetime(2026, 12, 20, 12, tzinfo=UTC), unique="odd"), packed([None, {}, skewed]))
    put(f"{folder_of('2026-12-20')}/README.txt", b"hello")
    put(f"{folder_of('2026-12-20', kind='CloudTrail-Insight')}/insight.json.gz", b"x")
    activity, _ = collected()
    assert (the(activity).records_damaged, the(activity).files_passed_by) == (3, 1)
    assert (the(activity).problems, the(activity).missing_days) == ((), ())


def test_an_account_without_log_files_is_a_gap(collected: Callable[..., Any]) -> None:
    activity, gaps = collected()
    assert activity is None
    assert [(gap["collector"], gap["operation"]) for gap in gaps] == [("activity", "s3:ListObjectsV2")]
    assert f"s3://{BUCKET}/{PREFIX}" in gaps[0]["message"]


def test_a_refused_bucket_is_a_gap_and_the_roles_are_read(
    collected: Callable[..., Any], aws: SimulatedAws, tmp_path: Path
) -> None:
    aws.faults.fail(None, "s3", "GET /trail-bucket", code="AccessDenied", status=403, times=99, message="no")
    activity, gaps = collected()
    assert activity is None
    assert [gap["code"] for gap in gaps] == ["AccessDenied"]
    assert (tmp_path / "snap" / "accounts" / ONE / "authorization-details.json").exists()


def test_a_refusal_halfway_leaves_the_days_before_it(collected: Callable[..., Any], aws: SimulatedAws) -> None:
    """As where a bucket policy was changed: what came is a part of the quarter, and the rest is named as missing."""
    records = daily()
    put_records(records)
    [when] = [record["eventTime"] for record in records if record["eventTime"].startswith("2026-12-20")]
    key = key_of((datetime.fromisoformat(when) + timedelta(minutes=5)).replace(minute=0))
    aws.faults.fail(None, "s3", f"GET /{BUCKET}/{key}", code="AccessDenied", status=403, times=99, message="no")
    activity, gaps = collected()
    assert [gap["code"] for gap in gaps] == ["AccessDenied"]
    missing = [str(day) for day in the(activity).missing_days]
    assert missing[0] in ("2026-12-19", "2026-12-20")
    assert missing[-1] == "2026-12-31"
    before = [record for record in records if record["eventTime"][:10] < missing[0]]
    assert sum(row.count for row in the(activity).assumptions) == len(before)


def test_days_that_are_kept_are_not_read_again(
    collected: Callable[..., Any], aws: SimulatedAws, tmp_path: Path
) -> None:
    put_records(daily())
    first, _ = collected()
    before = len(aws.calls)
    import shutil

    shutil.rmtree(tmp_path / "snap")
    second, _ = collected()
    fetched = [call for call in list(aws.calls)[before:] if "json.gz" in call.operation and ONE in call.operation]
    assert the(second).assumptions == the(first).assumptions
    assert 0 < len(fetched) <= 3


def test_other_processes_read_the_same(
    collected: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put_records(daily())
    first, _ = collected()
    import shutil

    shutil.rmtree(tmp_path)
    tmp_path.mkdir()
    monkeypatch.setattr(s3.S3Source.__init__, "__defaults__", (1,))
    second, _ = collected()
    assert second == first


def test_much_is_what_the_run_has_read_in_all() -> None:
    """A thousand accounts of a few megabytes are as much as one of gigabytes; one of a few files is not worth it."""
    source = s3.S3Source(settings("s3").cloudtrail, None, None, much_bytes=3200)  # type: ignore[arg-type]
    assert [source.is_much(size) for size in (1600, 1600, 99, 100, 5000)] == [False, True, False, True, True]


@pytest.mark.usefixtures("aws")
def test_the_light_run_fills_the_days_and_the_review_uses_them(tmp_path: Path) -> None:
    put_records(daily())
    ended = pipeline.collect_events(settings("s3"), str(tmp_path), Silent(), lambda: AS_OF - timedelta(days=7))
    assert (ended.exit_code, ended.is_events) == (3, True)  # the hub has no events before its last day
    kept = sorted(path.name for path in (tmp_path / "events" / ONE).iterdir())
    assert "2026-12-23.json.gz" in kept
    assert "2026-12-26.json.gz" not in kept
