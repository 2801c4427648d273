"""The organization trail's bucket: log files listed by account, Region and day, read with the hub's own session.

`<prefix>/AWSLogs/[<organization id>/]<account id>/CloudTrail/<Region>/YYYY/MM/DD/<file>.json.gz`
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
"""

from __future__ import annotations

import re
import threading
from collections import Counter, defaultdict, deque
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hygiene.activity.objects import DamagedObjectError
from hygiene.activity.period import Window, joined
from hygiene.activity.reading import DAY
from hygiene.activity.tally import Tally
from hygiene.collect.garbage import collect_garbage_rarely
from hygiene.collect.processors import processors
from hygiene.collect.refusal import RefusedError
from hygiene.collect.trail.parts import DayFiles, is_of_first_hour, read_files, readers
from hygiene.collect.trail.source import DaysRead
from hygiene.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future, ProcessPoolExecutor

    from hygiene.activity import Activity
    from hygiene.collect.client import AwsClient
    from hygiene.config import CloudTrail

NAME = "s3"
MUCH_BYTES = 32 << 20
"""From so many compressed bytes on, other processes read: starting them takes half a second each."""
_DAYS_AHEAD = 4
"""Days for each reading process that are being read, or are read and wait to be taken."""

_DAY_FOLDER = re.compile(r"(\d{4})/(\d{2})/(\d{2})/", re.ASCII)
_LOG = re.compile(r".*/\d{12}_CloudTrail_[a-z0-9-]+_\d{8}T\d{4}Z_[^/]+\.json\.gz", re.ASCII)


class S3Fetch:
    """Fetches objects of one bucket; can be sent to another process, where it makes a session of its own."""

    def __init__(self, bucket: str, make_client: Callable[[], AwsClient]) -> None:
        self._bucket = bucket
        self._make_client = make_client

    @cached_property
    def _client(self) -> AwsClient:
        return self._make_client()

    def __getstate__(self) -> dict[str, Any]:
        """Leave the session behind: sockets and locks stay in their process."""
        return {"_bucket": self._bucket, "_make_client": self._make_client}

    def __call__(self, name: str) -> bytes:
        """Return an object. Raises DamagedObjectError when it is gone or breaks off, RefusedError when denied."""
        try:
            return self._client.content("s3", "GetObject", Bucket=self._bucket, Key=name)
        except RefusedError as error:
            if error.kind is GapKind.DENIED:
                raise
            raise DamagedObjectError(f"cannot be read ({error.code or error.message})") from error


