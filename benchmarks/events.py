"""How fast CloudTrail's log files are read and added up, and in how much memory: a quarter of one busy account.

Generates a trail of gzipped files as CloudTrail writes them, most events not about roles, and reads it as
`[aws] cloudtrail = "s3"` does: listed, read in processes, every day kept as a file, all days joined to one activity.
Only the bucket is a folder, so that no network is measured.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import active_children
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from hygiene.activity.objects import records_of
from hygiene.activity.period import Window
from hygiene.activity.reading import Reading
from hygiene.collect.trail.daily import DailyEvents
from hygiene.collect.trail.reader import EventReader
from hygiene.collect.trail.s3 import S3Source
from hygiene.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from hygiene.activity import Activity
    from hygiene.collect.client import AwsClient

ACCOUNT = "111122223333"
ENDS = datetime(2026, 12, 31, tzinfo=UTC)
DAYS = 90
REGION = "eu-west-1"
EVENTS_A_FILE = 500
ABOUT_ROLES = 0.2
"""Share of AssumeRole; a trail of an organization with many services has less."""


def an_event(chance: random.Random, at: datetime) -> dict[str, Any]:
    """Return a record with the fields and about the size of a real one."""
    assumes = chance.random() < ABOUT_ROLES
    number = chance.randrange(400)
    role = f"arn:aws:iam::{ACCOUNT}:role/service-{number}"
    caller = f"arn:aws:iam::{ACCOUNT}:role/team/caller-{number % 60 + chance.randrange(3)}"
    session = f"session-{chance.randrange(10_000)}"
    name, source = ("AssumeRole", "sts") if assumes else (chance.choice(["DescribeInstances", "GetObject"]), "ec2")
    asked = {"roleArn": role, "roleSessionName": session} if assumes else {"filterSet": {"items": ["x" * 60] * 3}}
    return {
        "eventVersion": "1.10",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"AROAEXAMPLE:{session}",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/caller/{session}",
            "accountId": ACCOUNT,
            "accessKeyId": "ASIAEXAMPLEEXAMPLE00",
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "principalId": "AROAEXAMPLE", "arn": caller, "accountId": ACCOUNT},
                "attributes": {"creationDate": "2026-12-01T00:00:00Z", "mfaAuthenticated": "false"},
            },
        },
        "eventTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "sourceIPAddress": f"198.51.{chance.randrange(4)}.{chance.randrange(250)}",
        "userAgent": f"Boto3/1.{chance.randrange(30)} md/Botocore#1.44 ua/2.0 os/linux lang/python#3.11",
        "requestParameters": asked,
        "responseElements": {"credentials": {"sessionToken": "x" * 300}} if assumes else None,
        "requestID": f"{chance.getrandbits(128):032x}",
        "eventID": f"{chance.getrandbits(128):032x}",
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
        },
    }


def write_trail(bucket: Path, events: int) -> list[Path]:
    """Write the log files of the days as CloudTrail lays them out; the same number gives the same trail."""
    chance, found = random.Random(4), []  # noqa: S311 (a benchmark's data, no secret)
    days = [ENDS.date() - timedelta(days=number) for number in range(DAYS, 0, -1)]
    for day in days:
        folder = bucket / f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{day:%Y/%m/%d}"
        folder.mkdir(parents=True)
        for number in range(max(1, events // DAYS // EVENTS_A_FILE)):
            begins = datetime(day.year, day.month, day.day, number % 23, tzinfo=UTC)
            records = [an_event(chance, begins + timedelta(seconds=second)) for second in range(EVENTS_A_FILE)]
            text = json.dumps({"Records": records}, separators=(",", ":")).encode()
            path = folder / f"{ACCOUNT}_CloudTrail_{REGION}_{begins:%Y%m%dT%H%M}Z_{number:06d}.json.gz"
            path.write_bytes(gzip.compress(text, 6, mtime=0))
            found.append(path)
    return found


class FolderAsBucket:
    """Answers what `S3Source` asks of S3, from a folder: what AWS and the network take is not ours to measure."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def call(self, service: str, operation: str, *, Prefix: str, **more: Any) -> dict[str, Any]:  # noqa: ARG002, N803
        """Answer ListObjectsV2, all on one page."""
        if "Delimiter" in more:
            below = sorted(path for path in (self._folder / Prefix).glob("*") if path.is_dir())
            return {"CommonPrefixes": [{"Prefix": f"{Prefix}{path.name}/"} for path in below]}
        found = sorted(path for path in (self._folder / Prefix).rglob("*") if path.is_file())
        keys = [(path.relative_to(self._folder).as_posix(), path.stat().st_size) for path in found]
        return {"Contents": [{"Key": key, "Size": size} for key, size in keys if key > more.get("StartAfter", "")]}

    def content(self, service: str, operation: str, *, Key: str, **more: Any) -> bytes:  # noqa: ARG002, N803
        """Answer GetObject."""
        return (self._folder / Key).read_bytes()


