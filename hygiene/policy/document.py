"""Reads any policy document AWS accepts into statements; what cannot be read is named, never dropped silently.

Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.model import JsonObject

PRINCIPAL_TYPES = {"aws": "AWS", "service": "Service", "federated": "Federated", "canonicaluser": "CanonicalUser"}


@dataclass(frozen=True, slots=True)
class Principal:
    """One principal of a statement; `type` is `AWS`, `Service`, `Federated` or `CanonicalUser`."""

    type: str
    value: str


@dataclass(frozen=True, slots=True)
class ConditionClause:
    """One `operator: {key: values}` of a condition; `key` in lower case, because keys are case-insensitive."""

    operator: str
    key: str
    values: tuple[str, ...]


# Made by the ten thousand, as a frozen dataclass it would take three times as long to make.
class Statement(NamedTuple):
    """One statement. Empty `actions` means that `not_actions` holds the list, and so for resources, principals."""

    number: int
    sid: str
    effect: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    principals: tuple[Principal, ...]
    not_principals: tuple[Principal, ...]
    condition: tuple[ConditionClause, ...]

    @property
    def is_allow(self) -> bool:
        """Whether the statement allows; everything else denies."""
        return self.effect == "Allow"


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A document as read: its good statements, and a sentence for each thing that could not be read."""

    version: str
    statements: tuple[Statement, ...]
    problems: tuple[str, ...] = ()


class _UnreadableError(Exception):
    """A statement, or a whole document, does not follow the grammar; the message says how."""


def parse_document(document: object) -> PolicyDocument:
    """Return the statements of a document given as an object, JSON text, or URL-encoded JSON text. Never raises."""
    try:
        content = decode_document(document)
    except ValueError as error:
        return PolicyDocument("", (), (str(error),))
    listed = content.get("Statement", [])
    raw = listed if isinstance(listed, list) else [listed]
    statements, problems = [], []
    if "Statement" not in content:
        problems.append("the document has no Statement")
    for number, item in enumerate(raw, start=1):
        try:
            statements.append(_statement(item, number))
        except _UnreadableError as error:
            problems.append(f"statement {number}: {error}")
    return PolicyDocument(str(content.get("Version", "2008-10-17")), tuple(statements), tuple(problems))


def decode_document(document: object) -> JsonObject:
    """Return the document as an object. Raises ValueError with a sentence when it is none.

    IAM sends documents RFC 3986 encoded; the AWS CLI prints them decoded; exports hold either.
    """
    content: Any = document
    if isinstance(content, str):
        text = content if content.lstrip().startswith("{") else unquote(content)
        try:
            content = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"the document is not JSON ({error})") from None
    if not isinstance(content, dict):
        raise ValueError("the document is missing" if content is None else "not a JSON object")
    return content


def _statement(item: object, number: int) -> Statement:
    if not isinstance(item, dict):
        raise _UnreadableError("not an object")
    effect = item.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise _UnreadableError(f"Effect must be Allow or Deny, not {effect!r}"[:200])
    actions, not_actions = _either(item, "Action")
    if not actions and not not_actions:
        raise _UnreadableError("neither Action nor NotAction")
    resources, not_resources = _either(item, "Resource")
    return Statement(
        number=number,
        sid=str(item.get("Sid", "")),
        effect=str(effect),
        actions=actions,
        not_actions=not_actions,
        resources=resources,
        not_resources=not_resources,
        principals=_principals(item.get("Principal")),
        not_principals=_principals(item.get("NotPrincipal")),
        condition=tuple(_clauses(item.get("Condition"))),
    )


def _either(item: JsonObject, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if name in item and f"Not{name}" in item:
        raise _UnreadableError(f"both {name} and Not{name}")
    return _strings(item.get(name, []), name), _strings(item.get(f"Not{name}", []), f"Not{name}")


def _strings(value: object, name: str) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    if not {*map(type, listed)} <= {str}:
        raise _UnreadableError(f"{name} must hold texts")
    return tuple(listed)


def _principals(value: object) -> tuple[Principal, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        if value != "*":
            raise _UnreadableError(f"Principal {value!r} is neither '*' nor an object"[:200])
        return (Principal("AWS", "*"),)
    if not isinstance(value, dict):
        raise _UnreadableError("Principal is neither '*' nor an object")
    found: list[Principal] = []
    for written, names in value.items():
        kind = PRINCIPAL_TYPES.get(str(written).lower())
        if kind is None:
            raise _UnreadableError(f"unknown principal type {written!r}"[:200])
        found.extend(Principal(kind, name) for name in _strings(names, "Principal"))
    return tuple(found)


def _clauses(value: object) -> Iterator[ConditionClause]:
    if value is None:
        return
    if not isinstance(value, dict):
        raise _UnreadableError("Condition is not an object")
    for operator, keys in value.items():
        if not isinstance(keys, dict):
            raise _UnreadableError(f"Condition {operator!r} is not an object"[:200])
        for key, values in keys.items():
            yield ConditionClause(str(operator), str(key).lower(), _condition_values(values))


def _condition_values(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    return tuple(_condition_text(entry) for entry in listed)


def _condition_text(value: object) -> str:
    """Render the value as IAM compares it: it accepts true, 5 and "5" alike."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise _UnreadableError("a condition value must be a text, number or boolean")
