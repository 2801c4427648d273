"""Parquet twins of the tables: typed, unescaped, for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.report.cells import is_text

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

ROWS_PER_GROUP = 20_000
"""Few enough to lie in memory while they are collected, enough to compress well."""


class ParquetFile:
    """A Parquet file that grows part by part, with no metadata of the moment, so that the bytes are stable.

    The parts of one row group hold whole frames, so an account's rows never stand in two groups. `close` writes the
    last group; a file without any part is not written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: list[Any] = []
        self._rows = 0
        self._writer: Any = None

    def add(self, table: Any) -> None:
        """Add the rows of an Arrow table that `arrow_table` made; the first part's columns are the file's."""
        self._waiting.append(table)
        self._rows += len(table)
        if self._rows >= ROWS_PER_GROUP:
            self._write()

    def close(self) -> None:
        """Finish the file."""
        if self._writer is None or self._rows:
            self._write()
        if self._writer is not None:
            self._writer.close()

    def _write(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if not self._waiting:
            return
        group = pa.concat_tables(self._waiting).combine_chunks()
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, group.schema, compression="zstd")
        self._writer.write_table(group, row_group_size=max(1, len(group)))
        self._waiting, self._rows = [], 0


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write one frame."""
    file = ParquetFile(path)
    file.add(arrow_table(frame))
    file.close()


def arrow_table(frame: pd.DataFrame) -> Any:
    """Return the frame as an Arrow table, with its own types."""
    import pyarrow as pa

    def array(column: pd.Series) -> Any:
        if is_text(column):
            return pa.array(column.to_numpy(), type=pa.large_string(), from_pandas=True)
        return pa.array(column, from_pandas=True)

    return pa.table({name: array(frame[name]) for name in frame.columns})
