"""Reads AWS's XML answers as botocore does, but faster: one last-accessed answer lists 150 services and more.

botocore looks at every member of a shape anew for every element. Here that is done once per shape, and whatever is
not plain (repeated elements, headers, attributes, unions, errors) is left to botocore.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

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

_AFTER_IAM = "after-call.iam"
_search_all: Any = json_decode_policies
"""Its stubs are not those of a handler."""

_POLICY = "policyDocumentType"

_with_policies: dict[str, bool] = {}
"""By operation of IAM."""

_LEFT_TO_BOTOCORE = ("location", "eventheader", "xmlAttribute", "flattened")


def read_quickly(core: botocore.session.Session) -> None:
    """Let the clients made from this session read answers this way."""
    core.register_component("response_parser_factory", _Factory())
    core.unregister(_AFTER_IAM, _search_all)
    core.register(_AFTER_IAM, _decode_policies)


def _decode_policies(**event: Any) -> None:
    """Decode policy documents as botocore does, but search no answer for them that can hold none."""
    model = event["model"]
    if model.name not in _with_policies:
        # Two threads that find it out together find the same.
        _with_policies[model.name] = model.output_shape is not None and _holds_policies(model.output_shape, set())
    if _with_policies[model.name]:
        json_decode_policies(event["parsed"], model)


def _holds_policies(shape: Any, seen: set[str]) -> bool:
    """Whether botocore would find a policy document somewhere below this shape."""
    if shape.name in seen:
        return False
    seen.add(shape.name)
    return shape.name == _POLICY or any(_holds_policies(member, seen) for member in _below(shape))


def _below(shape: Any) -> list[Any]:
    if shape.type_name == "structure":
        return list(shape.members.values())
    return [shape.member] if shape.type_name == "list" else []


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
    """botocore's parser of the query protocol (IAM, STS), with one method done again."""

    def __init__(self, **defaults: Any) -> None:
        super().__init__(**defaults)
        self._plans: dict[Any, _Plan | None] = {}

    def _handle_structure(self, shape: Any, node: Any) -> dict[str, Any]:
        plan = self._plan(shape)
        if plan is None or isinstance(node, list):
            return self._by_botocore(shape, node)
        found = {}
        for child in node:
            place = child.tag.rpartition("}")[2]
            if place in found:
                return self._by_botocore(shape, node)
            found[place] = child
        return {
            member: (found[place].text or "") if read is None else read(shape, found[place])
            for place, (member, shape, read) in plan.items()
            if place in found
        }

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
        if shape.type_name == "string":
            return None
        return getattr(self, f"_handle_{shape.type_name}", self._default_handle)
