"""Removes what has outlived `[retention]` below OUT: whole snapshots and days of events, never anything else."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hygiene.documents import parse_time
from hygiene.pipeline.parts import PARTS
from hygiene.pipeline.places import EVENTS, SNAPSHOTS, Places, alone, new_run_id
from hygiene.snapshot import layout
from hygiene.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.config import Retention


_REPORTS_COMPARED = 2
"""The report being made again, and the one it is compared with, need their snapshots."""

_DAY = re.compile(r"events/\d{12}/(\d{4}-\d{2}-\d{2})\.json\.gz", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pruned:
    """What went (or would go), how much stayed, and what stayed because nothing tells its age."""

    removed: tuple[str, ...]
    kept: int
    undated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    name: str
    moment: datetime | None
    is_finished: bool = True


def prune(retention: Retention, out: str, *, dry_run: bool, now: datetime | None = None) -> Pruned:
    """Remove what is older than the retention, counted back from now.

    Raises LockHeldError when a review is at work there; with `dry_run` nothing is written, not even a lock.
    """
    moment = now or datetime.now(UTC)
    place = nullcontext(Places(open_store(out))) if dry_run else alone(out, new_run_id(moment))
    with place as places:
        snapshots, parts, days = _snapshots(places), list(_parts(places)), list(_days(places))
        needed = _needed(places, snapshots)
        old = [
            *_older(snapshots, moment - _duration(retention.snapshots), needed),
            *_older(parts, moment - _duration(retention.snapshots), needed),
            *_older(days, moment - _duration(retention.events), frozenset()),
        ]
        if not dry_run:
            for name in old:
                _remove(places, name)
    undated = tuple(item.name for item in (*snapshots, *parts, *days) if item.moment is None)
    return Pruned(tuple(old), len(snapshots) + len(parts) + len(days) - len(old), undated)


def _duration(text: str) -> timedelta:
    return timedelta(days=int(text.removesuffix("d")))


def _older(candidates: list[_Candidate], limit: datetime, needed: frozenset[str]) -> Iterator[str]:
    for item in candidates:
        if item.moment is not None and item.moment < limit and item.name not in needed:
            yield item.name


def _remove(places: Places, name: str) -> None:
    if name.startswith(f"{SNAPSHOTS}/"):
        places.fence()
        # The seal goes first: what a kill leaves then reads as unfinished.
        places.out.remove(f"{name}/{layout.MANIFEST}")
    places.out.remove(name)


def _snapshots(places: Places) -> list[_Candidate]:
    return [_snapshot(places, f"{SNAPSHOTS}/{name}") for name in places.out.folders(SNAPSHOTS)]


def _snapshot(places: Places, name: str) -> _Candidate:
    manifest = _object(places, f"{name}/{layout.MANIFEST}")
    finished = parse_time(manifest.get("finished_at"))
    if finished is not None:
        return _Candidate(name, finished)
    started = parse_time(_object(places, f"{name}/{layout.STARTED}").get("started_at"))
    return _Candidate(name, started, is_finished=False)


def _parts(places: Places) -> Iterator[_Candidate]:
    """Yield what shards have left that nobody merged, by quarter; it counts as of the end of the year."""
    for quarter in places.out.folders(PARTS):
        year = re.fullmatch(r"(\d{4})-Q[1-4]", quarter, re.ASCII)
        yield _Candidate(f"{PARTS}/{quarter}", _midnight(f"{year[1]}-12-31") if year else None)


def _days(places: Places) -> Iterator[_Candidate]:
    for name in places.out.names(EVENTS):
        found = _DAY.fullmatch(name)
        yield _Candidate(name, _midnight(found[1]) if found else None)


def _midnight(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    except ValueError:
        return None


def _needed(places: Places, snapshots: list[_Candidate]) -> frozenset[str]:
    """Return the snapshots that the next review will want, whatever their age."""
    newest = max((item for item in snapshots if item.is_finished and item.moment), key=_moment, default=None)
    reports = [_object(places, f"{name}/{layout.MANIFEST}") for name in places.quarters() if places.is_sealed(name)]
    locations = [(report.get("snapshot") or {}).get("location", "") for report in reports[-_REPORTS_COMPARED:]]
    # By its last part: OUT may have been moved or mounted elsewhere since.
    named = {f"{SNAPSHOTS}/{str(location).rstrip('/').rpartition('/')[2]}" for location in locations}
    return frozenset(named | ({newest.name} if newest else set()))


def _moment(item: _Candidate) -> datetime:
    return item.moment or datetime.min.replace(tzinfo=UTC)


def _object(places: Places, name: str) -> dict[str, Any]:
    content = places.out.read(name)
    try:
        found = json.loads(content) if content is not None else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
