"""XLSX as people send it: the sheet with the answers, values and never formulas; bombs and macros refused."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from hygiene.errors import AnswersError
from hygiene.review.answers.sheet import DECISION, has_header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.review.answers.sheet import Line

MAX_EXPANDED = 300 * 2**20
MAX_FILES = 2_000
_SHEET = "decisions"
_HEADER_WITHIN = 20
_MAX_COLUMNS = 256
_DATES = ("target_date", "decided_at")
_FIRST_DAY, _LAST_DAY = 36_526, 73_050
"""Days from 2000 to 2099 as the inner numbers of a workbook that counts from 1900."""

_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_LONGEST_TAG = 32
_PIECE = 1 << 20
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"


def workbook_lines(content: bytes, origin: str) -> Iterator[Line]:
    """Yield line number and cells of the sheet `decisions`, or of the sheet that has its header and answers.

    A decision that is a formula whose result was not saved comes as the formula, so that it is refused and not lost.
    Raises AnswersError for what is no workbook, is too large once expanded, carries macros, or has answers twice.
    """
    _inspect(content, origin)
    book = _opened(content, origin, with_results=True)
    try:
        sheet = _sheet(book, origin)
        formulas = _formulas(content, origin, sheet.title) if _has_formulas(content) else {}
        dates: list[int] = []
        for number, values in enumerate(_rows(sheet), start=1):
            cells = [_text(value) for value in values]
            if not dates and has_header(cells):
                dates = [at for at, name in enumerate(cells) if name.strip().lower() in _DATES]
            for at in dates:
                cells[at] = _day(values[at], book.epoch) or cells[at]
            for at, formula in formulas.get(number, {}).items():
                cells[at] = cells[at] or formula
            yield number, cells
    except (KeyError, ValueError, TypeError, SyntaxError, zipfile.BadZipFile) as error:
        raise AnswersError(f"{origin} is damaged ({_reason(error)}).") from error
    finally:
        book.close()


def _opened(content: bytes, origin: str, *, with_results: bool) -> Any:
    """Return the workbook, its formulas as what they came to when it was saved; none is ever run here."""
    import openpyxl

    try:
        return openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=with_results, keep_links=False)
    except Exception as error:
        raise AnswersError(f"{origin} cannot be read as a workbook ({_reason(error)}).") from error


def _has_formulas(content: bytes) -> bool:
    """Whether some worksheet has a formula; looked for in pieces, for a sheet may be large."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and _holds(archive, name):
                return True
    return False


def _holds(archive: zipfile.ZipFile, name: str) -> bool:
    end = b""
    with archive.open(name) as member:
        while piece := member.read(_PIECE):
            if _FORMULA.search(end + piece):
                return True
            end = piece[-_LONGEST_TAG:]
    return False


def _formulas(content: bytes, origin: str, title: str) -> dict[int, dict[int, str]]:
    """Return the formulas in the column `decision` of a sheet, by line and place in it."""
    book = _opened(content, origin, with_results=False)
    found: dict[int, dict[int, str]] = {}
    places: list[int] = []
    try:
        for number, values in enumerate(_rows(book[title]), start=1):
            if not places and has_header(cells := [_text(value) for value in values]):
                places = [at for at, name in enumerate(cells) if name.strip().lower() == DECISION]
            given = {at: values[at] for at in places if isinstance(values[at], str) and values[at].startswith("=")}
            if given:
                found[number] = given
    finally:
        book.close()
    return found


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
        raise AnswersError(f"{origin} is no .xlsx file ({error}); save it again as .xlsx, or as .csv.") from None
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
    named = sorted(book.worksheets, key=lambda sheet: sheet.title.strip().lower() != _SHEET)
    fitting = [sheet for sheet in named if any(has_header(cells) for _, cells in _head(sheet))]
    answered = [sheet for sheet in fitting if _has_answers(sheet)] if len(fitting) > 1 else []
    if len(answered) > 1:
        listed = " and ".join(f"“{sheet.title}”" for sheet in answered)
        raise AnswersError(f"{origin}: more than one sheet has answers ({listed}); leave one of them in the file.")
    if fitting:
        return (answered or fitting)[0]
    listed = ", ".join(sheet.title for sheet in book.worksheets) or "none"
    raise AnswersError(
        f"{origin}: no sheet has a header line with role_id and decision (sheets: {listed}). Fill in the sheet "
        "“decisions” of the report's decisions.xlsx, and leave its first line as it is."
    )


def _head(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    for number, values in zip(range(_HEADER_WITHIN), _rows(sheet), strict=False):
        yield number, [_text(value) for value in values]


def _has_answers(sheet: Any) -> bool:
    header, cells = next((number, cells) for number, cells in _head(sheet) if has_header(cells))
    at = [cell.strip().lower() for cell in cells].index(DECISION)
    return any(values[at] is not None for number, values in enumerate(_rows(sheet)) if number > header)


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


def _day(value: Any, epoch: datetime) -> str:
    """Return the day a number stands for in this workbook, if it is one: a cell of dates that lost its format."""
    from openpyxl.utils.datetime import from_excel

    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not _FIRST_DAY <= value <= _LAST_DAY:
        return ""
    return _text(from_excel(int(value), epoch))
