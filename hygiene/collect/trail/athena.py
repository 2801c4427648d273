"""The organization trail's Athena table: one SELECT per account that adds up in Athena, with a limit to its scan.

The SQL groups events by the fields that `activity.records` reads, and every group comes back as one record with a
number; so what a record means is said in one place, whatever the source. Partitions: account, region, timestamp.
https://docs.aws.amazon.com/athena/latest/ug/cloudtrail-logs.html
"""

from __future__ import annotations

import time
from collections import defaultdict
from threading import Lock
from typing import TYPE_CHECKING, Any

from hygiene.activity.fields import moment
from hygiene.activity.period import in_words
from hygiene.activity.reading import DAY
from hygiene.activity.records import (
    ASSUME_ROLE_NAMES,
    CONSOLE_LOGIN,
    ROLE_CHANGE_NAMES,
    DamagedRecordError,
    read_record,
)
from hygiene.activity.tally import Tally
from hygiene.collect.refusal import RefusedError
from hygiene.collect.trail.source import DaysRead
from hygiene.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from hygiene.activity.period import Window
    from hygiene.collect.client import AwsClient
    from hygiene.config import CloudTrail

NAME = "athena"
_POLL_SECONDS = (0.2, 0.5, 1.0, 2.0)
_START = "athena:StartQueryExecution"

Row = dict[str, str]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _of(topics: str, expression: str) -> str:
    return f"CASE WHEN topic IN ({topics}) THEN {expression} END"


_ASSUME, _CHANGE, _LOGIN = "'assume'", "'change'", "'login'"
_ROLE_CALLS = f"{_ASSUME}, {_CHANGE}"
_ALL = f"{_ASSUME}, {_CHANGE}, {_LOGIN}, 'root'"

# Sessions are many: of a role's only the role's ARN is kept, where it is known.
_SESSION_ARN = (
    "CASE WHEN useridentity.type = 'AssumedRole' AND useridentity.sessioncontext.sessionissuer.arn IS NOT NULL"
    " THEN NULL ELSE useridentity.arn END"
)
_FIELDS = {
    "eventsource": _of(_ALL, "eventsource"),
    "eventname": _of(_ALL, "eventname"),
    "awsregion": _of(_ALL, "awsregion"),
    "errorcode": _of(_ALL, "errorcode"),
    "sourceipaddress": _of(_ALL, "sourceipaddress"),
    "useragent": _of(_ROLE_CALLS, "substr(useragent, 1, 200)"),
    "type": _of(_ALL, "useridentity.type"),
    "arn": _of(_ALL, _SESSION_ARN),
    "accountid": _of(_ALL, "useridentity.accountid"),
    "invokedby": _of(_ALL, "useridentity.invokedby"),
    "username": _of(_ALL, "useridentity.username"),
    "principalid": _of(
        _ALL,
        "CASE WHEN useridentity.type IN ('AssumedRole', 'AWSAccount') THEN NULL ELSE useridentity.principalid END",
    ),
    "issuertype": _of(_ALL, "useridentity.sessioncontext.sessionissuer.type"),
    "issuer": _of(_ALL, "useridentity.sessioncontext.sessionissuer.arn"),
    "mfa": _of(_ALL, "useridentity.sessioncontext.attributes.mfaauthenticated"),
    "mfaused": _of(_ALL, "json_extract_scalar(additionaleventdata, '$.MFAUsed')"),
    "serial": _of(_ASSUME, "CASE WHEN json_extract_scalar(requestparameters, '$.serialNumber') <> '' THEN 'x' END"),
    "rolearn": _of(_ASSUME, "json_extract_scalar(requestparameters, '$.roleArn')"),
    "samlprovider": _of(_ASSUME, "json_extract_scalar(requestparameters, '$.principalArn')"),
    "refusedrole": _of(_ASSUME, "regexp_extract(errormessage, 'on resource: (arn:[^ ]+)', 1)"),
    "login": _of(_ALL, "json_extract_scalar(responseelements, '$.ConsoleLogin')"),
    "haserror": _of(_ALL, "CASE WHEN errormessage <> '' THEN 'x' END"),
    "requestparameters": _of(_CHANGE, "requestparameters"),
    "responseelements": _of(_CHANGE, "responseelements"),
    "changeid": _of(_CHANGE, "eventid"),
}
"""Column of the answer → its SQL: everything a record is read by, nothing that differs from session to session."""

