"""`OUT/ledger/scheduler.json`: a scheduler's sign of life, what it did last and does next; and reading it back."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hygiene.documents import parse_time
from hygiene.pipeline.places import LEDGER
from hygiene.store.process import Process, has_ended, this_process

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hygiene.store import Store

RECORD = f"{LEDGER}/scheduler.json"
HEARTBEAT_SECONDS = 60.0
_MISSED = 3
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Status:
    """Whether a scheduler is at work and nothing due is undone, and a sentence about it."""

    is_healthy: bool
    text: str


class Record:
    """What a running scheduler writes down. Used from several threads; each version appears whole or not."""

    def __init__(self, store: Store, now: datetime) -> None:
        """Go on with the jobs of an earlier scheduler, so that what it finished is not done again."""
        process = this_process()
        self._store = store
        self._lock = threading.Lock()
        self._about = {
            "schema_version": 1,
            "host": process.host,
            "machine": process.machine,
            "pid": process.pid,
            "started": process.started,
            "since": _iso(now),
            "heartbeat_seconds": HEARTBEAT_SECONDS,
        }
        # What was at work then is not: its scheduler has ended.
        self._jobs = {name: {**job, "running_since": None} for name, job in _jobs(_read(store)).items()}

    def done_until(self, job: str) -> datetime | None:
        """Return the due moment up to which the job is done."""
        return parse_time(self._jobs.get(job, {}).get("done_until"))

    def began(self, job: str, now: datetime) -> None:
        """Note that a job is at work."""
        self._update(job, running_since=_iso(now))

    def ended(self, job: str, due: datetime, now: datetime, exit_code: int, *, is_done: bool) -> None:
        """Note what came of a job; one that is not done will be tried again."""
        more = {"done_until": _iso(due)} if is_done else {}
        self._update(job, running_since=None, ended_at=_iso(now), exit_code=exit_code, is_done=is_done, **more)

    def failed(self, job: str) -> None:
        """Note that a job could not even be started."""
        self._update(job, running_since=None, is_done=False, exit_code=None)

    def already_done(self, job: str, due: datetime) -> None:
        """Note that somebody else has done what was due."""
        self._update(job, is_done=True, done_until=_iso(due))

    def beat(self, now: datetime, next_due: Mapping[str, datetime | None], *, stopped: bool = False) -> None:
        """Write the file. Raises StoreError where the place refuses."""
        with self._lock:
            jobs = {name: {**self._jobs.get(name, {}), "next": _iso(due)} for name, due in next_due.items()}
            content = {**self._about, "beat_at": _iso(now), "stopped": stopped, "jobs": jobs}
        self._store.write(RECORD, (json.dumps(content, indent=2) + "\n").encode())

    def _update(self, job: str, **values: Any) -> None:
        with self._lock:
            self._jobs[job] = {**self._jobs.get(job, {}), **values}


def status_of(store: Store, now: datetime) -> Status:
    """Return how the scheduler of a place is, as its last sign of life tells."""
    found = _read(store)
    beat_at = parse_time(found.get("beat_at"))
    if beat_at is None:
        return Status(False, f"No scheduler was ever at work in {store.location}; start one: hygiene schedule")
    host = str(found.get("host", ""))[:_SHOWN]
    if found.get("stopped"):
        return Status(False, f"Not running: stopped at {_iso(beat_at)} on {host!r}.")
    if _is_gone(found):
        return Status(False, f"Not running: ended without a word on {host!r}, last seen at {_iso(beat_at)}.")
    if now - beat_at > timedelta(seconds=HEARTBEAT_SECONDS * _MISSED):
        return Status(False, f"Stale: no sign of life from {host!r} since {_iso(beat_at)}.")
    undone = [name for name, job in sorted(_jobs(found).items()) if job.get("is_done") is False]
    if undone:
        codes = ", ".join(f"{name} (exit code {_jobs(found)[name].get('exit_code')})" for name in undone)
        return Status(False, f"Running on {host!r}, but not done, and tried again every hour: {codes[:_SHOWN]}.")
    due = ", ".join(f"{name} {job.get('next')}" for name, job in sorted(_jobs(found).items()))
    began = {name: parse_time(job.get("running_since")) for name, job in sorted(_jobs(found).items())}
    at_work = "".join(f" At work since {_iso(since)}: {name}." for name, since in began.items() if since)
    return Status(True, f"Running on {host!r} since {found.get('since')}.{at_work} Next due: {due}.")


def _is_gone(found: Mapping[str, Any]) -> bool:
    """Whether the process is gone, where that can be told from this machine."""
    try:
        process = Process(str(found["host"]), str(found["machine"]), int(found["pid"]), str(found["started"]))
    except (KeyError, TypeError, ValueError):
        return False
    return has_ended(process) is True


def _read(store: Store) -> dict[str, Any]:
    try:
        found = json.loads(store.read(RECORD) or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _jobs(found: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    jobs = found.get("jobs")
    return {str(name): job for name, job in jobs.items() if isinstance(job, dict)} if isinstance(jobs, dict) else {}


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
