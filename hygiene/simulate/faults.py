"""What can go wrong at AWS, switched on by a test: denials, failures, throttles, short and empty pages, slow jobs."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING

from hygiene.simulate.errors import AwsError
from hygiene.simulate.storm import Fault, Storm

if TYPE_CHECKING:
    from collections.abc import Mapping

THROTTLING = {
    "iam": ("Throttling", 400),
    "sts": ("Throttling", 400),
    "organizations": ("TooManyRequestsException", 400),
    "cloudtrail": ("ThrottlingException", 400),
    "athena": ("TooManyRequestsException", 400),
    "ec2": ("RequestLimitExceeded", 503),
    "s3": ("SlowDown", 503),
}
"""How each service words "too many requests"; all of them are retried by botocore."""


STANDING_LIMITS = {("cloudtrail", "LookupEvents"): (2.0, 2.0)}
"""Calls per second and at once, where AWS publishes them and they are so low that a client must plan for them.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""


@dataclass
class _Failure:
    account_id: str | None
    service: str
    operation: str
    code: str
    message: str
    status: int
    left: int


@dataclass
class _Bucket:
    """A token bucket; AWS keeps one per account, Region and operation."""

    rate: float
    burst: float
    tokens: float
    filled_at: float = field(default_factory=time.monotonic)

    def take(self) -> bool:
        now = time.monotonic()
        self.tokens = min(self.burst, self.tokens + (now - self.filled_at) * self.rate)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Faults:
    """The faults of one simulated AWS; every method may be called while it runs."""

    def __init__(self) -> None:
        self._lock = RLock()
        self.clear()

    def clear(self) -> None:
        """Forget every fault."""
        with self._lock:
            self._denied: set[tuple[str, str]] = set()
            self._failures: list[_Failure] = []
            self._rates: dict[tuple[str, str], tuple[float, float]] = dict(STANDING_LIMITS)
            self._buckets: dict[tuple[str, str, str, str], _Bucket] = {}
            self._failing_jobs: dict[str, int] = {}
            self._empty: set[tuple[str, str]] = set()
            self._short: dict[tuple[str, str], int] = {}
            self._down: set[str] = set()
            self._storm: Storm | None = None
            self._silent: set[tuple[str, str, str]] = set()
            self.slow_seconds = 1.0
            self.latency_seconds = 0.0
            self.job_seconds = 0.0
            self.scan_factor = 1.0

    def deny(self, account_id: str, action: str) -> None:
        """Refuse an action (`iam:ListRoles`) to every caller of an account, as an SCP would."""
        self._denied.add((account_id, action.lower()))

    def fail(
        self,
        account_id: str | None,
        service: str,
        operation: str,
        *,
        code: str = "ServiceFailure",
        status: int = 500,
        times: int = 1,
        message: str = "The request processing has failed because of an unknown error.",
    ) -> None:
        """Answer an error the next `times` times; `account_id=None` means any account."""
        self._failures.append(_Failure(account_id, service, operation, code, message, status, times))

    def throttle(self, service: str, operation: str, *, rate: float, burst: float) -> None:
        """Let through `rate` calls per second and `burst` at once, per account and Region."""
        with self._lock:
            self._rates[service, operation] = (rate, burst)
            self._buckets = {place: b for place, b in self._buckets.items() if place[2:] != (service, operation)}

    def inflate_scans(self, factor: float) -> None:
        """Count every byte Athena scans as so many, for limits no simulated trail would reach."""
        self.scan_factor = factor

    def slow_jobs(self, seconds: float) -> None:
        """Keep last-accessed jobs, credential reports and queries in progress that long."""
        self.job_seconds = seconds

    def fail_job(self, role_arn: str, *, times: int = 1) -> None:
        """End the next `times` last-accessed jobs of a role as FAILED."""
        self._failing_jobs[role_arn] = times

    def empty_pages(self, service: str, operation: str) -> None:
        """Put an empty page with a token before every page, which AWS is free to do."""
        self._empty.add((service, operation))

    def short_pages(self, service: str, operation: str, *, size: int) -> None:
        """Answer at most `size` items a page though more were asked for, which AWS is free to do."""
        self._short[service, operation] = size

    def take_down(self, region: str) -> None:
        """Hang up on every call to a Region."""
        self._down.add(region)

    def is_down(self, region: str) -> bool:
        """Whether `take_down` covers the Region."""
        return region in self._down

    def storm(self, seed: int, chances: Mapping[Fault, float], slow_seconds: float = 1.0) -> Storm:
        """Let each call fail with these chances, as the seed throws; what is returned counts what happened.

        A slow answer comes so many seconds late.
        """
        self._storm, self.slow_seconds = Storm(seed, chances), slow_seconds
        return self._storm

    def silence(self, account_id: str, service: str, operation: str, seconds: float) -> None:
        """Let every answer of an operation in an account come so late that nobody waits for it any more."""
        self._silent.add((account_id, service, operation))
        self.slow_seconds = seconds

    def strike(self, account_id: str, service: str, operation: str, region: str, *, is_session: bool) -> Fault | None:
        """What the storm does to this call. Raises what fails it before it has any effect."""
        if (account_id, service, operation) in self._silent:
            return Fault.SLOW
        storm = self._storm
        hit = storm.strike(account_id, service, operation, region, can_expire=is_session) if storm else None
        if hit is Fault.THROTTLED:
            raise throttled(service)
        if hit is Fault.SERVER_ERROR:
            raise AwsError("InternalError" if service == "s3" else "ServiceFailure", "Try again later.", 503)
        return hit

    def latency(self, seconds: float) -> None:
        """Make every answer take at least that long."""
        self.latency_seconds = seconds

    def denies(self, account_id: str, action: str) -> bool:
        """Whether `deny` covers this call."""
        return (account_id, action.lower()) in self._denied

    def page_size(self, service: str, operation: str, asked: int) -> int:
        """How many items a page holds."""
        return min(asked, self._short.get((service, operation), asked))

    def puts_empty_pages(self, service: str, operation: str) -> bool:
        """Whether `empty_pages` covers this operation."""
        return (service, operation) in self._empty

    def job_fails(self, role_arn: str) -> bool:
        """Whether this job of the role is to fail; counts it."""
        with self._lock:
            left = self._failing_jobs.get(role_arn, 0)
            self._failing_jobs[role_arn] = max(left - 1, 0)
            return left > 0

    def check(self, account_id: str, service: str, operation: str, region: str = "") -> None:
        """Raise the throttle or failure that is due for this call; the account is the caller's."""
        with self._lock:
            self._check_throttle(account_id, service, operation, region)
            for failure in self._failures:
                place = (failure.service, failure.operation) == (service, operation)
                if place and failure.left and failure.account_id in (None, account_id):
                    failure.left -= 1
                    raise AwsError(failure.code, failure.message, failure.status)

    def _check_throttle(self, account_id: str, service: str, operation: str, region: str) -> None:
        rates = self._rates.get((service, operation))
        if rates is None:
            return
        rate, burst = rates
        bucket = self._buckets.setdefault((account_id, region, service, operation), _Bucket(rate, burst, burst))
        if not bucket.take():
            raise throttled(service)


def throttled(service: str) -> AwsError:
    """What a service answers to too many requests."""
    code, status = THROTTLING.get(service, ("ThrottlingException", 400))
    return AwsError(code, "Rate exceeded", status)
