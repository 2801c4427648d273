"""The SELECT that adds an account's events up in Athena, and its rows → totals per day. Pure.

The SQL groups events by the fields that `activity.records` reads, and every group comes back as one record with a
number; so what a record means is said in one place, whatever the source. Partitions: account, region, timestamp.
https://docs.aws.amazon.com/athena/latest/ug/cloudtrail-logs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.activity.fields import moment
from hygiene.activity.reading import DAY
from hygiene.activity.records import (
    ASSUME_ROLE_NAMES,
    CONSOLE_LOGIN,
    ROLE_CHANGE_NAMES,
    DamagedRecordError,
    read_record,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from hygiene.activity.period import Window
    from hygiene.activity.tally import Tally
    from hygiene.config import CloudTrail

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
    "awsregion": "awsregion",
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

    The days follow each other. Events of the rest are counted per day and Region: a quiet day is no missing one.
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
