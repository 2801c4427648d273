"""LookupEvents: 90 days of one account in one Region, newest first, by at most one attribute.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hygiene.simulate.errors import AwsError, invalid_token
from hygiene.simulate.incoming import Answer, Incoming
from hygiene.simulate.operations.regions import is_enabled
from hygiene.simulate.paging import page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hygiene.simulate.cloudtrail.records import Record
    from hygiene.simulate.state import State

PAGE = 50
HISTORY = timedelta(days=90)


def _resource(record: Record, key: str) -> set[str]:
    return {resource[key] for resource in record.content.get("resources", [])}


_ATTRIBUTES: Mapping[str, Callable[[Record], set[str]]] = {
    "EventId": lambda r: {r.id},
    "EventName": lambda r: {r.content["eventName"]},
    "ReadOnly": lambda r: {str(r.content["readOnly"]).lower()},
    "Username": lambda r: {r.user_name},
    "ResourceType": lambda r: _resource(r, "type"),
    "ResourceName": lambda r: _resource(r, "ARN"),
    "EventSource": lambda r: {r.content["eventSource"]},
    "AccessKeyId": lambda r: {r.content["userIdentity"].get("accessKeyId", "")},
}


def _size(parameters: Mapping[str, Any]) -> int:
    size = int(parameters.get("MaxResults", PAGE))
    if not 1 <= size <= PAGE:
        raise AwsError("InvalidMaxResultsException", "A value for MaxResults must be between 1 and 50.")
    return size


def _wanted(parameters: Mapping[str, Any]) -> Callable[[Record], bool]:
    attributes = parameters.get("LookupAttributes", [])
    if len(attributes) > 1:
        raise AwsError("InvalidLookupAttributesException", "You can specify only one lookup attribute per request.")
    if not attributes:
        return lambda _: True
    key, value = str(attributes[0].get("AttributeKey")), attributes[0].get("AttributeValue")
    if key not in _ATTRIBUTES or not value:
        raise AwsError("InvalidLookupAttributesException", f"{key} is not a lookup attribute, or has no value.")
    return lambda record: value in _ATTRIBUTES[key](record)


def _moment(value: Any) -> datetime:
    found: datetime = value
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _range(state: State, parameters: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """First and last moment, both included; AWS keeps 90 days and shortens a longer range without a word."""
    now = state.now().replace(tzinfo=UTC)
    oldest = now - HISTORY
    start, end = _moment(parameters.get("StartTime", oldest)), _moment(parameters.get("EndTime", now))
    if start > end or end < oldest:
        raise AwsError(
            "InvalidTimeRangeException", "The start time is after the end time, or the range is outside the history."
        )
    return max(start, oldest), end


def _shown(record: Record) -> dict[str, Any]:
    content = record.content
    shown: dict[str, Any] = {
        "EventId": record.id,
        "EventName": content["eventName"],
        "ReadOnly": str(content["readOnly"]).lower(),
        "EventTime": record.at,
        "EventSource": content["eventSource"],
        "Resources": [{"ResourceType": r["type"], "ResourceName": r["ARN"]} for r in content.get("resources", [])],
        "CloudTrailEvent": json.dumps(content),
    }
    if content["userIdentity"].get("accessKeyId"):
        shown["AccessKeyId"] = content["userIdentity"]["accessKeyId"]
    if record.user_name:
        shown["Username"] = record.user_name
    return shown


def _question(parameters: Mapping[str, Any]) -> str:
    """What a token is good for: the same question alone."""
    asked = {key: value for key, value in parameters.items() if key not in ("NextToken", "MaxResults")}
    text = json.dumps(asked, default=str, sort_keys=True)
    return f"LookupEvents {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _order(record: Record) -> str:
    """Ascending where the records go from new to old."""
    return f"{2**40 - int(record.at.timestamp()):014d} {record.id}"


def lookup_events(state: State, call: Incoming) -> Answer:
    """One page of the Event history of the caller's account, in the Region that was called."""
    parameters = call.parameters
    if not is_enabled(call.region):
        raise invalid_token(call.service)
    size, wanted = _size(parameters), _wanted(parameters)
    if parameters.get("EventCategory") == "insight":
        return Answer({"Events": []})
    start, end = _range(state, parameters)
    records = state.events.of(call.account_id, call.region)
    found = page(
        sorted((r for r in records if start <= r.at <= end and wanted(r)), key=_order),
        _order,
        service=call.service,
        operation=call.operation,
        size=size,
        marker=parameters.get("NextToken"),
        faults=state.faults,
        bad_marker=AwsError("InvalidNextTokenException", "The token does not belong to this request."),
        scope=_question(parameters),
    )
    shown = [_shown(record) for record in found.items]
    return Answer({"Events": shown, **({"NextToken": found.marker} if found.marker else {})}, len(shown))


OPERATIONS = {("cloudtrail", "LookupEvents"): lookup_events}
