"""Where things lie below OUT: reports by quarter, snapshots, the ledger; and what an earlier run left there."""

from __future__ import annotations

import json
import re
import uuid
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from hygiene.documents import parse_time
from hygiene.errors import LockHeldError
from hygiene.snapshot import JointWriter, SnapshotWriter, layout
from hygiene.store import Lock, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hygiene.config import Settings
    from hygiene.store import Store
    from hygiene.store.base import Fence

SNAPSHOTS, LEDGER, EVENTS = "snapshots", "ledger", "events"
LOCK = f"{LEDGER}/lock.json"
UNREPORTED = f"{LEDGER}/unreported.json"
ALERTS, ALERTS_LOCK = f"{LEDGER}/alerts.jsonl", f"{LEDGER}/alerts-lock.json"
ALERTS_WAITING = f"{LEDGER}/alerts-waiting.json"
_JOINT = "-shards-"
_QUARTER = re.compile(r"\d{4}-Q[1-4]")


def wall_clock() -> datetime:
    """Return the real time, in UTC. The demo passes its simulated clock instead."""
    return datetime.now(UTC)


def new_run_id(now: datetime) -> str:
    """Return a run's id: when it began, and a part that no other run shares."""
    return f"{now:%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}"


def collection_parameters(settings: Settings) -> dict[str, Any]:
    """Return the settings a snapshot depends on; one made with others is not gone on with."""
    return {
        "role_name": settings.aws.role_name,
        "last_accessed": settings.aws.last_accessed,
        "cloudtrail": settings.aws.cloudtrail,
        "include": list(settings.accounts.include),
        "exclude": list(settings.accounts.exclude),
    }


@contextmanager
def alone(location: str, run_id: str, advice: str = "") -> Iterator[Places]:
    """Give the places below OUT to one run at a time, after putting right what a killed one left.

    Raises LockHeldError when another run is at work there; `advice` says in a sentence what that means.
    """
    out = open_store(location)
    with ExitStack() as stack:
        try:
            lock = stack.enter_context(Lock(out, LOCK, run_id))
        except LockHeldError as error:
            raise LockHeldError(f"{error} {advice}".strip()) from error
        out.recover()
        yield Places(out, lock.confirm)


