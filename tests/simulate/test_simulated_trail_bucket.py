from __future__ import annotations

import gzip
import json
import zlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from hygiene.simulate.cloudtrail import actors, events
from hygiene.simulate.cloudtrail.trail import Trail
from hygiene.simulate.server import SimulatedAws
from hygiene.simulate.world import Account, Hub
from tests.simulate.eventful_world import REGION, WORKER, eventful_world, history, in_region
from tests.simulate.small_world import AS_OF, HUB, MANAGEMENT, OUTSIDE, READER, WORKLOAD, client, small_world

if TYPE_CHECKING:
    from collections.abc import Iterator

TRAIL = Trail("organization-trail", MANAGEMENT, prefix="logs")
ROOT = "logs/AWSLogs/o-exampleorg1/"
MIDNIGHT = AS_OF.hour / 24
"""Days back from the clock to the last midnight."""


def _world() -> Any:
    late = events.assumed(WORKER, actors.service("lambda"), 10 + MIDNIGHT + 2 / 1440, region=REGION)
    accounts = tuple(a for a in small_world().accounts if a.id != HUB)
    # Without a role of its own the hub gets the standard one, which may read the trail.
    return eventful_world(
        accounts=(*accounts, Account(HUB, "hub")), hub=Hub(HUB), events=(*history(), *late), trail=TRAIL
    )


@pytest.fixture
def aws() -> Iterator[SimulatedAws]:
    with SimulatedAws(_world(), clock=lambda: AS_OF) as running:
        yield running


@pytest.fixture
def s3(aws: SimulatedAws) -> Any:
    return client("s3", aws.environment())


def _keys(s3: Any, prefix: str = "") -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=TRAIL.bucket, Prefix=prefix)
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def _content(s3: Any, key: str) -> bytes:
    content: bytes = s3.get_object(Bucket=TRAIL.bucket, Key=key)["Body"].read()
    return content


def _records(s3: Any, key: str) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = json.loads(gzip.decompress(_content(s3, key)))["Records"]
    return records


def test_the_objects_hold_every_record_in_the_folders_of_account_region_and_day(aws: SimulatedAws, s3: Any) -> None:
    logs = [key for key in _keys(s3) if "/CloudTrail/" in key and key.endswith(".json.gz")]
    read = [record["eventID"] for key in logs for record in _records(s3, key)]
    assert sorted(read) == sorted(record.id for record in aws.events())
    day = AS_OF - timedelta(days=3)
    folder = f"{ROOT}{HUB}/CloudTrail/us-east-1/{day:%Y/%m/%d}/"
    (key,) = [key for key in _keys(s3, folder) if key != folder]
    assert key.startswith(f"{folder}{HUB}_CloudTrail_us-east-1_{day:%Y%m%d}T")


def test_the_last_minutes_of_a_day_lie_in_the_next_days_folder_in_a_file_of_its_first_hour(s3: Any) -> None:
    day = AS_OF - timedelta(days=10)
    early = [key for key in _keys(s3, f"{ROOT}{WORKLOAD}/CloudTrail/{REGION}/{day:%Y/%m/%d}/") if "T00" in key]
    (record,) = _records(s3, early[0])
    assert record["eventTime"].startswith(f"{day - timedelta(days=1):%Y-%m-%d}T23:58")


def test_digests_insights_and_strangers_files_lie_beside_them(s3: Any) -> None:
    keys = _keys(s3)
    assert len([key for key in keys if "/CloudTrail-Digest/" in key and f"/{WORKLOAD}/" in key]) >= 180
    assert any("/CloudTrail-Insight/" in key for key in keys)
    assert f"{ROOT}README.txt" in keys
    assert any(key.endswith("/") for key in keys)


@pytest.mark.parametrize(
    ("how", "error"),
    [("broken-gzip", (zlib.error, gzip.BadGzipFile)), ("cut-off", EOFError), ("not-json", json.JSONDecodeError)],
)
def test_a_damaged_object_cannot_be_read(aws: SimulatedAws, s3: Any, how: Any, error: Any) -> None:
    keys = aws.damage_trail(how, WORKLOAD, (AS_OF - timedelta(days=10)).date())
    assert keys
    for key in keys:
        with pytest.raises(error):
            _records(s3, key)


def test_odd_records_stand_among_the_good_ones_and_other_content_has_none(aws: SimulatedAws, s3: Any) -> None:
    day = (AS_OF - timedelta(days=10)).date()
    before = sum(len(_records(s3, key)) for key in aws.damage_trail("odd-records", WORKLOAD, day))
    assert before > 7
    (key, *_) = aws.damage_trail("other-content", WORKLOAD, day)
    assert "Records" not in json.loads(gzip.decompress(_content(s3, key)))


def test_only_those_of_the_organization_who_are_allowed_may_look_into_the_trail(aws: SimulatedAws) -> None:
    for account_id, principal in ((WORKLOAD, f"role/{READER}"), (OUTSIDE, "role/looker")):
        stranger = in_region(aws, "s3", account_id, principal, "us-east-1")
        with pytest.raises(ClientError, match=r"\(AccessDenied\).*s3:ListBucket"):
            stranger.list_objects_v2(Bucket=TRAIL.bucket)
    administrator = in_region(aws, "s3", WORKLOAD, "role/administrator", "us-east-1")
    assert administrator.list_objects_v2(Bucket=TRAIL.bucket)["KeyCount"] > 100


def test_the_hub_may_read_but_neither_write_nor_delete(aws: SimulatedAws, s3: Any) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket=TRAIL.bucket, Key="x", Body=b"x")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=TRAIL.bucket, Key=f"{ROOT}README.txt")
    aws.faults.deny(HUB, "s3:GetObject")
    with pytest.raises(ClientError, match=r"\(AccessDenied\).*service control policy"):
        _content(s3, f"{ROOT}README.txt")


def test_calls_on_the_trail_are_logged_and_fail_by_their_names(aws: SimulatedAws, s3: Any) -> None:
    aws.faults.fail(None, "s3", "ListObjectsV2", code="SlowDown", status=503)
    with pytest.raises(ClientError, match="SlowDown"):
        s3.list_objects_v2(Bucket=TRAIL.bucket)
    s3.list_objects_v2(Bucket=TRAIL.bucket, MaxKeys=1)
    assert [(call.operation, call.status) for call in aws.calls] == [("ListObjectsV2", 503), ("ListObjectsV2", 200)]


def test_other_buckets_stay_open_to_everybody(aws: SimulatedAws) -> None:
    s3 = in_region(aws, "s3", WORKLOAD, "role/idle", "us-east-1")
    s3.create_bucket(Bucket="scratch")
    assert s3.list_objects_v2(Bucket="scratch")["KeyCount"] == 0
