"""A simulated organization with a trail: events in the accounts, and the same as log files in a bucket."""

from __future__ import annotations

import contextlib
import gzip
import json
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import boto3

from hygiene.config import CloudTrail, Settings
from hygiene.simulate import Account, Hub, World
from tests.worlds import HUB_ACCOUNT, a_simulated_role, quick_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hygiene.simulate.cloudtrail.events import Event

ONE = "000000000001"
BUCKET, PREFIX, ORGANIZATION = "trail-bucket", "org", "o-1"


def world(events: tuple[Event, ...] = ()) -> World:
    hub = Account(id=HUB_ACCOUNT, name="hub", roles=())
    one = Account(id=ONE, name="one", roles=(a_simulated_role("app"),))
    return World(
        (hub, one), Hub(HUB_ACCOUNT), organization_id=ORGANIZATION, management_account=HUB_ACCOUNT, events=events
    )


def settings(source: str, **trail: Any) -> Settings:
    place = CloudTrail(bucket=BUCKET, prefix=PREFIX, database="security", table="trail", **trail)
    return quick_settings(aws={"cloudtrail": source, "last_accessed": "off"}, cloudtrail=place)


def folder_of(day: str, account: str = ONE, region: str = "us-east-1", kind: str = "CloudTrail") -> str:
    return f"{PREFIX}/AWSLogs/{ORGANIZATION}/{account}/{kind}/{region}/{day.replace('-', '/')}"


def key_of(delivered: datetime, account: str = ONE, region: str = "us-east-1", unique: str = "Ab1") -> str:
    folder, stamp = folder_of(f"{delivered:%Y-%m-%d}", account, region), f"{delivered:%Y%m%dT%H%M}Z"
    return f"{folder}/{account}_CloudTrail_{region}_{stamp}_{unique}.json.gz"


def put(key: str, content: bytes) -> None:
    put_all({key: content})


def put_all(files: Mapping[str, bytes]) -> None:
    """Put them all with one client: making one takes longer than putting a file."""
    client = boto3.client("s3", region_name="us-east-1")
    with contextlib.suppress(client.exceptions.BucketAlreadyOwnedByYou):
        client.create_bucket(Bucket=BUCKET)
    for key, content in files.items():
        client.put_object(Bucket=BUCKET, Key=key, Body=content)


def put_records(records: Iterable[Any], account: str = ONE) -> None:
    """Put records into log files as CloudTrail does: by Region and hour of delivery, five minutes later."""
    from datetime import timedelta

    files: dict[str, list[Any]] = defaultdict(list)
    for record in records:
        delivered = datetime.fromisoformat(record["eventTime"]) + timedelta(minutes=5)
        files[key_of(delivered.replace(minute=0), account, record["awsRegion"])].append(record)
    put_all({key: packed(content) for key, content in files.items()})


def packed(records: list[Any]) -> bytes:
    return gzip.compress(json.dumps({"Records": records}, separators=(",", ":")).encode(), mtime=0)
