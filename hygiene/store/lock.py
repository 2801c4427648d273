"""One run at a time in one place: a file that its owner renews, on disk and in S3, by conditional writes alone.

No two clocks are compared. Whoever finds the lock held looks first whether the owner runs on this machine; where that
cannot be told it watches the file by its own monotonic clock: a file that does not change for several heartbeats has
a dead owner. So a clock that jumps can neither free a lock nor hold one.
"""

from __future__ import annotations

import json
import logging
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from hygiene.errors import LockHeldError, LockLostError, StoreError
from hygiene.store.process import Process, has_ended, this_process

if TYPE_CHECKING:
    from types import TracebackType

    from hygiene.store.base import Store, Tagged

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15.0
MISSED_HEARTBEATS = 6
"""After so many the owner counts as dead: S3 may be slow, and a laptop's lid may be shut for a moment."""

_LOOKS_PER_HEARTBEAT = 4
_SHORTEST, _LONGEST = 0.05, 60.0
_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock, as the file says. `heartbeat_seconds` is what the owner keeps to."""

    process: Process
    run_id: str
    since: str
    heartbeat_seconds: float

    def __str__(self) -> str:
        """Return it for a sentence."""
        host, run = self.process.host[:80], self.run_id[:80]
        return f"process {self.process.pid} on {host!r}, run {run!r}, since {self.since[:40]}"


class Lock:
    """The lock of a place; a context manager. `confirm` is the fence that publications ask."""

    def __init__(self, store: Store, name: str, run_id: str, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> None:
        self._store = store
        self._name = name
        self._heartbeat_seconds = heartbeat_seconds
        self._about: dict[str, Any] = {
            **_described(this_process()),
            "run_id": run_id,
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
            "heartbeat_seconds": heartbeat_seconds,
            "nonce": uuid.uuid4().hex,
        }
        self._beats = 0
        self._tag: str | None = None
        self._one_at_a_time = threading.Lock()
        self._released = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Take the lock. Raises LockHeldError when a living owner has it."""
        self._tag = self._taken()
        self._thread = threading.Thread(target=self._keep_beating, daemon=True, name="lock")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the lock back, unless somebody else has taken it over."""
        self._released.set()
        if self._thread is not None:
            self._thread.join()
        if self._tag is not None:
            try:
                self._store.remove_if(self._name, self._tag)
            except StoreError as problem:
                logger.warning("the lock could not be given back, the next run will find it unused: %s", problem)

    def confirm(self) -> None:
        """Make sure that the lock is still ours, by renewing it. Raises LockLostError when it is not."""
        if not self._beat():
            raise LockLostError(
                f"{self._store.location}: another run took over while this one stood still; nothing was published."
            )

    def _taken(self) -> str:
        for _ in range(_ATTEMPTS):
            tag = self._store.write_if(self._name, self._content(), None)
            held = None if tag else self._store.read_tagged(self._name)
            if held is not None:
                tag = self._taken_over(held)
            if tag:
                return tag
        raise LockHeldError(f"Several reviews want to begin in {self._store.location}; this one leaves it to them.")

    def _taken_over(self, held: Tagged) -> str | None:
        """Return the tag when the owner was dead; None when somebody else was quicker, or the lock is free again."""
        holder = _holder(held.content)
        who = str(holder or "not known which")
        if not self._is_dead(holder, held.tag):
            place = self._store.location
            raise LockHeldError(f"Another review is at work in {place} ({who}); this one leaves it alone.")
        tag = self._store.write_if(self._name, self._content(), held.tag)
        if tag:
            logger.warning("taking over from a run that ended without a word: %s", who)
        return tag

    def _is_dead(self, holder: Holder | None, tag: str) -> bool:
        ended = has_ended(holder.process) if holder else None
        return ended if ended is not None else self._stays_silent(holder, tag)

    def _stays_silent(self, holder: Holder | None, tag: str) -> bool:
        """Watch the file for as long as its owner may be silent; a change, or its end, is a sign of life."""
        heartbeat = holder.heartbeat_seconds if holder else self._heartbeat_seconds
        patience = heartbeat * MISSED_HEARTBEATS
        logger.warning(
            "%s: held by %s; looking for at most %.0f s whether that is still at work",
            self._store.location,
            holder or "an owner that cannot be told",
            patience,
        )
        until = time.monotonic() + patience
        while time.monotonic() < until:
            time.sleep(heartbeat / _LOOKS_PER_HEARTBEAT)
            now = self._store.read_tagged(self._name)
            if now is None or now.tag != tag:
                return now is None
        return True

    def _keep_beating(self) -> None:
        while not self._released.wait(self._heartbeat_seconds):
            try:
                if not self._beat():
                    logger.warning("%s: another run has taken over", self._store.location)
                    return
            except StoreError as error:
                logger.warning("the lock could not be renewed just now: %s", error)

    def _beat(self) -> bool:
        with self._one_at_a_time:
            if self._tag is not None:
                self._beats += 1
                self._tag = self._store.write_if(self._name, self._content(), self._tag)
            return self._tag is not None

    def _content(self) -> bytes:
        return (json.dumps({**self._about, "beat": self._beats}, indent=2) + "\n").encode()


def _described(process: Process) -> dict[str, Any]:
    return {"host": process.host, "machine": process.machine, "pid": process.pid, "started": process.started}


def _holder(content: bytes) -> Holder | None:
    """Return who the file says it is; None when it does not say, and then only watching tells."""
    try:
        found = json.loads(content)
        process = Process(str(found["host"]), str(found["machine"]), int(found["pid"]), str(found["started"]))
        heartbeat = min(max(float(found["heartbeat_seconds"]), _SHORTEST), _LONGEST)
        return Holder(process, str(found["run_id"]), str(found["since"]), heartbeat)
    except (ValueError, TypeError, KeyError):
        return None
