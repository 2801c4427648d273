"""An organization trail's bucket: records in, gzipped objects in moto's S3 out, with the company they keep at AWS.

Objects are filed by the moment they are delivered, some minutes after their newest event: the last events of a day
lie in the folder of the next one.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from moto.s3.models import s3_backends

from hygiene.simulate.errors import SimulationError
from hygiene.simulate.identifiers import unique_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from hygiene.simulate.cloudtrail.records import Record
    from hygiene.simulate.event_store import EventStore
    from hygiene.simulate.world import World

DELAY = timedelta(minutes=5)
"""CloudTrail delivers within about five minutes on average, and says so."""

Damage = Literal["broken-gzip", "cut-off", "not-json", "odd-records", "other-content"]


@dataclass(frozen=True)
class Delivered:
    """An object of the trail that holds records."""

    key: str
    account_id: str
    region: str
    day: str
    """The folder's, as YYYY/MM/DD."""
    size: int
    """In bytes, compressed."""


def _delivered_at(at: datetime) -> datetime:
    later = at + 2 * DELAY
    return later.replace(minute=later.minute // 5 * 5, second=0)


def _pack(content: Any) -> bytes:
    return gzip.compress(json.dumps(content).encode(), compresslevel=6, mtime=0)


def _odd_records(content: bytes) -> bytes:
    records = json.loads(gzip.decompress(content))["Records"]
    stray: list[Any] = [None, 7, "text", [], {}, {"eventName": 7}, {"eventName": "AssumeRole", "eventTime": "soon"}]
    return _pack({"Records": [*stray, *records]})


def _damaged(content: bytes, how: Damage) -> bytes:
    if how == "cut-off":
        return content[: len(content) // 2]
    if how == "broken-gzip":
        middle = len(content) // 2
        return content[:middle] + bytes(b ^ 0xFF for b in content[middle : middle + 16]) + content[middle + 16 :]
    if how == "not-json":
        return gzip.compress(gzip.decompress(content)[:-40], mtime=0)
    if how == "odd-records":
        return _odd_records(content)
    return _pack({"awsAccountId": "000000000000", "logFiles": []})


class TrailBucket:
    """The bucket of the world's trail; filled when somebody first looks into it."""

    def __init__(self, world: World, events: EventStore) -> None:
        self._world, self._events = world, events
        self._filled = False

    def guards(self, bucket: str) -> bool:
        """Whether this is the trail's bucket or the one Athena writes to, which are not open to everybody."""
        return bool(bucket) and bucket in self._names()

    def fill(self) -> None:
        """Deliver the records, once."""
        trail = self._world.trail
        if trail is None or self._filled:
            return
        self._filled = True
        for name in self._names():
            self._backend().create_bucket(name, self._world.region)
        groups: dict[tuple[str, str, str, int], list[Record]] = defaultdict(list)
        for record in self._events.all():
            at = _delivered_at(record.at)
            is_late = at.date() > record.at.date()
            part = -1 if is_late else at.hour // trail.hours_per_object
            groups[record.account_id, record.region, f"{at:%Y/%m/%d}", part].append(record)
        for (account_id, region, day, part), records in sorted(groups.items()):
            self._deliver(account_id, region, day, part, records)
        self._put_digests({(account_id, region, day) for account_id, region, day, _ in groups})
        self._put_noise({(account_id, region, day) for account_id, region, day, _ in groups})

    def objects(self) -> list[Delivered]:
        """The objects below the folders of log files, whoever put them there."""
        self.fill()
        trail = self._world.trail
        if trail is None:
            return []
        found = []
        for key, value in self._backend().get_bucket(trail.bucket).keys.items():
            parts = key.removeprefix(self._root()).split("/")
            if len(parts) == 7 and parts[1] == "CloudTrail" and parts[6]:
                found.append(Delivered(key, parts[0], parts[2], "/".join(parts[3:6]), int(value.size)))
        return sorted(found, key=lambda one: one.key)

    def read(self, key: str) -> bytes:
        """The bytes of an object."""
        trail = self._trail()
        content: bytes = self._backend().get_bucket(trail.bucket).keys[key].value
        return content

    def write_result(self, key: str, content: bytes) -> None:
        """Put a query's result into the bucket Athena writes to."""
        self.fill()
        self._backend().put_object(self._trail().results_bucket, key, content)

    def damage(self, how: Damage, account_id: str, day: date | None = None) -> list[str]:
        """Spoil an account's objects, of one day's folder or of all; returns their keys."""
        wanted = f"{day:%Y/%m/%d}" if day else ""
        keys = [one.key for one in self.objects() if one.account_id == account_id and wanted in ("", one.day)]
        if not keys:
            raise SimulationError(f"The trail holds nothing of {account_id} to damage.")
        for key in keys:
            self._put(key, _damaged(self.read(key), how))
        return keys

    def _names(self) -> tuple[str, ...]:
        trail = self._world.trail
        return () if trail is None else tuple(name for name in (trail.bucket, trail.results_bucket) if name)

    def _trail(self) -> Any:
        if self._world.trail is None:
            raise SimulationError("The world has no trail.")
        return self._world.trail

    def _backend(self) -> Any:
        return s3_backends[self._trail().account_id][self._world.partition]

    def _root(self) -> str:
        """Up to and including the organization's id, behind which each account has a folder."""
        parts = [self._trail().prefix, "AWSLogs", self._world.organization_id or ""]
        return "".join(f"{part}/" for part in parts if part)

    def _put(self, key: str, content: bytes) -> None:
        self._backend().put_object(self._trail().bucket, key, content)

    def _deliver(self, account_id: str, region: str, day: str, part: int, records: Sequence[Record]) -> None:
        stamp = _delivered_at(max(record.at for record in records))
        unique = unique_id("", f"{account_id} {region} {day} {part}")[:16]
        name = f"{account_id}_CloudTrail_{region}_{stamp:%Y%m%dT%H%MZ}_{unique}.json.gz"
        content = _pack({"Records": [record.content for record in records]})
        self._put(f"{self._root()}{account_id}/CloudTrail/{region}/{day}/{name}", content)

    def _put_digests(self, places: Iterable[tuple[str, str, str]]) -> None:
        """A digest for every day until now, quiet ones too; CloudTrail makes one an hour, one a day shows as much."""
        places, root, now = set(places), self._root(), self._events.now
        oldest = min((day for _, _, day in places), default=f"{now:%Y/%m/%d}")
        first = datetime.strptime(oldest, "%Y/%m/%d").replace(tzinfo=UTC)
        content = _pack({"logFiles": [], "digestSignatureAlgorithm": "SHA256withRSA"})
        for account_id, region in sorted({place[:2] for place in places}):
            for number in range((now.replace(tzinfo=UTC) - first).days + 1):
                day = first + timedelta(days=number)
                name = f"{account_id}_CloudTrail-Digest_{region}_organization_{region}_{day:%Y%m%d}T120000Z.json.gz"
                self._put(f"{root}{account_id}/CloudTrail-Digest/{region}/{day:%Y/%m/%d}/{name}", content)

    def _put_noise(self, places: Iterable[tuple[str, str, str]]) -> None:
        """What else lies in such buckets: Insights, folder markers, a stranger's file, AWS Config's check."""
        newest: Mapping[str, tuple[str, str, str]] = {place[0]: place for place in sorted(places, key=lambda p: p[2])}
        root = self._root()
        for account_id, region, day in newest.values():
            name = f"{account_id}_CloudTrail-Insight_{region}_{day.replace('/', '')}T0000Z_0123456789abcdef.json.gz"
            insights = _pack({"Records": [_insight(account_id, region)]})
            self._put(f"{root}{account_id}/CloudTrail-Insight/{region}/{day}/{name}", insights)
            self._put(f"{root}{account_id}/CloudTrail/{region}/{day}/", b"")
        self._put(f"{root}Config/ConfigWritabilityCheckFile", b"")
        self._put(f"{root}README.txt", b"Please do not put files here.")


def _insight(account_id: str, region: str) -> dict[str, Any]:
    return {
        "eventVersion": "1.11",
        "eventType": "AwsCloudTrailInsight",
        "eventCategory": "Insight",
        "eventID": "00000000-0000-4000-8000-000000000000",
        "awsRegion": region,
        "recipientAccountId": account_id,
        "insightDetails": {"state": "Start", "eventSource": "sts.amazonaws.com", "eventName": "AssumeRole"},
    }
