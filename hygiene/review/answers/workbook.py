"""XLSX as people send it: the sheet with the answers, values and never formulas; bombs and macros refused."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from hygiene.errors import AnswersError
from hygiene.review.answers.sheet import has_header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.review.answers.sheet import Line

MAX_EXPANDED = 300 * 2**20
MAX_FILES = 2_000
_SHEET = "decisions"
_HEADER_WITHIN = 20
_MAX_COLUMNS = 256
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"


def workbook_lines(content: bytes, origin: str) -> Iterator[Line]:
    """Yield line number and cells of the sheet `decisions`, or of the first sheet that has its header.

    Raises AnswersError for what is no workbook, is too large once expanded, or carries macros.
    """
    _inspect(content, origin)
    import openpyxl

    try:
        # data_only: what a formula came to when the file was saved; no formula is ever run here.
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        raise AnswersError(f"{origin} cannot be read as a workbook ({_reason(error)}).") from error
    try:
        sheet = _sheet(book, origin)
        for number, values in enumerate(_rows(sheet), start=1):
            yield number, [_text(value) for value in values]
    except (KeyError, ValueError, TypeError, SyntaxError, zipfile.BadZipFile) as error:
        raise AnswersError(f"{origin} is damaged ({_reason(error)}).") from error
    finally:
        book.close()


def _reason(error: Exception) -> str:
    """Return the error on one line; some of the library's own explanations go on for a paragraph."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


def _inspect(content: bytes, origin: str) -> None:
    if content.startswith(_OLD_OR_LOCKED):
        raise AnswersError(f"{origin} is an old .xls file, or locked by a password; save it as .xlsx without one.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise AnswersError(f"{origin} is no .xlsx file ({error}).") from None
    names = {member.filename.lower() for member in members}
    if "xl/workbook.xml" not in names:
        raise AnswersError(
            f"{origin} is no Excel workbook, perhaps one of LibreOffice (.ods) or Numbers; save it as .xlsx or CSV."
        )
    if any(name.endswith("vbaproject.bin") for name in names):
        raise AnswersError(f"{origin} carries macros; save it as .xlsx, which has none.")
    if len(members) > MAX_FILES or sum(member.file_size for member in members) > MAX_EXPANDED:
        raise AnswersError(
            f"{origin} holds more than {MAX_EXPANDED >> 20} MiB once expanded; copy the table into a new workbook."
        )


def _sheet(book: Any, origin: str) -> Any:
    named = [sheet for sheet in book.worksheets if sheet.title.strip().lower() == _SHEET]
    for sheet in [*named, *book.worksheets]:
        head = (values for _, values in zip(range(_HEADER_WITHIN), _rows(sheet), strict=False))
        if any(has_header(_text(value) for value in values) for values in head):
            return sheet
    listed = ", ".join(sheet.title for sheet in book.worksheets) or "none"
    raise AnswersError(
        f"{origin}: no sheet has a header line with role_id and decision (sheets: {listed}). Fill in the sheet "
        "“decisions” of the report's decisions.xlsx, and leave its first line as it is."
    )


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    # What the file says about its own size may be wrong, and would cut rows off.
    sheet.reset_dimensions()
    yield from sheet.iter_rows(values_only=True, max_col=_MAX_COLUMNS)


def _text(value: Any) -> str:
    """Return a cell as text: a date as ISO 8601, a whole number without `.0`."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
