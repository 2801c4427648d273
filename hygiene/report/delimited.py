"""CSV files: UTF-8, line ends LF, a header line, every cell quoted, text guarded against spreadsheet formulas."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from hygiene.report.cells import safe_texts

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

_ROWS_AT_ONCE = 50_000


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write the frame's rows in the order they have."""
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(frame.columns)
        for start in range(0, len(frame), _ROWS_AT_ONCE):
            part = frame.iloc[start : start + _ROWS_AT_ONCE]
            writer.writerows(zip(*(safe_texts(part[name]) for name in part.columns), strict=True))
