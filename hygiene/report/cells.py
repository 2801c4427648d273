"""What stands in one cell of a CSV or spreadsheet: text that is safe to open, plain numbers, UTC times."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from datetime import datetime

_DANGEROUS = re.compile(r"'*(?:\s*[=+\-@]|[\t\n])")
"""What a spreadsheet could take for a formula, and what looks like one that is guarded already.

https://owasp.org/www-community/attacks/CSV_Injection
"""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?")
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def cleaned(text: str) -> str:
    """Return the text with every line end as LF and every other control character as U+FFFD; TAB stays."""
    if not _CONTROL.search(text):
        return text
    return _CONTROL.sub("\ufffd", _LINE_END.sub("\n", text))


def cleaned_texts(plain: list[str]) -> list[str]:
    """Return the cleaned texts; one look at all of them says whether there is anything to clean."""
    return plain if "".join(plain).isprintable() else [cleaned(text) for text in plain]


def guarded(text: str) -> str:
    """Return the text so that no spreadsheet runs it: a leading `'` where it could be taken for a formula."""
    clean = cleaned(text)
    return f"'{clean}" if _DANGEROUS.match(clean) else clean


def unguarded(cell: str) -> str:
    """Return the cleaned text behind a guarded cell: exactly one `'` less where one was added."""
    return cell[1:] if cell.startswith("'") and _DANGEROUS.match(cell[1:]) else cell


def iso(moment: datetime) -> str:
    """Return a moment in UTC as `2026-12-31T06:00:00Z`."""
    return pd.Timestamp(moment).tz_convert("UTC").strftime(_TIME)


def texts(column: pd.Series) -> list[str]:
    """Return a column as plain strings, not guarded: `""` for empty, ISO times, numbers without a needless `.0`."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return _times(column)
    values = column.tolist()
    if isinstance(column.dtype, pd.StringDtype):
        # Asking the whole column costs less than asking every cell.
        return [value if isinstance(value, str) else "" for value in values] if column.hasnans else values
    form = "{:g}".format if pd.api.types.is_float_dtype(column.dtype) else str
    return ["" if is_empty(value) else form(value) for value in values]


def _times(column: pd.Series) -> list[str]:
    moments = column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
    return ["" if text == "NaT" else f"{text}Z" for text in np.datetime_as_string(moments, unit="s").tolist()]


def is_empty(value: object) -> bool:
    """Tell whether a cell's value stands for nothing: None, NaN or pandas' NA (which answers no comparison)."""
    return value is None or value is pd.NA or value != value


def is_text(column: pd.Series) -> bool:
    """Tell whether a column holds text, which strangers may have written, rather than numbers or times."""
    return pd.api.types.is_string_dtype(column.dtype) or pd.api.types.is_object_dtype(column.dtype)


def safe_texts(column: pd.Series) -> list[str]:
    """Return a column as CSV cells: text guarded, numbers and times plain."""
    plain = texts(column)
    if not is_text(column):
        return plain
    distinct = set(plain)
    if not "".join(distinct).isprintable():
        return [guarded(text) for text in plain]
    # Nothing to clean in the whole column, and no formula begins with a letter or a digit.
    firsts = {text[:1] for text in distinct}
    if all(first.isalnum() for first in firsts if first):
        return plain
    return [text if text[:1].isalnum() else guarded(text) for text in plain]
