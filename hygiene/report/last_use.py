"""How long ago roles were last used, in buckets that begin exactly at the threshold; unknown is one of its own."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING

from hygiene.model import TRACKING_PERIOD_DAYS
from hygiene.report.cells import is_empty

if TYPE_CHECKING:
    import pandas as pd

_STARTS = (0, 8, 31, 91, 181, 366)
_NEAR = 7
"""A usual start this close to the threshold gives way to it: a bucket of two days says nothing."""

WITHOUT_A_DATE = {
    "not_used_in_tracking_period": f"not in the {TRACKING_PERIOD_DAYS}-day tracking period",
    "never_used": "not since it was created",
    "too_new": "too new to judge",
    "no_data": "unknown: not read",
}
"""Reason of a role's usage status that has no date, and its words."""


def starts(threshold: int) -> tuple[int, ...]:
    """Return the first day of each bucket; one of them is the threshold, `unused_after_days`."""
    kept = {day for day in _STARTS if day == 0 or abs(day - threshold) > _NEAR}
    return tuple(sorted(kept | {threshold}))


def labels(threshold: int) -> tuple[str, ...]:
    """Return the names of the buckets, such as `8-30` days; the last one is open."""
    first = starts(threshold)
    ends = [f"-{following - 1}" for following in first[1:]]
    return tuple(f"{day}{end}" for day, end in zip(first, [*ends, "+"], strict=True))


def count_last_use(roles: pd.DataFrame, threshold: int) -> Counter[str]:
    """Count roles by bucket; those without a date by the reason, excluded ones not at all."""
    first, names = starts(threshold), labels(threshold)
    found: Counter[str] = Counter()
    columns = (roles[name].tolist() for name in ("usage_status", "usage_reason", "unused_days"))
    for status, reason, days in zip(*columns, strict=True):
        if status == "excluded":
            continue
        if is_empty(days):
            found[reason if reason in WITHOUT_A_DATE else "no_data"] += 1
        else:
            found[names[max(0, bisect_right(first, int(days)) - 1)]] += 1
    return found
