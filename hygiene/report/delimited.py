"""CSV files: UTF-8, line ends LF, a header line, every cell quoted, text guarded against spreadsheet formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.report.cells import safe_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import pandas as pd

_ROWS_AT_ONCE = 2_000


class CsvFile:
    """A CSV file that grows by rows that are written out already; it begins with its header."""

    def __init__(self, path: Path, columns: Iterable[str]) -> None:
        self._file = path.open("wb")
        self.add([_encoded(_joined([[name] for name in columns]))])

    def add(self, rows: Sequence[bytes]) -> None:
        """Add rows that `csv_rows` wrote out."""
        self._file.writelines(rows)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write one frame."""
    file = CsvFile(path, frame.columns)
    try:
        file.add(csv_rows(frame))
    finally:
        file.close()


def csv_rows(frame: pd.DataFrame) -> list[bytes]:
    """Return the frame's rows in the order they have, some thousands in a piece."""
    return [_encoded(lines) for lines in _lines(frame)]


def _encoded(lines: str) -> bytes:
    return lines.encode("utf-8", "replace")


def _lines(frame: pd.DataFrame) -> Iterator[str]:
    """Yield the rows, some thousands at once: quoted and joined a column at a time."""
    for start in range(0, len(frame), _ROWS_AT_ONCE):
        part = frame.iloc[start : start + _ROWS_AT_ONCE]
        yield _joined([safe_texts(part[name]) for name in part.columns])


def _joined(columns: list[list[str]]) -> str:
    rows = '"\n"'.join(map('","'.join, zip(*map(_inside_quotes, columns), strict=True)))
    return f'"{rows}"\n'


def _inside_quotes(cells: list[str]) -> list[str]:
    """Return the cells with each quote doubled; most columns have none, and one look at all of it says so."""
    return [cell.replace('"', '""') for cell in cells] if '"' in "".join(set(cells)) else cells
