"""Maps that stay small whatever is counted, with the same result in whatever order it came. Pure.

Kept are always the keys whose digests are smallest. So a key that is kept in the end was never dropped on the way,
its number is exact, and two maps joined give what one map over everything would have given. (Keeping the most
frequent keys would depend on the order; keeping all would let a stranger's random user agents fill the memory.)
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping

OTHER = "other"
"""What the dropped keys are added up under."""

_Key = TypeVar("_Key", bound="str | tuple[str, ...]")
_Value = TypeVar("_Value")


def drop_beyond(values: MutableMapping[_Key, _Value], limit: int) -> list[tuple[_Key, _Value]]:
    """Remove all but `limit` keys and return what was removed."""
    if len(values) <= limit:
        return []
    return [(key, values.pop(key)) for key in sorted(values, key=_digest)[limit:]]


def _digest(key: str | tuple[str, ...]) -> bytes:
    joined = key if isinstance(key, str) else "\0".join(key)
    return blake2b(joined.encode(), digest_size=8).digest()


class Counts:
    """How often each value came; beyond the limit, values are added up under `other`."""

    __slots__ = ("_other", "_values")
    LIMIT = 100

    def __init__(self) -> None:
        self._values: dict[str, int] = {}
        self._other = 0

    def add(self, value: str, number: int = 1) -> None:
        """Count a value so many times."""
        if value == OTHER:
            self._other += number
            return
        values = self._values
        values[value] = values.get(value, 0) + number
        # Twice the limit, so that sorting is rare.
        if len(values) > 2 * self.LIMIT:
            self._trim()

    def update(self, counted: Iterable[tuple[str, int]]) -> None:
        """Count what was counted elsewhere."""
        for value, number in counted:
            self.add(value, number)

    def items(self) -> tuple[tuple[str, int], ...]:
        """Return value and number, the most frequent first, `other` last."""
        self._trim()
        ordered = tuple(sorted(self._values.items(), key=lambda item: (-item[1], item[0])))
        return (*ordered, (OTHER, self._other)) if self._other else ordered

    def _trim(self) -> None:
        if len(self._values) <= self.LIMIT:
            return
        self._other += sum(number for _, number in drop_beyond(self._values, self.LIMIT))
