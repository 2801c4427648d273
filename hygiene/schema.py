"""How a table is described and checked: columns with a type, a meaning and rules; rows → a valid frame.

Our own hundred lines in place of a validation library (docs/adr/0007). Every check looks at a whole column at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from hygiene.errors import FrameError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

# Text stays Python text from the first row to the last file. Arrow's strings save memory that this program never has
# twice, and cost a conversion per cell each time rows are read: a quarter of a whole report.
pd.options.mode.string_storage = "python"

_TEXT = pd.StringDtype("python", na_value=np.nan)
_MOMENT = pd.DatetimeTZDtype("us", "UTC")
_WHOLE = pd.Int64Dtype()


@dataclass(eq=False, slots=True)
class Column:
    """One column: its type, what it means, and what a value has to be. On the table's class it reads as its name."""

    dtype: Any
    description: str = ""
    nullable: bool = False
    unique: bool = False
    isin: tuple[str, ...] = ()
    pattern: str = ""
    at_least: int | None = None
    at_most: int | None = None
    name: str = field(default="", init=False)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type) -> str:
        return self.name

    def checked(self, values: pd.Series) -> pd.Series:
        """Return the values in the column's type. Raises ValueError with what is wrong, to go on after a subject."""
        if not self.nullable and values.hasnans:
            raise ValueError("is empty in a row")
        try:
            typed = values if values.dtype == self.dtype else values.astype(self.dtype)
        except (TypeError, ValueError) as error:
            raise ValueError(f"does not hold {self.dtype} values ({error})") from error
        if self.unique and not typed.is_unique:
            raise ValueError(f"holds {typed[typed.duplicated()].iloc[0]!r} twice")
        self._check_text(typed)
        self._check_range(typed)
        return typed

    def _check_text(self, values: pd.Series) -> None:
        if not self.isin and not self.pattern:
            return
        fits: Callable[[str], Any] = self.isin.__contains__ if self.isin else re.compile(self.pattern).fullmatch
        for value in values.dropna().unique():
            if not fits(value):
                raise ValueError(f"holds {value!r}, which is not {' or '.join(self.isin) or self.pattern}")

    def _check_range(self, values: pd.Series) -> None:
        if self.at_least is not None and (values < self.at_least).any():
            raise ValueError(f"holds {values.min()}, less than {self.at_least}")
        if self.at_most is not None and (values > self.at_most).any():
            raise ValueError(f"holds {values.max()}, more than {self.at_most}")


class Table:
    """Base of every schema: a class body of columns, in the order of the files."""

    columns: ClassVar[Mapping[str, Column]] = {}

    def __init_subclass__(cls) -> None:
        cls.columns = {name: value for name, value in vars(cls).items() if isinstance(value, Column)}

    @classmethod
    def empty(cls) -> pd.DataFrame:
        """Return the table without rows, every column in its type."""
        return frame_of(cls, ())


def text(
    description: str = "",
    *,
    nullable: bool = False,
    unique: bool = False,
    isin: tuple[str, ...] = (),
    pattern: str = "",
) -> Column:
    """Return a column of text; `isin` and `pattern` (of the whole value) hold for what is not empty."""
    return Column(_TEXT, description, nullable, unique, isin, pattern)


def whole(
    description: str = "", *, nullable: bool = False, at_least: int | None = None, at_most: int | None = None
) -> Column:
    """Return a column of whole numbers that can be empty without becoming floats."""
    return Column(_WHOLE, description, nullable, at_least=at_least, at_most=at_most)


def number(description: str = "", *, nullable: bool = False) -> Column:
    """Return a column of numbers."""
    return Column(np.dtype("float64"), description, nullable)


def moment(description: str = "", *, nullable: bool = False) -> Column:
    """Return a column of moments in UTC, to the microsecond."""
    return Column(_MOMENT, description, nullable)


def flag(description: str = "") -> Column:
    """Return a column of yes and no, never empty."""
    return Column(np.dtype("bool"), description)


def columns_of(schema: type[Table]) -> list[str]:
    """Column names of a schema, in order."""
    return list(schema.columns)


def moments_of(schema: type[Table]) -> tuple[str, ...]:
    """Names of the columns that hold moments."""
    return tuple(name for name, column in schema.columns.items() if column.dtype == _MOMENT)


def frame_of(schema: type[Table], rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return a valid frame of the schema from row mappings; a key that is missing becomes an empty cell.

    Raises FrameError when a value breaks the schema.
    """
    held = list(rows)
    if not held:
        return _without_rows(schema)
    return _checked(schema, {name: pd.Series(_cells(held, name), dtype=object) for name in schema.columns})


_EMPTY: dict[type[Table], pd.DataFrame] = {}


def _without_rows(schema: type[Table]) -> pd.DataFrame:
    """Return the schema's table without rows: an account has several such, each as dear to make as any."""
    if schema not in _EMPTY:
        _EMPTY[schema] = _checked(schema, {name: pd.Series([], dtype=object) for name in schema.columns})
    return _EMPTY[schema].copy()


def _cells(rows: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    try:
        # Almost every row has every key, and asking like this takes half the time of `get`.
        return list(map(itemgetter(name), rows))
    except KeyError:
        return [row.get(name) for row in rows]


def validated(schema: type[Table], frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the schema's types. Raises FrameError, naming schema and column, when it does not fit."""
    names = columns_of(schema)
    if list(frame.columns) != names:
        given = set(frame.columns)
        missing, strange = [name for name in names if name not in given], sorted(given - set(names), key=str)
        raise _broken(schema, f"its columns differ: missing {missing}, unknown {strange}, or in another order")
    if frame.empty:
        return _without_rows(schema)
    cells = {name: frame[name] for name in names}
    typed = _typed(schema, cells)
    # A frame that fits as it is need not be put together again.
    return frame if all(typed[name] is cells[name] for name in names) else _framed(schema, typed)


def _checked(schema: type[Table], cells: Mapping[str, pd.Series]) -> pd.DataFrame:
    return _framed(schema, _typed(schema, cells))


def _typed(schema: type[Table], cells: Mapping[str, pd.Series]) -> dict[str, pd.Series]:
    typed = {}
    for name, column in schema.columns.items():
        try:
            typed[name] = column.checked(cells[name])
        except ValueError as error:
            raise _broken(schema, f"column {name} {error}") from error
    return typed


def _framed(schema: type[Table], typed: Mapping[str, pd.Series]) -> pd.DataFrame:
    return pd.DataFrame(typed, columns=pd.Index(columns_of(schema)))


def _broken(schema: type[Table], reason: str) -> FrameError:
    return FrameError(
        f"A table broke the schema {schema.__name__}: {reason}. This is a bug in hygiene; "
        "please report it with the -vv output."
    )
