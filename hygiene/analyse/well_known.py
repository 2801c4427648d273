"""Puts the names a reader knows first in a finding's sentence; `detail` keeps its order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hygiene.analyse.wording import held_back_clause, some_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hygiene.analyse.check import Finding


def well_known_first(findings: Iterable[Finding], order: tuple[str, ...], sentence: str) -> Iterator[Finding]:
    """Yield the findings about named actions, worded anew: actions in `order` before all others.

    A sentence names three of hundreds; alphabetically these would be services hardly anybody uses.
    """
    rank = {name: position for position, name in enumerate(order)}
    for finding in findings:
        names = sorted(finding.detail, key=lambda name: (rank.get(name, len(rank)), name.lower()))
        named = some_of(names, "action")
        yield replace(finding, evidence=f"{sentence}: {named}{held_back_clause(finding.held_back_by)}.")
