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


class Counts(dict[str, int]):
    """How often each value came; beyond the limit, values are added up under `other`."""

    __slots__ = ()
    LIMIT = 100

    def add(self, value: str, number: int = 1) -> None:
        """Count a value so many times."""
        self[value] = self.get(value, 0) + number
        # Twice the limit, so that sorting is rare.
        if len(self) > 2 * self.LIMIT:
            self._trim()

    def add_all(self, counted: Iterable[tuple[str, int]]) -> None:
        """Count what was counted elsewhere."""
        for value, number in counted:
            self.add(value, number)

    def ranked(self) -> tuple[tuple[str, int], ...]:
        """Return value and number, the most frequent first, `other` last."""
        if len(self) > self.LIMIT:
            self._trim()
        return tuple(sorted(self.items(), key=_rank)) if len(self) > 1 else tuple(self.items())

    def _trim(self) -> None:
        other = self.pop(OTHER, 0)
        other += sum(number for _, number in drop_beyond(self, self.LIMIT))
        if other:
            self[OTHER] = other


def _rank(counted: tuple[str, int]) -> tuple[bool, int, str]:
    value, number = counted
    return value == OTHER, -number, value
