"""Tables of an earlier report, read account by account: a few row groups are in memory at a time, never all."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from hygiene.errors import HygieneError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from hygiene.store import Store

_GROUPS_KEPT = 2
"""Accounts are asked for in their order, and decisions stand in two runs: those needed, and all others."""


class EarlierTable:
    """One Parquet table whose rows of an account stand together in few row groups, as reports write them."""

    def __init__(self, content: bytes) -> None:
        import pyarrow.parquet as pq

        self._file = pq.ParquetFile(io.BytesIO(content))
        self._ranges = list(self._account_ranges())
        self._group = lru_cache(maxsize=_GROUPS_KEPT)(self._file.read_row_group)

    def of(self, account_id: str) -> pd.DataFrame:
        """Return the account's rows in their order; none where the table has none."""
        import pyarrow as pa
        import pyarrow.compute as pc

        found = []
        for number, (first, last) in enumerate(self._ranges):
            if first <= account_id <= last:
                group = self._group(number)
                found.append(group.filter(pc.equal(group["account_id"], account_id)))
        if not found:
            found = [self._file.schema_arrow.empty_table()]
        frame: pd.DataFrame = pa.concat_tables(found).to_pandas()
        return frame

    def _account_ranges(self) -> Iterator[tuple[str, str]]:
        """Yield the first and the last account of every row group; of one that does not say, every account."""
        column = self._file.schema_arrow.get_field_index("account_id")
        for number in range(self._file.num_row_groups):
            statistics: Any = self._file.metadata.row_group(number).column(column).statistics
            is_known = statistics is not None and statistics.has_min_max
            yield (str(statistics.min), str(statistics.max)) if is_known else ("", "\U0010ffff")


def earlier_table(out: Store, quarter: str, name: str) -> EarlierTable | None:
    """Return a table of the report of a quarter below OUT; None where the report was made without Parquet."""
    content = out.read(f"{quarter}/{name}.parquet")
    return None if content is None else EarlierTable(content)


def open_table(out: Store, quarter: str, name: str) -> EarlierTable:
    """Return a table that was there a moment ago. Raises HygieneError when it is gone."""
    table = earlier_table(out, quarter, name)
    if table is None:
        raise HygieneError(f"{out.location}/{quarter}/{name}.parquet went away while it was being read")
    return table
