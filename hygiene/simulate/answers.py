"""A result as plain objects in, the bytes of the query and json protocols out, driven by botocore's models.

Written here because moto's serializer goes through xmltodict: a last-accessed answer of an administrator takes it
thirty milliseconds, and benchmarks of the collector would measure that.
"""

from __future__ import annotations

import base64
import calendar
import json
import re
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping


_SPECIAL = re.compile(r"[&<>\r]")


def query_xml(model: Any, result: Mapping[str, Any], request_id: str) -> bytes:
    """The body of an AWS query protocol answer."""
    out: list[str] = []
    shape, name = model.output_shape, model.name
    namespace = model.metadata.get("xmlNamespace", "")
    out.append(f'<{name}Response xmlns="{namespace}">')
    if shape is not None:
        _element(shape.serialization.get("resultWrapper", f"{name}Result"), shape, result, out)
    out.append(f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{name}Response>")
    return "".join(out).encode()


def ec2_xml(model: Any, result: Mapping[str, Any], request_id: str) -> bytes:
    """The body of an answer of EC2's own query protocol, which wraps nothing."""
    out: list[str] = []
    name = model.name
    out.append(
        f'<{name}Response xmlns="{model.metadata.get("xmlNamespace", "")}"><requestId>{request_id}</requestId>'
    )
    if model.output_shape is not None:
        _structure(model.output_shape, result, out)
    out.append(f"</{name}Response>")
    return "".join(out).encode()


def json_body(result: Mapping[str, Any]) -> bytes:
    """The body of an AWS json protocol answer; moments are seconds since 1970."""
    return json.dumps(result, default=_seconds).encode()


def rest_json_body(result: Mapping[str, Any]) -> bytes:
    """The body of a rest-json answer; the services spoken to here write moments as ISO 8601."""
    return json.dumps(result, default=_iso).encode()


def _iso(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    raise TypeError(f"No JSON for {type(value).__name__}.")


def _seconds(value: Any) -> int:
    if isinstance(value, datetime):
        return calendar.timegm(value.utctimetuple())
    raise TypeError(f"No JSON for {type(value).__name__}.")


def _element(name: str, shape: Any, value: Any, out: list[str]) -> None:
    out.append(f"<{name}>")
    _writer(shape)(shape, value, out)
    out.append(f"</{name}>")


@lru_cache(maxsize=4096)
def _members(shape: Any) -> tuple[tuple[str, str, str, Any, Any], ...]:
    """Name, both tags, how it is written, and shape of each member: botocore looks all of it up at every question."""
    return tuple((name, *_tags(member, name), _writer(member), member) for name, member in shape.members.items())


@lru_cache(maxsize=4096)
def _item(shape: Any) -> tuple[str, str, Any, Any]:
    """Both tags, how it is written, and the shape of a list's items."""
    return *_tags(shape.member, "member"), _writer(shape.member), shape.member


def _tags(shape: Any, name: str) -> tuple[str, str]:
    tag = shape.serialization.get("name", name)
    return f"<{tag}>", f"</{tag}>"


def _writer(shape: Any) -> Any:
    return _CONTENTS.get(shape.type_name, _text)


def _structure(shape: Any, value: Mapping[str, Any], out: list[str]) -> None:
    for name, opens, closes, write, member in _members(shape):
        held = value.get(name)
        if held is not None:
            out.append(opens)
            write(member, held, out)
            out.append(closes)


def _list(shape: Any, value: list[Any], out: list[str]) -> None:
    opens, closes, write, member = _item(shape)
    for item in value:
        out.append(opens)
        write(member, item, out)
        out.append(closes)


def _map(shape: Any, value: Mapping[str, Any], out: list[str]) -> None:
    for key, item in value.items():
        out.append("<entry>")
        _element("key", shape.key, key, out)
        _element("value", shape.value, item, out)
        out.append("</entry>")


def _timestamp(_: Any, value: datetime, out: list[str]) -> None:
    out.append(value.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _boolean(_: Any, value: bool, out: list[str]) -> None:
    out.append("true" if value else "false")


def _blob(_: Any, value: str | bytes, out: list[str]) -> None:
    content = value.encode() if isinstance(value, str) else value
    out.append(base64.b64encode(content).decode())


def _text(_: Any, value: Any, out: list[str]) -> None:
    text = str(value)
    out.append(escape(text, {"\r": "&#13;"}) if _SPECIAL.search(text) else text)


_CONTENTS: Mapping[str, Any] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "timestamp": _timestamp,
    "boolean": _boolean,
    "blob": _blob,
}
