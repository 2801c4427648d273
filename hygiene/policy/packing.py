"""Fits statements into as few policy documents as AWS's size limits allow; too long a statement is split.

IAM does not count white space. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hygiene.model import JsonObject

MANAGED_POLICY_CHARACTERS = 6_144
INLINE_POLICIES_CHARACTERS = 10_240
"""Of all inline policies of a role together."""


class TooLongError(ValueError):
    """A statement is longer than a policy may be and cannot be split without changing what it means."""


def size_of(content: object) -> int:
    """Return the characters AWS counts; blanks inside texts are counted too, to be on the safe side."""
    return len(json.dumps(content, separators=(",", ":"), ensure_ascii=False))


def packed(statements: Iterable[tuple[str, JsonObject]], limit: int = MANAGED_POLICY_CHARACTERS) -> list[JsonObject]:
    """Return documents of at most `limit` characters that hold the statements, each given with its version.

    Statements of different versions never share a document: `${…}` means something in one of them only.
    Raises TooLongError for a statement that fits no document.
    """
    documents: list[JsonObject] = []
    open_by_version: dict[str, JsonObject] = {}
    for version, statement in statements:
        for piece in _pieces(statement, limit - size_of(_document(version, []))):
            document = open_by_version.get(version)
            if document is None or size_of(_with(document, piece)) > limit:
                document = open_by_version[version] = _document(version, [])
                documents.append(document)
            document["Statement"] = _with(document, piece)["Statement"]
    return documents


def _document(version: str, statements: list[JsonObject]) -> JsonObject:
    return {"Version": version, "Statement": statements}


def _with(document: JsonObject, statement: JsonObject) -> JsonObject:
    """Return the document with one more statement; a Sid that is taken is left out, as it must be unique."""
    taken = {held.get("Sid") for held in document["Statement"]}
    added = {key: value for key, value in statement.items() if key != "Sid" or value not in taken}
    return {**document, "Statement": [*document["Statement"], added]}


def _pieces(statement: JsonObject, limit: int) -> Iterator[JsonObject]:
    """Yield the statement, or parts of it: actions times resources is the same in halves, allowing and denying."""
    if size_of(statement) <= limit:
        yield statement
        return
    part = max(("Action", "Resource"), key=lambda name: _splittable(statement.get(name)))
    if not _splittable(statement.get(part)):
        raise TooLongError("a statement is longer than a policy may be, and nothing in it can be split")
    held: list[Any] = statement[part]
    middle = len(held) // 2
    for half in (held[:middle], held[middle:]):
        yield from _pieces({**statement, part: half}, limit)


def _splittable(value: object) -> int:
    """Return the length of a list of two entries and more, 0 for everything else."""
    return size_of(value) if isinstance(value, list) and len(value) > 1 else 0
