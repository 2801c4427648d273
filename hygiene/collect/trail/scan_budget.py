"""How many bytes a run may still have Athena scan: asked for before each query, settled by what it did scan.

Athena says what a query scanned while it runs and after it, never before: EXPLAIN knows no bytes of such a table. So
the days of an account that were read tell what the next ones will take. The limit of a workgroup
(BytesScannedCutoffPerQuery) is for one query and cannot be given with it; where there is one, it holds besides.
https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

FIRST_DAYS = 2
"""What is read of an account before anything is known of it: the last day of a window is often cut."""
GROWTH = 8
"""A query is for at most so many times the days of those before it, so that a wrong guess stays a small one."""


class ScanBudget:
    """The bytes of a run. Safe to use from several threads."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = Lock()
        self._scanned = self._reserved = self._largest_day = 0

    @property
    def scanned(self) -> int:
        """Bytes that all queries have scanned so far."""
        return self._scanned

    @property
    def is_spent(self) -> bool:
        """Whether the queries that were started have scanned all that may be."""
        return self._scanned >= self.limit

    def reserve(self, days: int, bytes_per_day: int | None) -> Reservation | None:
        """Set aside what so many days will take, fewer where not all fit; None when not even one does.

        `bytes_per_day` None: nothing is known of the account, and it may be the largest so far.
        """
        with self._lock:
            each = self._largest_day if bytes_per_day is None else bytes_per_day
            left = self.limit - self._scanned - self._reserved
            fitting = days if each == 0 else min(days, left // each)
            if left <= 0 or fitting < 1:
                return None
            self._reserved += fitting * each
            return Reservation(self, fitting, fitting * each)

    def count(self, more: int) -> None:
        """Note that a running query has scanned more."""
        with self._lock:
            self._scanned += more

    def settle(self, reserved: int, bytes_per_day: int) -> None:
        """Give back what was set aside for a query that has ended; what it scanned was counted while it ran."""
        with self._lock:
            self._reserved -= reserved
            self._largest_day = max(self._largest_day, bytes_per_day)


@dataclass(slots=True)
class Reservation:
    """What one query may take. `scanned` rises while the query runs."""

    budget: ScanBudget
    days: int
    reserved: int
    scanned: int = field(default=0, init=False)

    def count(self, scanned: int) -> None:
        """Note what the query has scanned up to now, in all."""
        self.budget.count(scanned - self.scanned)
        self.scanned = scanned

    def settle(self) -> int:
        """Close it; returns what a day takes, rather too much: the last day may have been cut."""
        per_day = -(-self.scanned // max(1, self.days - 1))
        self.budget.settle(self.reserved, per_day)
        return per_day
