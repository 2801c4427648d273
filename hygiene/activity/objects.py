"""The bytes of one CloudTrail log file → its records, quickly: most of a trail is not about roles. Pure.

CloudTrail writes `{"Records":[{"eventVersion":…},{"eventVersion":…}]}` without a space. Such a file is cut at
`},{"eventVersion":`, which no text inside can hold (its quotes would be escaped), and only pieces are parsed that are
not plainly about something else. Everything else, and every file whose pieces do not parse or have more or fewer
sources than there are, is parsed whole.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_EXPANDED_BYTES = 256 << 20
"""CloudTrail's files are a hundred times smaller; a `.gz` of a few kilobytes can hold gigabytes of zeros."""

_BEGIN, _END = b'{"eventVersion":', b"}"
_HEAD, _CUT, _TAIL = b'{"Records":[' + _BEGIN, _END + b"," + _BEGIN, _END + b"]}"
_SOURCE = b'"eventSource"'
_PLAIN_CALLER = re.compile(rb'"[0-9.]+","userIdentity":\{"type":"[^R"\\]')
_PLAIN_CALL = re.compile(rb'"eventSource":"(?!iam\.|signin\.)[^"\\]*","eventName":"(?!AssumeRole)[^"\\]+"')
"""What CloudTrail writes of who does not matter, behind a cut, and of what does not: no root, another service's call.

Anything else there (a space, another key, nothing) leaves the record to a closer look.
"""
_NAMED = re.compile(rb'"eventName":"[^"\\]')
_ESCAPE = b"\\u00"
"""How ASCII can be written so that no search finds it."""
_GZIP = 31


class DamagedObjectError(Exception):
    """A file is no CloudTrail log; the message says what is wrong with it."""


def records_of(content: bytes) -> tuple[list[Any], int]:
    """Return the records that may say something about roles, and how many there are in all.

    Raises DamagedObjectError for what cannot be expanded, is no JSON, or has no list of records.
    """
    return _picked(_expanded(content))


def _expanded(content: bytes) -> bytes:
    if not content.startswith(b"\x1f\x8b"):
        return content
    parts, size, rest = [], 0, content
    try:
        while rest:
            member = zlib.decompressobj(_GZIP)
            parts.append(member.decompress(rest, MAX_EXPANDED_BYTES + 1 - size))
            size += len(parts[-1])
            if size > MAX_EXPANDED_BYTES:
                raise DamagedObjectError(f"holds more than {MAX_EXPANDED_BYTES >> 20} MiB once expanded")
            if not member.eof:
                raise DamagedObjectError("is cut off")
            rest = member.unused_data
    except zlib.error as error:
        raise DamagedObjectError(f"cannot be expanded ({error})") from None
    return b"".join(parts)


def _picked(text: bytes) -> tuple[list[Any], int]:
    if text.startswith(_HEAD) and text.endswith(_TAIL):
        pieces = text[len(_HEAD) : -len(_TAIL)].split(_CUT)
        # As many sources as pieces, and one in each: of two, one might hide the record's own.
        if text.count(_SOURCE) == len(pieces):
            try:
                return [orjson.loads(_BEGIN + piece + _END) for piece in _that_may_matter(pieces)], len(pieces)
            except ValueError:
                pass  # Not written by CloudTrail after all.
    records = _parsed(text)
    return records, len(records)


def _that_may_matter(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what may say something about roles. Raises ValueError for a piece that has no source."""
    for piece in pieces:
        source = piece.index(_SOURCE)
        if not (_PLAIN_CALLER.match(piece) and _PLAIN_CALL.match(piece, source)) and _may_matter(piece):
            yield piece


def _may_matter(piece: bytes) -> bool:
    """Whether a record may be one of those `activity.records` reads, or is damaged, in whatever order it stands.

    Looks for values: a key may have spaces behind it.
    """
    if b'"AssumeRole' in piece and b'"sts.' in piece:  # First, because most are.
        return True
    if b'"iam.' in piece or b'"signin.' in piece or b'"Root"' in piece or _ESCAPE in piece:
        return True
    return b'"eventSource":"' not in piece or _NAMED.search(piece) is None


def _parsed(text: bytes) -> list[Any]:
    try:
        document = orjson.loads(text)
    except ValueError:
        document = _parsed_slowly(text)
    records = document.get("Records") if isinstance(document, dict) else None
    if not isinstance(records, list):
        raise DamagedObjectError("has no list of Records")
    return records


def _parsed_slowly(text: bytes) -> Any:
    """Python's own parser takes half characters and NaN, which orjson refuses."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DamagedObjectError(f"is not JSON ({error})") from None