_TOPIC = f"""CASE
    WHEN eventsource LIKE 'sts.%' AND eventname IN ({_listed(ASSUME_ROLE_NAMES)}) THEN 'assume'
    WHEN eventsource LIKE 'iam.%' AND eventname IN ({_listed(ROLE_CHANGE_NAMES)}) THEN 'change'
    WHEN useridentity.type = 'Root' AND useridentity.invokedby IS NULL THEN 'root'
    WHEN eventsource LIKE 'signin.%' AND eventname = '{CONSOLE_LOGIN}' THEN 'login'
    ELSE 'rest' END"""


def query(trail: CloudTrail, account_id: str, window: Window, days: Sequence[date]) -> str:
    """Return the SELECT for some days of an account. Only names the configuration checked, ids and dates go into it.

    Events of the rest are counted per day, so that a quiet day differs from one that the table lacks.
    """
    first, last = min(days), max(days)
    begins, ends = window.part_of(first)[0], window.part_of(last)[1]
    fields = ",\n  ".join(f"{expression} AS {name}" for name, expression in _FIELDS.items())
    groups = ", ".join(str(number) for number in (1, 2, *range(6, 6 + len(_FIELDS))))
    return f"""WITH events AS (
  SELECT *, {_TOPIC} AS topic
  FROM "{trail.database}"."{trail.table}"
  WHERE account = '{account_id}'
    AND "timestamp" BETWEEN '{first:%Y/%m/%d}' AND '{last + DAY:%Y/%m/%d}'
    AND eventtime >= '{begins:%Y-%m-%dT%H:%M:%SZ}' AND eventtime < '{ends:%Y-%m-%dT%H:%M:%SZ}'
)
SELECT
  topic,
  substr(eventtime, 1, 10) AS day,
  count(DISTINCT eventid) AS number,
  min(eventtime) AS first,
  max(concat(eventtime, ' ', eventid)) AS last,
  {fields}
FROM events
GROUP BY {groups}"""  # noqa: S608 (what goes in is checked where it comes from)


def add_row(tallies: Mapping[str, Tally], row: Row) -> None:
    """Add one row of the answer to the tally of its day."""
    tally = tallies[row.get("day", "")]
    number = int(row.get("number") or 0)
    tally.records_read += number
    if row.get("topic") == "rest":
        return
    try:
        for said in read_record(_record(row, tally.account_id)):
            tally.add(said, number, moment(row.get("first")))
    except DamagedRecordError:
        tally.records_damaged += number


def _record(row: Row, account_id: str) -> dict[str, Any]:
    """Return the latest record of a group, as far as its fields were asked for."""
    at, _, event_id = row.get("last", "").partition(" ")
    session = {
        "sessionIssuer": {"type": row.get("issuertype"), "arn": row.get("issuer")},
        "attributes": {"mfaAuthenticated": row.get("mfa")},
    }
    identity = {
        "type": row.get("type"),
        "arn": row.get("arn"),
        "accountId": row.get("accountid"),
        "invokedBy": row.get("invokedby"),
        "userName": row.get("username"),
        "principalId": row.get("principalid"),
        "sessionContext": session,
    }
    asked = {
        "roleArn": row.get("rolearn"),
        "principalArn": row.get("samlprovider"),
        "serialNumber": row.get("serial"),
    }
    refused = f"on resource: {row['refusedrole']}" if row.get("refusedrole") else row.get("haserror")
    is_change = row.get("topic") == "change"
    return {
        "eventID": event_id,
        "eventTime": at,
        "eventSource": row.get("eventsource"),
        "eventName": row.get("eventname"),
        "awsRegion": row.get("awsregion"),
        "errorCode": row.get("errorcode"),
        "errorMessage": refused,
        "sourceIPAddress": row.get("sourceipaddress"),
        "userAgent": row.get("useragent"),
        "userIdentity": identity,
        "requestParameters": _object(row.get("requestparameters")) if is_change else asked,
        "responseElements": _object(row.get("responseelements")) if is_change else {"ConsoleLogin": row.get("login")},
        "additionalEventData": {"MFAUsed": row.get("mfaused")},
        "recipientAccountId": account_id,
    }


