"""A worksheet of nothing but text, written a column at a time: a third of XlsxWriter's time for the same cells.

The package around it (styles, validation, protection, compression) stays XlsxWriter's. No text is taken for rich text
here: XlsxWriter passes on what begins with `<r>` and ends with `</r>` as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_ROWS = 1_048_575
"""Below the heading, https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3."""

_ROWS_AT_ONCE = 2_000
_LONGEST = 32_767
"""Most characters in a cell; the same page."""

_SPECIAL = ("&", "<", ">", "_x")
"""`_x000A_` is Excel's own way to write a character, so what looks like it has to be escaped too."""


class TextSheet(Worksheet):  # type: ignore[misc, unused-ignore]  # XlsxWriter has no types
    """A worksheet filled by one call of `set_texts`; everything else of a worksheet works as ever."""

    _parts: Iterable[Sequence[Sequence[str]]] = ()
    _styles: Sequence[int] = ()
    _heading: Sequence[str] = ()
    _heading_style = 0

    def set_texts(
        self,
        names: Sequence[str],
        parts: Iterable[Sequence[Sequence[str]]],
        rows: int,
        formats: Sequence[Any],
        heading: Any,
    ) -> None:
        """Fill the sheet: names in the first row, then the parts below each other, every column in its format.

        A part is columns of equal length, `rows` the number of rows in all parts, at most MOST_ROWS. The parts are
        asked for when the workbook is closed, one after the other.
        """
        self._heading, self._parts = names, parts
        self._styles = [form._get_xf_index() for form in formats]  # noqa: SLF001  where a format gets its number
        self._heading_style = heading._get_xf_index()  # noqa: SLF001
        self._check_dimensions(0, 0)
        self._check_dimensions(rows, len(names) - 1)

    def _write_rows(self) -> None:
        for lines in self._lines():
            self.fh.write(lines)

    def _lines(self) -> Iterator[str]:
        heading = [[name] for name in self._heading]
        yield self._rows(heading, [self._heading_style] * len(heading), first=1)
        first = 2
        for columns in self._parts:
            for start in range(0, len(columns[0]), _ROWS_AT_ONCE):
                part = [column[start : start + _ROWS_AT_ONCE] for column in columns]
                yield self._rows(part, self._styles, first)
                first += len(part[0])

    def _rows(self, columns: Sequence[Sequence[str]], styles: Sequence[int], first: int) -> str:
        numbers = range(first, first + len(columns[0]))
        cells = [
            self._cells(xl_col_to_name(place), style, numbers, texts)
            for place, (style, texts) in enumerate(zip(styles, columns, strict=True))
        ]
        rows = map("".join, zip(*cells, strict=True))
        return "".join(f'<row r="{number}">{row}</row>' for number, row in zip(numbers, rows, strict=True))

    def _cells(self, letter: str, style: int, numbers: range, texts: Sequence[str]) -> list[str]:
        """Return the cells of a column; an empty one keeps its format, so that it can be answered."""
        return [
            f'<c r="{letter}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
            if text
            else f'<c r="{letter}{number}" s="{style}"/>'
            for number, text in zip(numbers, self._escaped(texts), strict=True)
        ]

    def _escaped(self, texts: Sequence[str]) -> Sequence[str]:
        """Return the texts as XML, each as long as a cell can be."""
        joined = "".join(texts)
        is_plain = joined.isprintable() and not any(special in joined for special in _SPECIAL)
        if is_plain and max(map(len, texts), default=0) <= _LONGEST // 2:
            return texts
        return [self._escape_data(self._escape_control_characters(_cut(text))) for text in texts]


def _cut(text: str) -> str:
    """Return as much of the text as a cell holds; Excel counts in UTF-16, so an emoji is two characters."""
    return (
        text if len(text) <= _LONGEST // 2 else text.encode("utf-16-le")[: 2 * _LONGEST].decode("utf-16-le", "ignore")
    )
