"""CSV as people send it: Excel's encodings and separators, found out from the content and never from the locale."""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING

from hygiene.errors import AnswersError
from hygiene.review.answers.sheet import has_header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.review.answers.sheet import Line

_SEPARATORS = (",", ";", "\t")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEADER_WITHIN = 20
_MAX_CELL = 131_072


def delimited_lines(content: bytes, origin: str) -> Iterator[Line]:
    """Yield line number and cells. Raises AnswersError for what is no text, or broken CSV."""
    if not content.strip():
        raise AnswersError(f"{origin} is empty.")
    text = _decoded(content, origin)
    if "\0" in text:
        raise AnswersError(f"{origin} is no text file; save it as “CSV UTF-8”, or send the .xlsx itself.")
    separator, skipped = _separator(text)
    csv.field_size_limit(_MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            if line > skipped:
                yield line, cells
    except csv.Error as error:
        raise AnswersError(f"{origin}, line {reader.line_num}: broken CSV ({error}); save it again as CSV.") from None


def _decoded(content: bytes, origin: str) -> str:
    """Return the text: by its byte order mark, else UTF-8, else as Windows writes it where UTF-8 does not fit."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _strictly(content, encoding, origin)
    if content[:2].count(b"\0") == 1:
        return _strictly(content, "utf-16-be" if content[:1] == b"\0" else "utf-16-le", origin)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _strictly(content, "cp1252", origin)


def _strictly(content: bytes, encoding: str, origin: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise AnswersError(
            f"{origin} is neither UTF-8 nor UTF-16 nor Windows-1252 (byte {error.start}); save it as “CSV UTF-8”."
        ) from None


def _separator(text: str) -> tuple[str, int]:
    """Return the separator with which some line is the header, and the lines to skip (Excel's own `sep=;`)."""
    head = text[: 64 * 1024].splitlines()[:_HEADER_WITHIN]
    if head and len(head[0].strip()) == len("sep=;") and head[0].lower().startswith("sep="):
        return head[0].rstrip("\r\n")[4], 1
    for line in head:
        for separator in _SEPARATORS:
            if has_header(next(csv.reader([line], delimiter=separator), [])):
                return separator, 0
    return ",", 0
