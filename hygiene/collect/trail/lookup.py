"""LookupEvents: 90 days of an account's management events, 50 a page, two calls a second in each Region.

One attribute per question, so the event names are asked for one by one. AssumeRole is logged where STS was called and
sign-ins where the console's endpoint is: every enabled Region is asked. IAM's changes are in one Region alone.
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any

import orjson

from hygiene.activity.period import DEFAULT_DAYS, runs_of
from hygiene.activity.reading import DAY, Reading, day_begins
from hygiene.activity.records import ASSUME_ROLE_NAMES, CONSOLE_LOGIN, ROLE_CHANGE_NAMES
from hygiene.activity.tally import Tally
from hygiene.collect.refusal import NOT_ENABLED, RefusedError
from hygiene.collect.trail.source import DaysRead

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from hygiene.activity.period import Window
    from hygiene.collect.client import AwsClient

CALLS_PER_SECOND = 2.0
HOME_REGIONS = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}
"""Where IAM's events are, by partition."""

_REGIONS_AT_ONCE = 8
_SECOND = timedelta(seconds=1)

Attribute = tuple[str, str]
_EVERYWHERE: tuple[Attribute, ...] = (
    *(("EventName", name) for name in (*ASSUME_ROLE_NAMES, CONSOLE_LOGIN)),
    ("Username", "root"),
)
_AT_HOME: tuple[Attribute, ...] = tuple(("EventName", name) for name in ROLE_CHANGE_NAMES)


@dataclass(frozen=True, slots=True)
class LookupSource:
    """The event history of each account, asked with the account's own reader role.

    `now`: when it is asked, which is from where AWS counts its 90 days back; None: at the end of the window.
    """

    now: datetime | None = None
    name: str = "lookup"

    def read(self, account_id: str, client: AwsClient, window: Window, days: Sequence[date]) -> DaysRead:
        """Return the days that are within reach; a day some Region of which was refused says so itself."""
        oldest = max(self.now or window.ends, window.ends) - DAY * DEFAULT_DAYS
        within_reach = [day for day in days if day_begins(day) >= oldest]
        if not within_reach:
            return DaysRead()
        lookup = _Lookup(Reading(account_id, frozenset(within_reach), window.ends), window)
        regions, may_be_disabled = _regions(client)
        clients = [client.in_region(region) for region in regions]
        with ThreadPoolExecutor(min(_REGIONS_AT_ONCE, len(clients)), thread_name_prefix="region") as pool:
            refused = list(pool.map(lookup.read_region, clients))
        refusals = [error for error in refused if error is not None and not _is_disabled(error, may_be_disabled)]
        read = [region for region, error in zip(regions, refused, strict=True) if error is None]
        if not read:
            raise next(error for error in refused if error is not None)
        return DaysRead(lookup.days(read, is_whole=not refusals), refusals)


def _is_disabled(error: RefusedError, may_be_disabled: bool) -> bool:
    return may_be_disabled and error.code in NOT_ENABLED


def _regions(client: AwsClient) -> tuple[Sequence[str], bool]:
    """Return the enabled Regions; where they may not be asked for, all that are known, with True."""
    try:
        listed = client.call("ec2", "DescribeRegions")["Regions"]
    except RefusedError:
        return client.known_regions("cloudtrail"), True
    return sorted(region["RegionName"] for region in listed), False


class _Lookup:
    """One account's questions, Region by Region, into one reading."""

    def __init__(self, reading: Reading, window: Window) -> None:
        self._reading = reading
        self._window = window
        self._lock = Lock()

    def read_region(self, client: AwsClient) -> RefusedError | None:
        """Ask one Region everything; return what it refused. What came before the refusal stays counted."""
        at_home = client.region in HOME_REGIONS.values()
        try:
            for attribute in (*_EVERYWHERE, *(_AT_HOME if at_home else ())):
                for run in runs_of(self._reading.days or ()):
                    self._ask(client, attribute, run[0], run[-1])
        except RefusedError as error:
            return error
        return None

    def _ask(self, client: AwsClient, attribute: Attribute, first: date, last: date) -> None:
        begins, ends = self._window.part_of(first)[0], self._window.part_of(last)[1]
        key, value = attribute
        question = {
            "LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}],
            "StartTime": begins,
            # Both ends are inside for AWS.
            "EndTime": max(ends - _SECOND, begins),
            "MaxResults": 50,
        }
        for page in client.pages("cloudtrail", "LookupEvents", **question):
            records = [_record(event) for event in page.get("Events", [])]
            with self._lock:
                self._reading.add_all(records)

    def days(self, regions: Sequence[str], *, is_whole: bool) -> list[Any]:
        """Return an activity per day; what was read in all, and damaged, stands with the first day."""
        account_id, read = self._reading.account_id, []
        for index, day in enumerate(sorted(self._reading.days or ())):
            tally = self._reading.tallies.get(day) or Tally(account_id)
            if index == 0:
                tally.records_read = self._reading.records_read
                tally.records_damaged = self._reading.records_damaged
            activity = tally.activity("lookup", *self._window.part_of(day), regions)
            read.append(activity if is_whole else replace(activity, missing_days=(day,)))
        return read


def _record(event: dict[str, Any]) -> Any:
    try:
        return orjson.loads(event["CloudTrailEvent"])
    except (KeyError, ValueError):
        return None  # Counted as damaged.
