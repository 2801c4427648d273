"""The bytes of one CloudTrail log file → its records, quickly: most of a trail is not about roles. Pure.

CloudTrail writes `{"Records":[{"eventVersion":…},{"eventVersion":…}]}` without a space. Such a file is cut at
`"eventVersion"`, which no text inside can hold (its quotes would be escaped), and pieces that are plainly about
something else are only counted. All others are parsed; where one does not parse, or was cut inside, the file is.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import Any

import orjson

MAX_EXPANDED_BYTES = 256 << 20
"""CloudTrail's files are a hundred times smaller; a `.gz` of a few kilobytes can hold gigabytes of zeros."""

_BEGIN, _NEXT, _TAIL = b'{"eventVersion"', b"},{", b"]}"
_HEAD, _CUT = b'{"Records":[' + _BEGIN, _BEGIN[1:]
_SOURCE = b'"eventSource"'
_OTHER_CALLER = re.compile(rb':"[0-9.]+","userIdentity":\{"type":"[^R"\\]')
"""Behind a cut: anybody but the root user, as CloudTrail writes it."""
_OTHER_CALL = re.compile(rb'"eventSource":"(?!iam\.|signin\.)[^"\\]*","eventName":"(?!AssumeRole)[^"\\]+"')
"""Any call but those that `activity.records` reads, as CloudTrail writes it."""
_ESCAPE = b"\\u00"
"""How a key can be written so that no search finds it."""
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
        if all(piece.endswith(_NEXT) for piece in pieces[:-1]):
            try:
                return [_record(piece) for piece in pieces if not _is_other(piece)], len(pieces)
            except ValueError:
                pass  # Not written by CloudTrail after all.
    records = _parsed(text)
    return records, len(records)


def _record(piece: bytes) -> Any:
    return orjson.loads(_BEGIN + piece.removesuffix(_NEXT[1:]))


def _is_other(piece: bytes) -> bool:
    """Whether a record is plainly about something else: in another order, or with a space, it is not plain."""
    source = piece.find(_SOURCE)
    return (
        _OTHER_CALLER.match(piece) is not None
        and _OTHER_CALL.match(piece, source) is not None
        # A second source, of whatever is inside the record or behind it, might be the one that counts.
        and piece.find(_SOURCE, source + 1) < 0
        and (piece.find(b"\\") < 0 or _ESCAPE not in piece)
    )


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
