"""Puts values away until they are needed: the first ones in memory, the rest in a file that has no name.

A population of half a million roles has more rows than memory, and a report of one account should not touch a disk
for what it reads again a second later.
"""

from __future__ import annotations

import pickle
import tempfile
from array import array
from typing import IO, TYPE_CHECKING, Generic, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

T = TypeVar("T")


class Drawer(Generic[T]):
    """Values by the number they were put away under, counted from 0.

    The file lies in `folder`, which has to have room for the report anyway, and vanishes with the process. Close the
    drawer, or use it in a `with`.
    """

    def __init__(self, folder: Path, *, in_memory: int) -> None:
        """`in_memory`: how many values to keep as they are."""
        self._folder = folder
        self._most = in_memory
        self._kept: list[T] = []
        self._ends = array("q", [0])
        self._file: IO[bytes] | None = None

    def put(self, value: T) -> int:
        """Put a value away and return its number."""
        number = len(self)
        if number < self._most:
            self._kept.append(value)
            return number
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  closed with the drawer
        content = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        self._file.seek(self._ends[-1])
        self._file.write(content)
        self._ends.append(self._ends[-1] + len(content))
        return number

    def __getitem__(self, number: int) -> T:
        """Return the value of this number."""
        if number < len(self._kept):
            return self._kept[number]
        place = number - len(self._kept)
        if self._file is None or place >= len(self._ends) - 1:
            raise IndexError(number)
        self._file.seek(self._ends[place])
        content = self._file.read(self._ends[place + 1] - self._ends[place])
        value: T = pickle.loads(content)  # noqa: S301  written above, into a file nobody else can open
        return value

    def __len__(self) -> int:
        """Return how many values there are."""
        return len(self._kept) + len(self._ends) - 1

    def __iter__(self) -> Iterator[T]:
        """Yield the values in order."""
        return (self[number] for number in range(len(self)))

    def __enter__(self) -> Self:
        """Return the drawer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Throw everything away."""
        self.close()

    def close(self) -> None:
        """Throw everything away."""
        self._kept.clear()
        if self._file is not None:
            self._file.close()
