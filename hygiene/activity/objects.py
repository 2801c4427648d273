"""The bytes of one CloudTrail log file → its records, quickly: most of a trail is not about roles. Pure.

CloudTrail writes `{"Records":[{"eventVersion":…},{"eventVersion":…}]}` without a space. Such a file is cut at
`{"eventVersion":`, which no text inside can hold (its quotes would be escaped), and only pieces are parsed of which a
search of the whole text cannot say that they do not matter. Everything else, and every file whose pieces do not
parse or have more or fewer sources than there are, is parsed whole.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_EXPANDED_BYTES = 256 << 20
"""CloudTrail's files are a hundred times smaller; a `.gz` of a few kilobytes can hold gigabytes of zeros."""

_HEAD, _TAIL = b'{"Records":[', b"]}"
_CUT = b'{"eventVersion":'
_SOURCE = re.compile(rb'"eventSource"(?::"(?!iam\.|signin\.)[^"\\]*","eventName":"(?!AssumeRole)([^"\\]))?')
"""Every source; the group is there for what is known not to matter: another service's event, or STS's other calls.

Anything else behind the key (a space, another key, nothing) leaves it to a closer look.
"""
_ASSUMED = b'"AssumeRole'
_NAME_BY = 80
"""The name of an event is the next key, behind the source."""
_NAMED = re.compile(rb'"eventName":"[^"\\]')
_ROOT = b'"Root"'
_ESCAPE = b"\\u00"
"""How ASCII can be written so that no needle finds it."""
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
        try:
            found = _places(text)
            if found is not None:
                places, number = found
                return [orjson.loads(piece) for piece in _pieces_at(text, places)], number
        except ValueError:
            pass  # Not written by CloudTrail after all.
    records = _parsed(text)
    return records, len(records)


def _places(text: bytes) -> tuple[list[int], int] | None:
    """Return where something may matter, and how many records there are.

    None where that cannot be said without parsing: every piece has to have one source. One that has none is no whole
    record, or damaged; one that has several may have its own behind another's.
    """
    number, begin, places = 0, len(_HEAD), []
    for found in _SOURCE.finditer(text):
        place = found.start()
        if begin < 0 or text.find(_CUT, begin + 1, place) >= 0 or place < begin:
            return None
        begin = text.find(_CUT, place)
        number += 1
        if found.lastindex is None:
            is_known = text.find(_ASSUMED, place, place + _NAME_BY) >= 0
            if is_known or _may_matter(text[slice(*_piece_around(text, place))]):
                places.append(place)
    if begin >= 0:
        return None
    for needle in (_ROOT, _ESCAPE) if b"\\" in text else (_ROOT,):
        place = text.find(needle)
        while place >= 0:
            places.append(place)
            place = text.find(needle, place + 1)
    return sorted(places), number


def _may_matter(piece: bytes) -> bool:
    """Whether a record may be one of those `activity.records` reads, or is damaged, in whatever order it stands.

    Looks for values: a key may have spaces behind it.
    """
    if b'"iam.' in piece or b'"signin.' in piece or (b'"sts.' in piece and _ASSUMED in piece):
        return True
    return b'"eventSource":"' not in piece or _NAMED.search(piece) is None


def _pieces_at(text: bytes, places: Sequence[int]) -> Iterator[bytes]:
    """Yield the pieces that hold the places, in order, each once."""
    end = 0
    for place in places:
        if place >= end:
            begin, end = _piece_around(text, place)
            yield text[begin:end].removesuffix(b",")


def _piece_around(text: bytes, place: int) -> tuple[int, int]:
    end = text.find(_CUT, place)
    return text.rfind(_CUT, 0, place), end if end >= 0 else len(text) - len(_TAIL)


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
