"""The bytes of one CloudTrail log file → its records, quickly: most of a trail is not about roles. Pure.

CloudTrail writes `{"Records":[{"eventVersion":…},{"eventVersion":…}]}` without a space. Such a file is cut at
`{"eventVersion":`, which no text inside can hold (its quotes would be escaped), and only pieces that hold one of our
needles are parsed. Everything else, and every file whose pieces do not parse, is parsed whole.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

import orjson

MAX_EXPANDED_BYTES = 256 << 20
"""CloudTrail's files are a hundred times smaller; a `.gz` of a few kilobytes can hold gigabytes of zeros."""

_HEAD, _TAIL = b'{"Records":[', b"]}"
_CUT = b'{"eventVersion":'
_IDENTITY, _SOURCE = b'"userIdentity":', b'"eventSource":"'
_IDENTITY_BY = 48
"""It is the second key, behind a version of a few characters."""
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
    if text.startswith(_HEAD + _CUT) and text.endswith(_TAIL):
        pieces = text[len(_HEAD) + len(_CUT) : -len(_TAIL)].split(_CUT)
        try:
            wanted = [_CUT + piece.removesuffix(b",") for piece in pieces if _may_matter(piece)]
            return [orjson.loads(piece) for piece in wanted], len(pieces)
        except ValueError:
            pass  # Not written by CloudTrail after all.
    records = _parsed(text)
    return records, len(records)


def _may_matter(piece: bytes) -> bool:
    """Whether a record may be one of those `activity.records` reads: by its event source, and for the root user.

    CloudTrail writes who acted first and the source soon after: most records are known by their first third.
    """
    source = piece.find(_SOURCE)
    if source < 0 or piece.find(_IDENTITY, 0, _IDENTITY_BY) < 0:
        return _may_matter_anywhere(piece)
    source += len(_SOURCE)
    if piece.startswith(b"sts.", source):
        return b'"AssumeRole' in piece or piece.find(b'"Root"', 0, source) >= 0
    return piece.startswith((b"iam.", b"signin."), source) or piece.find(b'"Root"', 0, source) >= 0


def _may_matter_anywhere(piece: bytes) -> bool:
    if b'"sts.' in piece and b'"AssumeRole' in piece:
        return True
    return b'"iam.' in piece or b'"signin.' in piece or b'"Root"' in piece


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
