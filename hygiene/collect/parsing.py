"""Reads AWS's XML answers as botocore does, but faster: one last-accessed answer lists 150 services and more.

botocore looks at every member of a shape anew for every element. Here that is done once per shape, and whatever is
not plain (repeated elements, headers, attributes, unions, errors) is left to botocore. Policies are decoded where
they are met: botocore searches every answer for them, and takes most of that time for the percent signs.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from botocore.handlers import json_decode_policies
from botocore.parsers import QueryParser, ResponseParserFactory
from botocore.utils import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    import botocore.session

_Slow: Any = QueryParser
"""Its stubs leave out the methods for each kind of shape."""

_Plan = dict[str, tuple[str, Any, Any]]
"""XML name → member name, shape, and the method that reads it (None: text), in the order of the API model."""

_search_all: Any = json_decode_policies
"""Its stubs are not those of a handler."""

_POLICY = "policyDocumentType"
"""The shape of a policy, as the API model names it: JSON, percent-encoded."""

_LEFT_TO_BOTOCORE = ("location", "eventheader", "xmlAttribute", "flattened")


def read_quickly(core: botocore.session.Session) -> None:
    """Let the clients made from this session read answers this way."""
    core.register_component("response_parser_factory", _Factory())
    core.unregister("after-call.iam", _search_all)


def policy(text: str) -> Any:
    """Return a policy as it was before it was encoded, or the text where it is none: what botocore returns too."""
    try:
        return json.loads(_unquoted(text))
    except ValueError:
        return text


def _unquoted(text: str) -> str:
    """Return the text without percent-encoding, as `urllib.parse.unquote` does, at a tenth of the time."""
    if text.isascii() and "\\" not in text:
        try:
            return text.replace("%", "\\x").encode().decode("unicode_escape").encode("latin-1").decode()
        except UnicodeError:
            pass
    return unquote(text)


def timestamp(value: Any) -> datetime:
    """Return the instant in UTC: what botocore returns too, which tries every form of date that ever was."""
    try:
        if isinstance(value, str) and value.endswith("Z") and value[10:11] == "T":
            return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        pass
    found: datetime = parse_timestamp(value)
    return found


class _Factory(ResponseParserFactory):
    """The parsers of one session: its shapes are its own, and what was found out about them lasts as long as they."""

    def __init__(self) -> None:
        super().__init__()
        self.set_parser_defaults(timestamp_parser=timestamp)
        self._query = _QuickQueryParser(timestamp_parser=timestamp)

    def create_parser(self, protocol_name: str) -> Any:
        return self._query if protocol_name == "query" else super().create_parser(protocol_name)


class _QuickQueryParser(_Slow):  # type: ignore[misc]
    """botocore's parser of the query protocol (IAM, STS), with three methods done again."""

    def __init__(self, **defaults: Any) -> None:
        super().__init__(**defaults)
        self._plans: dict[Any, _Plan | None] = {}

    def _handle_structure(self, shape: Any, node: Any) -> dict[str, Any]:
        plan = self._plan(shape)
        if plan is None or isinstance(node, list):
            return self._by_botocore(shape, node)
        if len(node) == 1:
            # Thousands of actions that a role may do and never did have their name, and nothing else.
            entry = plan.get(node[0].tag.rpartition("}")[2])
            return {} if entry is None else {entry[0]: _read(*entry[1:], node[0])}
        found = {}
        for child in node:
            place = child.tag.rpartition("}")[2]
            if place in found:
                return self._by_botocore(shape, node)
            found[place] = child
        return {
            member: _read(shape, read, found[place])
            for place, (member, shape, read) in plan.items()
            if place in found
        }

    def _handle_list(self, shape: Any, node: Any) -> list[Any]:
        if isinstance(node, list) or shape.serialization.get("flattened"):
            listed: list[Any] = super()._handle_list(shape, node)
            return listed
        member = shape.member
        read = self._reader(member)
        return [_read(member, read, item) for item in node]

    def _handle_string(self, shape: Any, node: Any) -> Any:
        text = super()._handle_string(shape, node)
        return policy(text) if shape.name == _POLICY and isinstance(text, str) else text

    def _by_botocore(self, shape: Any, node: Any) -> dict[str, Any]:
        parsed: dict[str, Any] = super()._handle_structure(shape, node)
        return parsed

    def _plan(self, shape: Any) -> _Plan | None:
        """Return what to look for, None for a shape that is not plain."""
        if shape not in self._plans:
            self._plans[shape] = self._plan_of(shape)
        return self._plans[shape]

    def _plan_of(self, shape: Any) -> _Plan | None:
        members: Mapping[str, Any] = shape.members
        if shape.is_tagged_union or shape.metadata.get("exception", False):
            return None
        if any(member.serialization.get(key) for member in members.values() for key in _LEFT_TO_BOTOCORE):
            return None
        plan = {
            member.serialization.get("name", name): (name, member, self._reader(member))
            for name, member in members.items()
        }
        return plan if len(plan) == len(members) else None

    def _reader(self, shape: Any) -> Any:
        if shape.type_name == "string" and shape.name != _POLICY:
            return None
        return getattr(self, f"_handle_{shape.type_name}", self._default_handle)


def _read(shape: Any, read: Any, node: Any) -> Any:
    return (node.text or "") if read is None else read(shape, node)
