"""How fast CloudTrail's log files are read and added up, and in how much memory: a quarter of one busy account.

Generates a trail of gzipped files as CloudTrail writes them, most events not about roles, and reads it with the code
of `[aws] cloudtrail = "s3"`: one task per day, in processes, file bodies from disk instead of from the bucket.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hygiene.activity.objects import records_of
from hygiene.activity.period import Window, joined
from hygiene.activity.reading import Reading
from hygiene.collect.trail.parts import DayFiles, read_files, readers

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT = "111122223333"
ENDS = datetime(2026, 12, 31, tzinfo=UTC)
DAYS = 90
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
        "awsRegion": "eu-west-1",
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


def write_trail(folder: Path, events: int) -> list[DayFiles]:
    """Write the log files of the days; the same number gives the same trail."""
    chance, found = random.Random(4), []  # noqa: S311 (a benchmark's data, no secret)
    days = [ENDS.date() - timedelta(days=number) for number in range(DAYS, 0, -1)]
    for day in days:
        names = []
        for number in range(max(1, events // DAYS // EVENTS_A_FILE)):
            begins = datetime(day.year, day.month, day.day, number % 23, tzinfo=UTC)
            records = [an_event(chance, begins + timedelta(seconds=second)) for second in range(EVENTS_A_FILE)]
            text = json.dumps({"Records": records}, separators=(",", ":")).encode()
            path = folder / f"{ACCOUNT}_CloudTrail_eu-west-1_{begins:%Y%m%dT%H%M}Z_{number:06d}.json.gz"
            path.write_bytes(gzip.compress(text, 6, mtime=0))
            names.append(str(path))
        found.append(DayFiles(ACCOUNT, day, tuple(names), regions=frozenset({"eu-west-1"})))
    return found


def fetch(name: str) -> bytes:
    """Return a file's bytes."""
    return Path(name).read_bytes()


def compare_readers(days: list[DayFiles]) -> None:
    """Print what each way to parse costs with the adding up, in processor time of one process, without expanding."""
    import orjson

    texts = [gzip.decompress(fetch(name)) for day in days for name in day.names]
    number = sum(len(orjson.loads(text)["Records"]) for text in texts)
    print(f"{sum(map(len, texts)) / number:.0f} bytes an event, expanded")
    ways: dict[str, Callable[[bytes], list[Any]]] = {
        "json, whole": lambda text: json.loads(text)["Records"],
        "orjson, whole": lambda text: orjson.loads(text)["Records"],
        "cut and searched, then orjson": lambda text: records_of(text)[0],
    }
    for name, way in ways.items():
        begins, reading = time.process_time(), Reading(ACCOUNT, frozenset(day.day for day in days))
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
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        days = write_trail(Path(folder), asked.events)
        size = sum(Path(name).stat().st_size for day in days for name in day.names)
        print(
            f"{asked.events:,} events, {sum(len(day.names) for day in days):,} files, {size / 1e6:,.0f} MB compressed"
        )
        before = peak_mib(resource.RUSAGE_SELF)
        begins = time.perf_counter()
        window = Window(ENDS - timedelta(days=DAYS), ENDS)
        read = partial(read_files, fetch, window=window, source="s3")
        with readers(asked.processes) as pool:
            parts = [activity for part in pool.map(read, days) for activity in part]
        whole = joined(ACCOUNT, "s3", window, parts)
        seconds = time.perf_counter() - begins
        if whole is None:
            raise SystemExit("nothing was read")
        print(f"read {whole.records_read:,} events in {seconds:.1f} s: {whole.records_read / seconds:,.0f} events/s")
        used = processor_seconds(resource.RUSAGE_CHILDREN)
        print(f"{used:.1f} s of processor time: {whole.records_read / used:,.0f} events/s on one processor")
        print(f"{len(whole.assumptions):,} rows, {sum(row.count for row in whole.assumptions):,} assumptions")
        child, own = peak_mib(resource.RUSAGE_CHILDREN), peak_mib(resource.RUSAGE_SELF)
        print(
            f"peak memory: {child:.0f} MiB the largest reader, {own:.0f} MiB the main process ({before:.0f} before)"
        )
        # Last, because it holds expanded files, which would count as the readers' memory.
        compare_readers(days[:10])


if __name__ == "__main__":
    main()