def _object(value: str | None) -> Any:
    import orjson

    try:
        return orjson.loads(value or "null")
    except ValueError:
        return None


class AthenaSource:
    """The table of the organization trail, asked with the hub's session. One for a run: the limit is the run's."""

    name = NAME

    def __init__(self, trail: CloudTrail, hub: AwsClient, sleep: Callable[[float], None] = time.sleep) -> None:
        hub.prepare("athena")
        self._trail = trail
        self._hub = hub
        self._sleep = sleep
        self._lock = Lock()
        self._scanned = 0

    def read(self, account_id: str, client: AwsClient, window: Window, days: Sequence[date]) -> DaysRead:  # noqa: ARG002
        """Return the days the table has any event of.

        Raises RefusedError when the query fails, or when it would scan more than the run may.
        """
        tallies: dict[str, Tally] = defaultdict(lambda: Tally(account_id))
        regions: set[str] = set()
        for row in self._rows(query(self._trail, account_id, window, days)):
            add_row(tallies, row)
            regions.update([row["awsregion"]] if row.get("awsregion") else [])
        read = [
            tallies[day.isoformat()].activity(NAME, *window.part_of(day), regions)
            for day in days
            if day.isoformat() in tallies
        ]
        if not read:
            where = f"{self._trail.database}.{self._trail.table}"
            message = f"{where} has no event of this account for {in_words(days)}"
            raise RefusedError(_START, GapKind.FAILED, "", message)
        return DaysRead(read)

    def _rows(self, sql: str) -> Iterator[Row]:
        query_id = self._finished(sql)
        header: list[str] = []
        for page in self._hub.pages("athena", "GetQueryResults", QueryExecutionId=query_id, MaxResults=1000):
            for row in page["ResultSet"]["Rows"]:
                values = [cell.get("VarCharValue") for cell in row.get("Data", [])]
                if not header:
                    header = [str(value) for value in values]
                    continue
                yield {name: value for name, value in zip(header, values, strict=False) if value is not None}

    def _finished(self, sql: str) -> str:
        """Run the query and return its id. Raises RefusedError when it failed or scanned too much."""
        self._refuse_beyond(self._scanned)
        place = {"ResultConfiguration": {"OutputLocation": self._trail.output}} if self._trail.output else {}
        started = self._hub.call(
            "athena", "StartQueryExecution", QueryString=sql, WorkGroup=self._trail.workgroup, **place
        )
        query_id, counted, polls = str(started["QueryExecutionId"]), 0, 0
        while True:
            answer = self._hub.call("athena", "GetQueryExecution", QueryExecutionId=query_id)["QueryExecution"]
            scanned = int(answer.get("Statistics", {}).get("DataScannedInBytes", 0))
            with self._lock:
                self._scanned += scanned - counted
                counted, total = scanned, self._scanned
            state = answer["Status"]["State"]
            if state == "SUCCEEDED":
                return query_id
            if state in ("FAILED", "CANCELLED"):
                reason = answer["Status"].get("StateChangeReason", state)
                raise RefusedError(_START, GapKind.FAILED, "", str(reason))
            self._stop_beyond(total, query_id)
            self._sleep(_POLL_SECONDS[min(polls, len(_POLL_SECONDS) - 1)])
            polls += 1

    def _stop_beyond(self, total: int, query_id: str) -> None:
        try:
            self._refuse_beyond(total)
        except RefusedError:
            self._hub.call("athena", "StopQueryExecution", QueryExecutionId=query_id)
            raise

    def _refuse_beyond(self, total: int) -> None:
        limit = self._trail.max_scan_bytes
        if total >= limit:
            message = f"the run has scanned {total} bytes; [cloudtrail] max_scan_bytes allows {limit}"
            raise RefusedError(_START, GapKind.FAILED, "", message)