class S3Source:
    """The trail's log files. One for a run: the processes that read are shared by all accounts."""

    name = NAME

    def __init__(
        self, trail: CloudTrail, hub: AwsClient, make_client: Callable[[], AwsClient], much_bytes: int = MUCH_BYTES
    ) -> None:
        """`make_client` gives another process a hub client, so it must be picklable."""
        self._hub = hub
        self._bucket = trail.bucket
        self._base = f"{trail.prefix.strip('/')}/AWSLogs/".lstrip("/")
        self._fetch = S3Fetch(trail.bucket, make_client)
        self._much_bytes = much_bytes
        self._lock = threading.Lock()
        self._size = 0
        self._processes: ProcessPoolExecutor | None = None
        self._roots: tuple[str, ...] | None = None

    def read(self, account_id: str, client: AwsClient, window: Window, days: Sequence[date]) -> DaysRead:  # noqa: ARG002
        """Return the days that the bucket holds something of. Raises RefusedError when it holds nothing."""
        listing = _Listing(self._hub, self._bucket, self._folders_of(account_id))
        files, size = listing.files(account_id, days)
        if not files:
            where = f"s3://{self._bucket}/{self._base}"
            raise RefusedError("s3:ListObjectsV2", GapKind.FAILED, "", f"no log files of this account below {where}")
        parts = self._parts(files, window, self.is_much(size))
        return DaysRead(_days(account_id, listing, files, parts, window, days))

    def is_much(self, size: int) -> bool:
        """Whether other processes are to read an account: it is large, or not small and the run has read much."""
        with self._lock:
            self._size += size
            return self._size >= self._much_bytes and size >= self._much_bytes // 32

    def close(self) -> None:
        """End the processes, without waiting for what they do when the run is told to stop."""
        if self._processes is not None:
            self._processes.shutdown(wait=False, cancel_futures=True)

    def _parts(self, files: Sequence[DayFiles], window: Window, is_much: bool) -> Iterator[list[Activity]]:
        """Yield what `read_files` says of each day's files, in their order."""
        if not is_much:
            yield from (read_files(self._fetch, of_day, window, NAME) for of_day in files)
            return
        pool, most = self._pool(), _DAYS_AHEAD * processors()
        coming: deque[Future[list[Activity]]] = deque()
        for of_day in files:
            coming.append(pool.submit(read_files, self._fetch, of_day, window, NAME))
            if len(coming) > most:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()

    def _pool(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._processes is None:
                self._processes = readers()
                collect_garbage_rarely()
            return self._processes

    def _folders_of(self, account_id: str) -> tuple[str, ...]:
        """Return the account's folders: of the organization's trail, and of one it may have had before."""
        with self._lock:
            if self._roots is None:
                below = folders(self._hub, self._bucket, self._base)
                self._roots = (
                    self._base,
                    *(name for name in below if name.removeprefix(self._base).startswith("o-")),
                )
        return tuple(f"{root}{account_id}/" for root in self._roots)


def _days(
    account_id: str,
    listing: _Listing,
    files: Sequence[DayFiles],
    parts: Iterator[list[Activity]],
    window: Window,
    days: Sequence[date],
) -> Iterator[Activity]:
    """Yield the days that the bucket holds something of, each as soon as the files of the next are read.

    Those may bring events of the day hours late.
    """
    coming, there = deque(files), {of_day.day for of_day in files}
    read: defaultdict[date, list[Activity]] = defaultdict(list)
    for day in days:
        while coming and coming[0].day <= day + DAY:
            coming.popleft()
            for activity in next(parts):
                read[activity.begins.date()].append(activity)
        if day in there or listing.was_quiet(day):
            begins, ends = window.part_of(day)
            of_day = read.pop(day, None) or [Tally(account_id).activity(NAME, begins, ends, listing.regions)]
            whole = of_day[0] if len(of_day) == 1 else joined(account_id, NAME, Window(begins, ends), of_day)
            if whole is not None:
                yield replace(whole, files_passed_by=listing.passed_by[day])


class _Listing:
    """What the bucket holds of one account."""

    def __init__(self, hub: AwsClient, bucket: str, account_folders: Sequence[str]) -> None:
        self._hub = hub
        self._bucket = bucket
        self._folders = account_folders
        self.regions: frozenset[str] = frozenset()
        self.passed_by: Counter[date] = Counter()
        """Files among the logs of a day that are none."""

    def files(self, account_id: str, days: Sequence[date]) -> tuple[list[DayFiles], int]:
        """Return the log files of the days, those of the hour after each with it, and their size in all."""
        wanted, size = frozenset(days), 0
        names, late_names = defaultdict[date, list[str]](list), defaultdict[date, list[str]](list)
        region_folders = [
            folder for root in self._folders for folder in folders(self._hub, self._bucket, f"{root}CloudTrail/")
        ]
        self.regions = frozenset(folder.rstrip("/").rsplit("/", 1)[-1] for folder in region_folders)
        for folder in region_folders:
            for entry in self._between(folder, min(wanted), max(wanted) + DAY):
                key, day = entry["Key"], _day_of(entry["Key"].removeprefix(folder))
                if day is None or (day not in wanted and day - DAY not in wanted):
                    continue
                if _LOG.fullmatch(key) is None:
                    self.passed_by[day] += not key.endswith("/")
                    continue
                if day in wanted:
                    names[day].append(key)
                if day - DAY in wanted and is_of_first_hour(key):
                    late_names[day - DAY].append(key)
                size += int(entry.get("Size", 0))
        found = [
            DayFiles(account_id, day, tuple(sorted(names[day])), tuple(sorted(late_names[day])), self.regions)
            for day in sorted(wanted)
            if names[day]
        ]
        return found, size

    def _between(self, folder: str, first: date, last: date) -> Iterator[dict[str, Any]]:
        """Yield the objects of some days: keys begin with the date, so a listing starts and stops where it should."""
        after_last = f"{folder}{last + DAY:%Y/%m/%d}"
        for entry in objects(self._hub, self._bucket, folder, StartAfter=f"{folder}{first:%Y/%m/%d}"):
            if entry["Key"] >= after_last:
                return
            yield entry

    def was_quiet(self, day: date) -> bool:
        """Whether a day without any log file was watched all the same: digests are delivered every hour.

        https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
        """
        for root in self._folders:
            for folder in folders(self._hub, self._bucket, f"{root}CloudTrail-Digest/"):
                if next(objects(self._hub, self._bucket, f"{folder}{day:%Y/%m/%d}/", MaxKeys=1), None):
                    return True
        return False


def _day_of(below_region: str) -> date | None:
    """Return the day in whose folder an object lies, None for one that lies in no day's."""
    found = _DAY_FOLDER.match(below_region)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def folders(client: AwsClient, bucket: str, prefix: str) -> list[str]:
    """Return the folders directly below a prefix."""
    pages = _pages(client, Bucket=bucket, Prefix=prefix, Delimiter="/")
    return [entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", [])]


def objects(client: AwsClient, bucket: str, prefix: str, **more: object) -> Iterator[dict[str, Any]]:
    """Yield the objects below a prefix, in the order of their keys."""
    for page in _pages(client, Bucket=bucket, Prefix=prefix, **more):
        yield from page.get("Contents", [])


def _pages(client: AwsClient, **question: object) -> Iterator[dict[str, Any]]:
    token: dict[str, object] = {}
    while True:
        answer = client.call("s3", "ListObjectsV2", **question, **token)
        yield answer
        if not answer.get("NextContinuationToken"):
            return
        token = {"ContinuationToken": answer["NextContinuationToken"]}