def _client(bucket: Path) -> AwsClient:
    return cast("AwsClient", FolderAsBucket(bucket))


def read_all(bucket: Path, kept: Path) -> Activity | None:
    """Read the quarter as the collector does."""
    # Not for the readers, who import this script too.
    from hygiene.config import CloudTrail

    client = _client(bucket)
    source = S3Source(CloudTrail(bucket="trail"), client, partial(_client, bucket))
    window = Window(ENDS - timedelta(days=DAYS), ENDS)
    try:
        reader = EventReader(source, window, DailyEvents(open_store(str(kept))))
        whole, refusals = reader.read(ACCOUNT, client)
    finally:
        source.close()
    for refusal in refusals:
        print(refusal)
    return whole


def compare_readers(files: list[Path]) -> None:
    """Print what each way to parse costs with the adding up, in processor time of one process, without expanding."""
    import orjson

    texts = [gzip.decompress(path.read_bytes()) for path in files]
    number = sum(len(orjson.loads(text)["Records"]) for text in texts)
    print(f"{sum(map(len, texts)) / number:.0f} bytes an event, expanded")
    ways: dict[str, Callable[[bytes], list[Any]]] = {
        "json, whole": lambda text: json.loads(text)["Records"],
        "orjson, whole": lambda text: orjson.loads(text)["Records"],
        "cut and searched, then orjson": lambda text: records_of(text)[0],
    }
    for name, way in ways.items():
        begins, reading = time.process_time(), Reading(ACCOUNT)
        for text in texts:
            reading.add_all(way(text))
        print(f"{name:32} {number / (time.process_time() - begins):12,.0f} events/s")


def peak_mib(who: int) -> float:
    """Return the largest resident set so far: of this process, or of the largest child."""
    return resource.getrusage(who).ru_maxrss / 1024


def processor_seconds(who: int) -> float:
    """Return the processor time used so far, which a busy machine does not change much."""
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Write a trail, read all of it, and compare the ways to parse on a part of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="a folder for the trail, written once and read again each time")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        bucket = asked.keep or Path(temporary) / "bucket"
        files = sorted(bucket.rglob("*.json.gz")) or write_trail(bucket, asked.events)
        size = sum(path.stat().st_size for path in files)
        print(f"{len(files) * EVENTS_A_FILE:,} events, {len(files):,} files, {size / 1e6:,.0f} MB compressed")
        measure(bucket, Path(temporary) / "events")
        # Last, because it holds expanded files, which would count as the readers' memory.
        compare_readers(files[: len(files) // 9])


def measure(bucket: Path, kept: Path) -> None:
    """Read the trail and print how fast that was, by the clock and in processor time."""
    before, begins, own = peak_mib(resource.RUSAGE_SELF), time.perf_counter(), time.process_time()
    whole = read_all(bucket, kept)
    seconds, own = time.perf_counter() - begins, time.process_time() - own
    for reader in active_children():
        reader.join()  # Its processor time is known when it has ended.
    if whole is None:
        raise SystemExit("nothing was read")
    number, readers = whole.records_read, processor_seconds(resource.RUSAGE_CHILDREN)
    print(f"read {number:,} events in {seconds:.1f} s: {number / seconds:,.0f} events/s")
    print(
        f"{readers + own:.1f} s of processor time, {readers:.1f} s the readers', {own:.1f} s the main process's: "
        f"{number / (readers + own):,.0f} events/s on one processor"
    )
    print(f"{len(whole.assumptions):,} rows, {sum(row.count for row in whole.assumptions):,} assumptions")
    largest, main_peak = peak_mib(resource.RUSAGE_CHILDREN), peak_mib(resource.RUSAGE_SELF)
    print(
        f"peak memory: {largest:.0f} MiB the largest reader, {main_peak:.0f} MiB the main process"
        f" ({before:.0f} before)"
    )


if __name__ == "__main__":
    main()
