"""The tables of a report as files, CSV and Parquet, written account by account; decisions as a workbook besides.

An account's rows are written out where the account is (`TableRows`), and only strung together here.
"""

from __future__ import annotations

from contextlib import ExitStack
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from hygiene.frames import (
    Assumptions,
    Changes,
    Decisions,
    Findings,
    FollowUps,
    RoleEvents,
    Roles,
    columns_of,
)
from hygiene.report.columnar import ParquetFile, arrow_table, write_parquet
from hygiene.report.delimited import CsvFile, csv_rows, write_csv
from hygiene.report.drawer import Drawer
from hygiene.report.workbook import write_decisions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    import pandas as pd

    from hygiene.frames import AccountReview
    from hygiene.schema import Table

_BY_ACCOUNT: dict[str, type[Table]] = {
    "roles": Roles,
    "findings": Findings,
    "changes": Changes,
    "followups": FollowUps,
    "assumptions": Assumptions,
    "role_events": RoleEvents,
}
_IN_MEMORY = 10
"""Accounts whose questions are kept in memory until they are written."""


class TableRows(NamedTuple):
    """Rows of a table as files take them; nothing in a format that was not asked for."""

    csv: Sequence[bytes] = ()
    arrow: Any = None
    """An Arrow table; None without rows."""

    @classmethod
    def of(cls, frame: pd.DataFrame, formats: Collection[str]) -> TableRows:
        """Return the rows of a valid frame."""
        if frame.empty:
            return cls()
        return cls(csv_rows(frame) if "csv" in formats else (), arrow_table(frame) if "parquet" in formats else None)


class Questions(NamedTuple):
    """Decisions of an account that stand together: the rows, and their frame, which the workbook takes."""

    rows: TableRows
    frame: pd.DataFrame


class AccountRows(NamedTuple):
    """The rows of one account; `needed`: the decisions that still need an answer, `others`: the rest of them."""

    tables: Mapping[str, TableRows]
    needed: Questions
    others: Questions

    @classmethod
    def of(cls, account: AccountReview, formats: Collection[str]) -> AccountRows:
        """Return the rows of an account's ordered tables."""
        is_needed = account.decisions["needs_decision"] == "yes"
        needed, others = (
            Questions(TableRows.of(part, formats), part)
            for part in (account.decisions[is_needed], account.decisions[~is_needed])
        )
        tables = {name: TableRows.of(getattr(account, name), formats) for name in _BY_ACCOUNT}
        return cls(tables, needed, others)


class TableFiles:
    """The files of the tables below a folder; used in a `with`, which closes them."""

    def __init__(self, folder: Path, formats: Collection[str]) -> None:
        self._folder = folder
        self._formats = formats
        self._open = ExitStack()
        self._files = {name: self._new(name, schema) for name, schema in _BY_ACCOUNT.items()}
        self._decisions = _DecisionRows(folder)
        self._open.callback(self._decisions.close)

    def __enter__(self) -> Self:
        """Return the files."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the files; what they hold by then is whole only where nothing went wrong."""
        self._open.close()

    def add(self, account: AccountRows) -> None:
        """Append an account's rows; the accounts come in order of their ids, their tables in the order of rows."""
        for name, file in self._files.items():
            file.add(account.tables[name])
        self._decisions.add(account)

    def finish(self) -> None:
        """Write what could not be written before the last account was there: decisions, those needed first."""
        file = self._new("decisions", Decisions)
        for part in self._decisions:
            file.add(part.rows)
        if "xlsx" in self._formats:
            frames = (part.frame for part in self._decisions)
            write_decisions(frames, len(self._decisions), self._folder / "decisions.xlsx")
        self._open.close()

    def write(self, name: str, frame: pd.DataFrame, *, always: bool = False) -> None:
        """Write a table of the whole population at once; `always`: as CSV even where nobody asked for CSV."""
        if always or "csv" in self._formats:
            write_csv(frame, self._folder / f"{name}.csv")
        if "parquet" in self._formats:
            write_parquet(frame, self._folder / f"{name}.parquet")

    def _new(self, name: str, schema: type[Table]) -> _TableFile:
        file = _TableFile(self._folder / name, self._formats, schema)
        self._open.callback(file.close)
        return file


class _TableFile:
    """One table in the formats that were asked for."""

    def __init__(self, path: Path, formats: Collection[str], schema: type[Table]) -> None:
        self._csv = CsvFile(path.with_name(f"{path.name}.csv"), columns_of(schema)) if "csv" in formats else None
        self._parquet = ParquetFile(path.with_name(f"{path.name}.parquet")) if "parquet" in formats else None
        self._schema = schema
        self._has_rows = False

    def add(self, rows: TableRows) -> None:
        if self._csv is not None:
            self._csv.add(rows.csv)
        if self._parquet is not None and rows.arrow is not None:
            self._has_rows = True
            self._parquet.add(rows.arrow)

    def close(self) -> None:
        if self._csv is not None:
            self._csv.close()
        if self._parquet is not None:
            if not self._has_rows:
                # No account has a row, and the columns are there nevertheless.
                self._parquet.add(arrow_table(self._schema.empty()))
            self._parquet.close()
        self._csv = self._parquet = None


class _DecisionRows:
    """The parts of the decisions table in its own order: what still needs an answer, then everything else."""

    def __init__(self, folder: Path) -> None:
        self._needed: Drawer[Questions] = Drawer(folder, in_memory=_IN_MEMORY)
        self._others: Drawer[Questions] = Drawer(folder, in_memory=_IN_MEMORY)
        self._rows = 0

    def add(self, account: AccountRows) -> None:
        for drawer, part in ((self._needed, account.needed), (self._others, account.others)):
            if len(part.frame):
                drawer.put(part)
                self._rows += len(part.frame)

    def __len__(self) -> int:
        return self._rows

    def __iter__(self) -> Iterator[Questions]:
        return chain(self._needed, self._others)

    def close(self) -> None:
        """Throw everything away."""
        self._needed.close()
        self._others.close()
