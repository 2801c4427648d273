"""The tables of a report as files, CSV and Parquet, written account by account; decisions as a workbook besides."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import chain
from typing import TYPE_CHECKING, Self

from hygiene.frames import (
    Assumptions,
    Changes,
    Decisions,
    Findings,
    FollowUps,
    RoleEvents,
    Roles,
)
from hygiene.report.columnar import ParquetFile, write_parquet
from hygiene.report.delimited import CsvFile, write_csv
from hygiene.report.drawer import Drawer
from hygiene.report.workbook import write_decisions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
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
_IN_MEMORY = 40
"""Accounts whose questions are kept in memory until they are written."""


class TableFiles:
    """The files of the tables below a folder; used in a `with`, which closes them."""

    def __init__(self, folder: Path, formats: Collection[str]) -> None:
        self._folder = folder
        self._formats = formats
        self._open = ExitStack()
        self._files = {name: self._new(name, schema) for name, schema in _BY_ACCOUNT.items()}
        self._decisions = DecisionRows(folder)
        self._open.callback(self._decisions.close)

    def __enter__(self) -> Self:
        """Return the files."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the files; what they hold by then is whole only where nothing went wrong."""
        self._open.close()

    def add(self, account: AccountReview) -> None:
        """Append an account's rows; the accounts come in order of their ids, their tables in the order of rows."""
        for name, file in self._files.items():
            file.add(getattr(account, name))
        self._decisions.add(account.decisions)

    def finish(self) -> None:
        """Write what could not be written before the last account was there: decisions, those needed first."""
        file = self._new("decisions", Decisions)
        for part in self._decisions:
            file.add(part)
        if "xlsx" in self._formats:
            write_decisions(self._decisions, len(self._decisions), self._folder / "decisions.xlsx")
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
        kinds: dict[str, type[CsvFile | ParquetFile]] = {"csv": CsvFile, "parquet": ParquetFile}
        self._files = [kinds[kind](path.with_name(f"{path.name}.{kind}")) for kind in kinds if kind in formats]
        self._schema = schema
        self._is_new = True

    def add(self, frame: pd.DataFrame) -> None:
        self._is_new = False
        for file in self._files:
            file.add(frame)

    def close(self) -> None:
        if self._is_new and self._files:
            # No account has a row, and the columns are there nevertheless.
            self.add(self._schema.empty())
        for file in self._files:
            file.close()
        self._files = []


class DecisionRows:
    """The parts of the decisions table in its own order: what still needs an answer, then everything else."""

    def __init__(self, folder: Path) -> None:
        self._needed: Drawer[pd.DataFrame] = Drawer(folder, in_memory=_IN_MEMORY)
        self._others: Drawer[pd.DataFrame] = Drawer(folder, in_memory=_IN_MEMORY)
        self._rows = 0

    def add(self, decisions: pd.DataFrame) -> None:
        """Add an account's part, sorted."""
        is_needed = decisions["needs_decision"] == "yes"
        for drawer, part in ((self._needed, decisions[is_needed]), (self._others, decisions[~is_needed])):
            if len(part):
                drawer.put(part)
        self._rows += len(decisions)

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._rows

    def __iter__(self) -> Iterator[pd.DataFrame]:
        """Yield the parts."""
        return chain(self._needed, self._others)

    def close(self) -> None:
        """Throw everything away."""
        self._needed.close()
        self._others.close()
