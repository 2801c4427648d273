"""Puts the names a reader knows first in a finding's sentence; `detail` keeps its order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.wording import some_of

if TYPE_CHECKING:
    from collections.abc import Iterable


def some_actions(names: Iterable[str], known_best: tuple[str, ...]) -> str:
    """Return a few of the actions in words, those in `known_best` before all others.

    A sentence names three of hundreds; alphabetically these would be services hardly anybody uses.
    """
    rank = {name: position for position, name in enumerate(known_best)}
    return some_of(sorted(names, key=lambda name: (rank.get(name, len(rank)), name.lower())), "action")
