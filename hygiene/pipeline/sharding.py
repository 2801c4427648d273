"""One review in several processes: every shard reads and examines its accounts, then one process merges.

Shards share OUT and nothing else; they need not begin or end together, and any of them may be started again.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hygiene.activity.period import review_window
from hygiene.analyse.catalogue import configured_checks
from hygiene.errors import ConfigError
from hygiene.pipeline.collecting import STAYS_FRESH
from hygiene.pipeline.earlier import earlier_facts
from hygiene.pipeline.earlier_snapshot import earlier_snapshot
from hygiene.pipeline.events import events_asked
from hygiene.pipeline.examining import Examination
from hygiene.pipeline.joint import Collecting, joint_parameters, seal
from hygiene.pipeline.memory import without_cycle_search
from hygiene.pipeline.merging import Merging
from hygiene.pipeline.named import snapshot_named
from hygiene.pipeline.parts import SharedParts
from hygiene.pipeline.places import LEDGER, Places, alone, new_run_id, wall_clock
from hygiene.pipeline.reporting import Reported, asked_of, previous_as_of, review
from hygiene.pipeline.waivers import waivers_of
from hygiene.review.period import quarter_of
from hygiene.snapshot import JointWriter, open_snapshot
from hygiene.store import Lock, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from hygiene.collect.progress import Progress
    from hygiene.config import Settings
    from hygiene.pipeline.joint import Sealed, Shard
    from hygiene.pipeline.reporting import ReportRequest
    from hygiene.store import Store

    Clock = Callable[[], datetime]

LOCKS = f"{LEDGER}/shards"
_BEGUN_BY_SHARDS = "the start of collecting, which all shards share"


@dataclass(frozen=True, slots=True)
class Sharded:
    """What a shard has done, and where it has put it. `gaps` counts everything refused."""

    shard: Shard
    location: str
    accounts: int
    failed: int = 0
    gaps: int = 0
    problems: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """Say 0 complete, 3 with gaps; in AWS Batch 0, as the merge tells of the gaps."""
        return 3 if (self.gaps or self.problems) and not self.shard.in_batch else 0


def run_shard(
    settings: Settings,
    shard: Shard,
    request: ReportRequest,
    destination: str | None,
    progress: Progress,
    clock: Clock = wall_clock,
) -> Sharded:
    """Read a shard's accounts into the snapshot of all shards, and examine them.

    `destination`: where that snapshot is; None: below OUT. Raises LockHeldError when another process does this
    shard, ConfigError when the other shards were started with other settings or another moment.
    """
    waivers_of(settings)
    with _one_shard(request.out, shard, clock) as places:
        quarter = request.quarter or quarter_of(request.as_of or clock(), settings.review.fiscal_year_start)
        store = _joint_place(places, settings, quarter, destination, clock())
        earlier = snapshot_named(request.previous) or places.newest_snapshot(other_than=store.location)
        before = previous_as_of(request.previous, places, quarter)
        collecting = Collecting(
            settings=settings,
            progress=progress,
            clock=clock,
            events=lambda as_of: events_asked(places, as_of, clock(), before),
            earlier=earlier_snapshot(earlier) if earlier else None,
            as_of=request.as_of,
        )
        collected, joint = collecting.collect(store, shard)
        checks = configured_checks(settings.checks, settings.named())
        window = review_window(joint.as_of, before)
        snapshot = joint.unfinished().within(window)
        # Who called a role by another account's log, the merge alone can know: it examines such accounts again.
        facts = earlier_facts(earlier, request.previous or places.previous_report(quarter))
        examination = Examination(snapshot, settings, joint.as_of, checks, facts, callers={})
        _examine(examination, shard.chosen(joint.accounts), SharedParts(places.out, quarter))
        return Sharded(
            shard, store.location, collected.accounts, collected.failed, collected.gaps, collected.problems
        )


def report_shard(
    settings: Settings, shard: Shard, source: str, request: ReportRequest, clock: Clock = wall_clock
) -> Sharded:
    """Examine a shard's accounts of a finished snapshot, with no AWS access at all. Raises as `run_shard` does."""
    waivers_of(settings)
    with _one_shard(request.out, shard, clock) as places, without_cycle_search(source, request.out):
        asked = asked_of(open_snapshot(source), settings, request, places)
        mine = shard.chosen(asked.examination.account_ids())
        _examine(asked.examination, mine, SharedParts(places.out, asked.quarter))
        return Sharded(shard, source, len(mine))


def merge(settings: Settings, source: str | None, request: ReportRequest, clock: Clock = wall_clock) -> Reported:
    """Write the report from what the shards have found; no AWS access at all.

    `source`: the snapshot; None: the one that the shards of the quarter have begun last. Raises ConfigError when
    there is none, LockHeldError while a shard or another run is at work.
    """
    waivers_of(settings)
    run_id = new_run_id(clock())
    with alone(request.out, run_id) as places, _no_shard(places.out, run_id):
        sealed = _sealed(places, settings, request, source, clock)
        if sealed is not None and request.as_of is None:
            request = replace(request, as_of=sealed.joint.as_of, as_of_source=_BEGUN_BY_SHARDS)
        place = sealed.joint.location if sealed is not None else str(source)
        with without_cycle_search(place, request.out):
            asked = asked_of(open_snapshot(place), settings, request, places)
            shared = SharedParts(places.out, asked.quarter)
            reported = review(asked, request, clock, places, examining=Merging(shared))
        if sealed is None or not sealed.missing:
            shared.remove()
        return reported


@contextmanager
def _one_shard(out: str, shard: Shard, clock: Clock) -> Iterator[Places]:
    """Let one process at a time do a shard."""
    store = open_store(out)
    with Lock(store, f"{LOCKS}/{shard.number}-of-{shard.of}.json", new_run_id(clock())):
        yield Places(store)


@contextmanager
def _no_shard(out: Store, run_id: str) -> Iterator[None]:
    """Make sure that no shard is at work; the locks of those that ended without a word go."""
    for name in out.names(LOCKS):
        with Lock(out, name, run_id):
            pass
    yield


def _joint_place(places: Places, settings: Settings, quarter: str, destination: str | None, now: datetime) -> Store:
    if destination is not None:
        return open_store(destination)
    return places.joint_snapshot(quarter, joint_parameters(settings), now - STAYS_FRESH)


def _sealed(
    places: Places, settings: Settings, request: ReportRequest, source: str | None, clock: Clock
) -> Sealed | None:
    """Return the sealed snapshot of shards; None for one that `hygiene collect` has finished, or somebody made."""
    if source is not None:
        store = open_store(source)
        return seal(store, clock) if JointWriter(store).started_together() else None
    quarter = request.quarter or quarter_of(request.as_of or clock(), settings.review.fiscal_year_start)
    joint = places.joint_snapshots(quarter)
    if not joint:
        raise ConfigError(
            f"{places.out.location}: no shard has begun a review of {quarter} there. Start `hygiene run --shard 1/2` "
            "and `2/2` first, or name a snapshot with --snapshot, or another quarter with --quarter."
        )
    return seal(joint[0], clock)


def _examine(examination: Examination, account_ids: Sequence[str], shared: SharedParts) -> None:
    """Examine accounts and put their parts where the merge finds them."""
    examiner = examination.examiner()
    for account_id in account_ids:
        shared.put(examiner.examine(examination.snapshot.documents(account_id)), examination.key(account_id))
