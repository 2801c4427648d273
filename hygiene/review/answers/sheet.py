"""A sheet of answers, whatever file it came in: rows as text by column name, each with its line in the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hygiene.errors import AnswersError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

ROLE_ID, DECISION, FINGERPRINT = "role_id", "decision", "row_sha256"
NEEDED = (ROLE_ID, FINGERPRINT, DECISION)
TAKEN = (
    *NEEDED, "review_id", "role_arn", "justification", "target_date", "ticket", "reviewer", "decided_at",
)  # fmt: skip
"""The columns that are read; any other is the reviewer's own business."""

MAX_BYTES = 100 * 2**20
MAX_ROWS = 1_048_576
"""What a worksheet can hold."""

_HEADER_WITHIN = 20
"""People put a title, or a note, above the table."""

Line = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One row: its line in the file, from 1, and its cells by column name; a missing cell is an empty text."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")


def has_header(cells: Iterable[str]) -> bool:
    """Whether these cells are the table's header line."""
    return {ROLE_ID, DECISION} <= {_name(cell) for cell in cells}


def rows_of(lines: Iterable[Line], origin: str, plain: Callable[[str], str]) -> Iterator[AnswerRow]:
    """Yield the rows below the header line that are not empty; `plain` takes a cell's guard off.

    Raises AnswersError without a usable header, or for more rows than a worksheet holds.
    """
    remaining = iter(lines)
    positions = _positions(remaining, origin)
    for count, (line, cells) in enumerate(remaining):
        if count >= MAX_ROWS:
            raise AnswersError(f"{origin} has more than {MAX_ROWS:,} rows; send it in parts.")
        found = {name: plain(cells[at].strip()) for name, at in positions.items() if at < len(cells)}
        if any(found.values()):
            yield AnswerRow(line, found)


def _positions(lines: Iterator[Line], origin: str) -> dict[str, int]:
    for _, (_, cells) in zip(range(_HEADER_WITHIN), lines, strict=False):
        if has_header(cells):
            return _columns(cells, origin)
    raise AnswersError(
        f"{origin} has no header line with the columns {', '.join(NEEDED)}. Fill in decisions.csv or decisions.xlsx "
        "of the report, and leave its first line as it is."
    )


def _columns(header: list[str], origin: str) -> dict[str, int]:
    names = [_name(cell) for cell in header]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise AnswersError(f"{origin} lacks the column {', '.join(missing)}, without which no answer can be placed.")
    twice = sorted({name for name in TAKEN if names.count(name) > 1})
    if twice:
        raise AnswersError(f"{origin} has the column {twice[0]} twice; remove the one that is not meant.")
    return {name: names.index(name) for name in TAKEN if name in names}


def _name(cell: str) -> str:
    return cell.strip().lower()
