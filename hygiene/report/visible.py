"""Frames as plain rows for pages, with everything invisible in strangers' text made visible."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from hygiene.report.cells import is_empty, is_text, texts

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = dict[str, Any]

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Control, zero-width and bidirectional characters: what could make a reader see another name than there is."""


def visible(text: str) -> str:
    """Return the text with invisible characters written out, such as `⟨U+202E⟩`; white space stays."""
    # What is invisible is not printable either, and asking that is ten times as fast.
    return text if text.isprintable() else _INVISIBLE.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text)


def rows_of(frame: pd.DataFrame, columns: Sequence[str] | None = None) -> list[Row]:
    """Return the frame as dicts of plain values: visible text (`""` for empty), int or None, ISO times (`""`)."""
    if frame.empty:
        return []
    names = list(columns or frame.columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns_of_values(frame, names), strict=True)]


def columns_of_values(frame: pd.DataFrame, columns: Sequence[str]) -> list[list[Any]]:
    """Return columns of the frame as lists of the same plain values."""
    return [_plain(frame[name]) for name in columns]


@lru_cache(maxsize=10_000)
def parts(joined: str) -> tuple[str, ...]:
    """Return the parts of a cell that is a `;`-joined list."""
    return tuple(part.strip() for part in joined.split(";") if part.strip()) if joined else ()


def _plain(column: pd.Series) -> list[Any]:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return texts(column)
    if is_text(column):
        plain = texts(column)
        return plain if "".join(set(plain)).isprintable() else [visible(text) for text in plain]
    values = column.tolist()
    return [None if is_empty(value) else value for value in values] if column.hasnans else values
