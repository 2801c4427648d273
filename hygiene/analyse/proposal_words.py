"""A proposal's difference in plain words, and what no report of AWS can show about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.services import UNTRACKED_ACTIONS
from hygiene.analyse.wording import listed, some_of
from hygiene.policy.actions import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.services import ServiceUse

_NAMED = 50
"""Untracked actions named one by one; the file should stay readable."""


def difference(use: ServiceUse, effective: int, taken_away: int) -> str:
    """Return what stays and what goes. The masks hold what the role may effectively do, and lose."""
    left = effective & ~taken_away
    before, after = catalogue().services_in(effective), catalogue().services_in(left)
    gone = tuple(service for service in before if service not in after)
    kept = f"Keeps {_counted(len(after), 'service')}"
    services = f"{kept}, takes away {len(gone)} ({some_of(gone, 'service')})." if gone else f"{kept}."
    unused = use.actions.unused & taken_away if use.actions else 0
    touched = catalogue().services_in(unused)
    actions = f" Of {listed(touched)} it takes {_counted(unused.bit_count(), 'unused action')}." if touched else ""
    counts = f"{effective.bit_count():,} allowed actions become {left.bit_count():,}."
    return f"{services}{actions} {counts}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def not_tracked(use: ServiceUse, effective: int) -> list[str]:
    """Return sentences about what stays because AWS does not track it, and what the data leaves out altogether."""
    return list(_not_tracked(use, effective))


def _not_tracked(use: ServiceUse, effective: int) -> Iterator[str]:
    passing = catalogue().names_in(effective & catalogue().mask(UNTRACKED_ACTIONS))
    if passing:
        yield f"{listed(passing)}: no API call, so its use is never reported; kept."
    if use.untracked_services:
        yield f"Services missing from AWS's report, kept as granted: {', '.join(use.untracked_services)}."
    untracked = catalogue().names_in(effective & use.actions.untracked) if use.actions else []
    if untracked:
        more = f", and {len(untracked) - _NAMED} more" if len(untracked) > _NAMED else ""
        named = f"{', '.join(untracked[:_NAMED])}{more}"
        yield f"Actions AWS does not track one by one, data events above all, kept: {named}."
    yield "Access that a resource's own policy gives the role is in no report, and no policy here changes it."
    yield "Services newer than the action data are kept by name only where AWS reports their use."
