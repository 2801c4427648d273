"""Parquet twins of the tables: typed, unescaped, for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.report.cells import is_text

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write the frame with its own types and no metadata of the moment, so that the bytes are stable."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def array(column: pd.Series) -> Any:
        if is_text(column):
            return pa.array(column.to_numpy(), type=pa.large_string(), from_pandas=True)
        return pa.array(column, from_pandas=True)

    columns = {name: array(frame[name]) for name in frame.columns}
    pq.write_table(pa.table(columns), path, compression="zstd")
