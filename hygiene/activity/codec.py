"""`Activity` ⇄ the JSON object that `activity.json` and the daily files hold. Pure."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from hygiene.activity.fields import moment
from hygiene.activity.model import Activity, Assumption, EventReference, RoleChange, SignIn

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA_VERSION = 1
"""Of `activity.json` and the daily files. A reader refuses a newer one."""


def to_json(activity: Activity) -> dict[str, Any]:
    """Return the JSON object; empty fields are left out, times are ISO 8601 in UTC."""
    return {"schema_version": SCHEMA_VERSION, **_object(activity)}


def from_json(content: object) -> Activity:
    """Return the activity of a JSON object. Raises ValueError for another shape, or a newer schema."""
    try:
        return _activity(content)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"does not have the shape of an activity ({error})") from error


def _object(value: Activity | RoleChange | SignIn) -> dict[str, Any]:
    return _filled((field.name, _plain(getattr(value, field.name))) for field in fields(value))


def _filled(found: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    # A number stays even when it is 0: no success with MFA is another thing than nothing said about MFA.
    return {name: held for name, held in found if held or held == 0}


def _plain(value: object) -> Any:
    if isinstance(value, EventReference):
        return _event_object(value)
    if isinstance(value, Assumption):
        return _assumption_object(value)
    if isinstance(value, datetime):
        return _time_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return _object(value) if isinstance(value, (RoleChange, SignIn)) else value


def _assumption_object(row: Assumption) -> dict[str, Any]:
    """Written by name, as it is read: a busy account's days have a hundred thousand of them."""
    found = _filled(zip(row._fields, row, strict=True))
    found["first_seen"], found["last_seen"] = _time_text(row.first_seen), _time_text(row.last_seen)
    if row.network_examples:
        found["network_examples"] = [(network, _event_object(event)) for network, event in row.network_examples]
    if row.example is not None:
        found["example"] = _event_object(row.example)
    if row.failed_example is not None:
        found["failed_example"] = _event_object(row.failed_example)
    return found


def _event_object(event: EventReference) -> dict[str, str]:
    found = {"id": event.id, "time": _time_text(event.time), "region": event.region}
    return found if event.id and event.region else _filled(found.items())


def _time_text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _activity(content: Any) -> Activity:
    version = content["schema_version"]
    if not isinstance(version, int) or version > SCHEMA_VERSION:
        raise ValueError(f"was written by a newer hygiene (schema {version}, this one reads up to {SCHEMA_VERSION})")
    return Activity(
        account_id=_text(content["account_id"]),
        source=_text(content["source"]),
        begins=_time(content["begins"]),
        ends=_time(content["ends"]),
        regions=_texts(content.get("regions", [])),
        missing_days=tuple(date.fromisoformat(day) for day in content.get("missing_days", [])),
        problems=_texts(content.get("problems", [])),
        records_read=_number(content.get("records_read", 0)),
        records_damaged=_number(content.get("records_damaged", 0)),
        files_passed_by=_number(content.get("files_passed_by", 0)),
        assumptions=tuple(_assumption(row) for row in content.get("assumptions", [])),
        changes=tuple(_change(row) for row in content.get("changes", [])),
        sign_ins=tuple(_sign_in(row) for row in content.get("sign_ins", [])),
    )


def _assumption(row: Any) -> Assumption:
    return Assumption(
        role_arn=_text(row["role_arn"]),
        principal=_text(row["principal"]),
        principal_kind=_text(row["principal_kind"]),
        principal_account_id=_text(row.get("principal_account_id", "")),
        count=_number(row.get("count", 0)),
        failed=_number(row.get("failed", 0)),
        first_seen=_time(row["first_seen"]),
        last_seen=_time(row["last_seen"]),
        networks=_counted(row.get("networks", [])),
        user_agents=_counted(row.get("user_agents", [])),
        errors=_counted(row.get("errors", [])),
        failed_networks=_counted(row.get("failed_networks", [])),
        network_examples=tuple((_text(name), _event(event)) for name, event in row.get("network_examples", [])),
        with_mfa=_maybe_number(row),
        example=_maybe_event(row.get("example")),
        failed_example=_maybe_event(row.get("failed_example")),
    )


def _change(row: Any) -> RoleChange:
    texts = {field.name: _text(row.get(field.name, "")) for field in fields(RoleChange) if field.name != "event"}
    return RoleChange(event=_event(row["event"]), **texts)


def _sign_in(row: Any) -> SignIn:
    return SignIn(
        principal=_text(row["principal"]),
        is_root=bool(row.get("is_root", False)),
        # Empty fields are left out when they are written.
        action=_text(row.get("action", "")),
        outcome=_text(row.get("outcome", "")),
        count=_number(row["count"]),
        first_seen=_time(row["first_seen"]),
        last_seen=_time(row["last_seen"]),
        networks=_counted(row.get("networks", [])),
        with_mfa=_maybe_number(row),
        example=_event(row["example"]),
    )


def _event(value: Any) -> EventReference:
    return EventReference(_text(value.get("id", "")), _time(value["time"]), _text(value.get("region", "")))


def _maybe_event(value: Any) -> EventReference | None:
    return None if value is None else _event(value)


def _maybe_number(row: Any) -> int | None:
    return _number(row["with_mfa"]) if row.get("with_mfa") is not None else None


def _counted(value: Any) -> tuple[tuple[str, int], ...]:
    return tuple((_text(name), _number(number)) for name, number in value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    return tuple(_text(entry) for entry in value)


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{value!r} is no count")
    return value


def _time(value: Any) -> datetime:
    found = moment(value)
    if found is None:
        raise TypeError(f"{value!r} is no time")
    return found
