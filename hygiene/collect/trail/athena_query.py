"""Runs one SELECT in Athena and yields its rows; whatever goes wrong is a refusal that says what to do about it.

https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryExecutionStatus.html
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hygiene.collect.refusal import RefusedError
from hygiene.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hygiene.collect.client import AwsClient
    from hygiene.collect.trail.athena_sql import Row
    from hygiene.collect.trail.scan_budget import Reservation
    from hygiene.config import CloudTrail

logger = logging.getLogger(__name__)

START = "athena:StartQueryExecution"
_POLL_SECONDS = (0.2, 0.5, 1.0, 2.0)
_GIVE_UP_SECONDS = 3600.0
"""Athena itself ends a query after 30 minutes; it may wait in the queue before.

https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
"""
_ATTEMPTS = 3

_ADVICE = {
    "TABLE_NOT_FOUND": "[cloudtrail] database and table must name the trail's table, in the Region of AWS_REGION",
    "SCHEMA_NOT_FOUND": "[cloudtrail] database must name a database of the Glue catalog, in the Region of AWS_REGION",
    "COLUMN_NOT_FOUND": "the table needs AWS's documented columns, and the partitions account, region, timestamp",
    "Insufficient permissions": "grant the hub role what config/deploy/hub-role.yaml lists for Athena",
    "Permission denied on S3": "grant the hub role to read the trail's bucket",
    "Access denied when writing": "grant the hub role to write where the workgroup puts its results",
    "is not authorized to perform": "grant the hub role what config/deploy/hub-role.yaml lists for Athena",
    "Bytes scanned limit": "raise the limit that the workgroup sets to a query (BytesScannedCutoffPerQuery)",
    "WorkGroup": "[cloudtrail] workgroup must name one, in the Region of AWS_REGION",
    "output location": "set [cloudtrail] output, or the workgroup's own place for results",
}
"""What Athena says → what to do about it; the first that is in its sentence."""

_DENIALS = ("Insufficient permissions", "Permission denied on S3", "Access denied")
_OF_THE_DAYS = ("HIVE_", "exhausted resources", "EXCEEDED_", "Bytes scanned limit")
"""Failures that fewer days may not have: one of them holds a damaged file, or all together are too much."""


class TooMuchError(RefusedError):
    """A query failed that may succeed for fewer days."""


@dataclass(frozen=True, slots=True)
class Athena:
    """Athena as the hub sees it, in one workgroup."""

    trail: CloudTrail
    hub: AwsClient
    sleep: Callable[[float], None] = time.sleep

    def rows(self, sql: str, reserved: Reservation) -> Iterator[Row]:
        """Yield the rows of the answer, each with the columns that hold something.

        Raises TooMuchError for what fewer days may not have, RefusedError for everything else.
        """
        query_id = self._finished(sql, reserved)
        header: list[str] = []
        for page in self.hub.pages("athena", "GetQueryResults", QueryExecutionId=query_id, MaxResults=1000):
            for row in page["ResultSet"]["Rows"]:
                values = [cell.get("VarCharValue") for cell in row.get("Data", [])]
                if not header:
                    header = [str(value) for value in values]
                    continue
                yield {name: value for name, value in zip(header, values, strict=False) if value is not None}

    def _finished(self, sql: str, reserved: Reservation) -> str:
        """Run the query to its end and return its id; what Athena calls worth another try is tried again."""
        scanned_before = 0
        for attempt in range(1, _ATTEMPTS + 1):
            query_id = self._start(sql)
            status, scanned = self._waited_for(query_id, reserved, scanned_before)
            if status["State"] == "SUCCEEDED":
                return query_id
            failure = _failure(status)
            if attempt == _ATTEMPTS or not (status.get("AthenaError") or {}).get("Retryable"):
                raise failure
            logger.info("asking Athena once more: %s", failure)
            scanned_before += scanned
        raise AssertionError("the last attempt returns or raises")

    def _start(self, sql: str) -> str:
        place = {"ResultConfiguration": {"OutputLocation": self.trail.output}} if self.trail.output else {}
        try:
            started = self.hub.call(
                "athena", "StartQueryExecution", QueryString=sql, WorkGroup=self.trail.workgroup, **place
            )
        except RefusedError as error:
            raise RefusedError(error.operation, error.kind, error.code, _advised(error.message)) from error
        return str(started["QueryExecutionId"])

    def _waited_for(self, query_id: str, reserved: Reservation, before: int) -> tuple[dict[str, Any], int]:
        """Return how the query ended, and what it scanned. Raises RefusedError when it is stopped for its scan."""
        waited, polls = 0.0, 0
        while True:
            answer = self.hub.call("athena", "GetQueryExecution", QueryExecutionId=query_id)["QueryExecution"]
            scanned = int((answer.get("Statistics") or {}).get("DataScannedInBytes", 0))
            reserved.count(before + scanned)
            status: dict[str, Any] = answer["Status"]
            if status["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
                return status, scanned
            if reserved.budget.is_spent:
                self._stop(query_id)
                raise beyond_limit(reserved.budget.scanned, reserved.budget.limit)
            if waited >= _GIVE_UP_SECONDS:
                self._stop(query_id)
                sentence = f"a query was still {status['State']} after {waited / 60:.0f} minutes and was stopped"
                raise RefusedError(START, GapKind.FAILED, "", sentence)
            seconds = _POLL_SECONDS[min(polls, len(_POLL_SECONDS) - 1)]
            self.sleep(seconds)
            waited, polls = waited + seconds, polls + 1

    def _stop(self, query_id: str) -> None:
        try:
            self.hub.call("athena", "StopQueryExecution", QueryExecutionId=query_id)
        except RefusedError as error:
            logger.warning("the Athena query %s goes on and is billed: %s", query_id, error)


def beyond_limit(scanned: int, limit: int, what: str = "") -> RefusedError:
    """Return the refusal of a run that has scanned enough; `what` says what is left unread."""
    done = f"the run has scanned {scanned:,} bytes of the {limit:,} that [cloudtrail] max_scan_bytes allows"
    return RefusedError(START, GapKind.FAILED, "", f"{done}{what}")


def _failure(status: dict[str, Any]) -> RefusedError:
    reason = str(status.get("StateChangeReason") or status["State"])
    kind = GapKind.DENIED if any(words in reason for words in _DENIALS) else GapKind.FAILED
    wanted = TooMuchError if any(words in reason for words in _OF_THE_DAYS) else RefusedError
    return wanted(START, kind, "", _advised(reason))


def _advised(reason: str) -> str:
    advice = next((advice for words, advice in _ADVICE.items() if words in reason), "")
    return f"{reason.rstrip('. ')}: {advice}" if advice else reason