class Places:
    """The folders below OUT. `fence` raises LockLostError when the lock, where one was taken, is no longer ours."""

    def __init__(self, out: Store, fence: Fence = lambda: None) -> None:
        self.out = out
        self.fence = fence

    def snapshot_to_fill(self, quarter: str, settings: Settings, now: datetime) -> Store:
        """Return this quarter's unfinished snapshot made with the same settings, or a new one."""
        wanted = collection_parameters(settings)
        for name in reversed(self._snapshot_names(quarter)):
            store = self._snapshot(name)
            if SnapshotWriter(store).begun(wanted) is not None:
                return store
        return self._snapshot(f"{quarter}-{new_run_id(now)}")

    def joint_snapshot(self, quarter: str, parameters: Mapping[str, Any], not_before: datetime) -> Store:
        """Return where the shards of a quarter write: what they began not before a moment, or the next place.

        One that was sealed while a shard was missing is still open to that shard.
        A place has a number, so that shards that begin at the same time mean the same one.
        """
        for number in count(1):
            store = self._joint(quarter, number)
            started = JointWriter(store).started()
            if started is None or (_is_open(store) and _is_joint(started, parameters, not_before)):
                return store
        raise AssertionError("numbers do not end")

    def joint_snapshots(self, quarter: str) -> list[Store]:
        """Return where shards of a quarter wrote together, the newest first."""
        numbers = (name.removeprefix(f"{quarter}{_JOINT}") for name in self._snapshot_names(f"{quarter}{_JOINT}"))
        return [
            self._joint(quarter, number) for number in sorted(map(int, filter(str.isdecimal, numbers)), reverse=True)
        ]

    def _joint(self, quarter: str, number: int) -> Store:
        return self._snapshot(f"{quarter}{_JOINT}{number}")

    def finished_snapshot(self, quarter: str) -> str | None:
        """Return the location of this quarter's newest finished snapshot."""
        finished = (self._snapshot(name) for name in reversed(self._snapshot_names(quarter)))
        return next((store.location for store in finished if _is_finished(store)), None)

    def note_unreported(self, snapshot: Store) -> None:
        """Note that a report of this snapshot is to follow, for whoever goes on when this run is killed before it."""
        name = snapshot.location.rpartition("/")[2]
        self.out.write(UNREPORTED, json.dumps({"snapshot": name}).encode())

    def forget_unreported(self) -> None:
        """Take the note away: the report is there."""
        self.out.remove(UNREPORTED)

    def unreported_snapshot(self, quarter: str, settings: Settings, not_before: datetime) -> str | None:
        """Return the location of a finished snapshot of the quarter whose run ended before its report.

        None for one that was finished before a moment, or made with other settings.
        """
        noted = _read(self.out, UNREPORTED) or {}
        name = str(noted.get("snapshot", ""))
        if name not in self._snapshot_names(quarter):
            return None
        store = self._snapshot(name)
        manifest = _read(store, layout.MANIFEST) or {}
        finished_at = parse_time(manifest.get("finished_at"))
        is_fresh = finished_at is not None and finished_at >= not_before
        return store.location if is_fresh and manifest.get("parameters") == collection_parameters(settings) else None

    def newest_snapshot(self, other_than: str, before: str = "") -> str | None:
        """Return the location of the snapshot that was finished last, before a moment (ISO 8601) if given."""
        stores = [self._snapshot(name) for name in self._snapshot_names("")]
        manifests = [(store, _read(store, layout.MANIFEST)) for store in stores if store.location != other_than]
        finished = [(str(found.get("finished_at", "")), store.location) for store, found in manifests if found]
        earlier = [entry for entry in finished if not before or entry[0] < before]
        return max(earlier)[1] if earlier else None

    def previous_quarter(self, quarter: str) -> str | None:
        """Return the latest earlier quarter with a sealed report."""
        earlier = [name for name in self.quarters() if name < quarter]
        sealed = (name for name in reversed(earlier) if self.is_sealed(name))
        return next(sealed, None)

    def previous_report(self, quarter: str) -> str | None:
        """Return the location of the report before this quarter's, None when there is none."""
        earlier = self.previous_quarter(quarter)
        return self.out.child(earlier).location if earlier else None

    def is_sealed(self, quarter: str) -> bool:
        """Whether the quarter's report is finished."""
        return self.out.exists(f"{quarter}/{layout.MANIFEST}")

    def quarters(self) -> list[str]:
        """Return the quarters that have a report folder, oldest first."""
        return [name for name in self.out.folders() if _QUARTER.fullmatch(name)]

    def previous_as_of(self, quarter: str) -> datetime | None:
        """Return the moment of the review before this quarter's, None when there is none."""
        earlier = self.previous_quarter(quarter)
        summary = _read(self.out, f"{earlier}/summary.json") if earlier else None
        return parse_time(summary.get("as_of")) if summary else None

    def _snapshot_names(self, quarter: str) -> list[str]:
        return [name for name in self.out.folders(SNAPSHOTS) if name.startswith(quarter)]

    def _snapshot(self, name: str) -> Store:
        return self.out.child(f"{SNAPSHOTS}/{name}")


def _is_open(store: Store) -> bool:
    manifest = _read(store, layout.MANIFEST)
    return manifest is None or bool(manifest.get("missing"))


def _is_joint(started: Mapping[str, Any], parameters: Mapping[str, Any], not_before: datetime) -> bool:
    began = parse_time(started.get("started_at"))
    return began is not None and began >= not_before and started.get("parameters") == parameters


def _is_finished(store: Store) -> bool:
    return store.exists(layout.MANIFEST)


def _read(store: Store, name: str) -> dict[str, Any] | None:
    content = store.read(name)
    try:
        document = json.loads(content) if content is not None else None
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
