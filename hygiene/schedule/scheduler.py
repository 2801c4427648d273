"""The story of a scheduler: catch up what was missed, start what is due, give signs of life, stop within seconds."""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger

from hygiene.errors import LockHeldError, LockLostError, StoreError
from hygiene.pipeline.finished import metrics_of
from hygiene.pipeline.places import LEDGER, new_run_id
from hygiene.schedule.record import HEARTBEAT_SECONDS, Record
from hygiene.store import Lock, open_store

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hygiene.schedule.jobs import Job
    from hygiene.schedule.program import Program
    from hygiene.store import Store

logger = logging.getLogger(__name__)

LOCK = f"{LEDGER}/scheduler-lock.json"
TRY_AGAIN = timedelta(hours=1)
PATIENCE_SECONDS = 6.0
"""A run that was told to stop is killed after so long: container platforms give ten seconds to the whole."""

_NOT_DONE = "not done, tried again in an hour"
_DONE = (0, 3)
"""A run with gaps is done: the gaps are in the report."""


def keep_schedule(
    location: str,
    jobs_for: Callable[[Store], Sequence[Job]],
    program: Program,
    options: Sequence[str],
    stop: threading.Event,
) -> None:
    """Start each job when it is due, until `stop` is set. `options` go to every command.

    Raises LockHeldError when another scheduler looks after the place, LockLostError when one has taken it over,
    StoreError when it cannot be written to.
    """
    out = open_store(location)
    with _the_only_one(out) as lock:
        keeper = Keeper(jobs_for(out), out, program, options)
        keeper.beat()
        keeper.start()
        is_ours = True
        try:
            while not stop.wait(HEARTBEAT_SECONDS):
                _confirm_if_possible(lock)
                keeper.beat_if_possible()
        except LockLostError as error:
            is_ours = False
            raise LockLostError(
                f"Another scheduler took over {location} while this one stood still; this one ends."
            ) from error
        finally:
            keeper.stop(is_ours=is_ours)


class Keeper:
    """Joins the calendar, the program and the record. One job runs at a time."""

    def __init__(
        self,
        jobs: Sequence[Job],
        out: Store,
        program: Program,
        options: Sequence[str],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._jobs, self._out, self._program, self._options, self._clock = jobs, out, program, options, clock
        self._record = Record(out, clock())
        self._is_stopping = False
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(1)},
            # A moment missed while the machine slept is caught up, and several of them once.
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
            timezone=UTC,
        )

    def start(self) -> None:
        """Begin with what was missed, and go on with what comes."""
        for job in self._jobs:
            self._scheduler.add_job(self.attend, job.calendar.trigger, args=[job], id=job.name)
            self._scheduler.add_job(self.attend, args=[job], id=f"{job.name} at start")
        self._scheduler.start()

    def stop(self, *, is_ours: bool = True) -> None:
        """End what runs, within seconds, and write down that we stopped, unless the place is another one's by now."""
        self._is_stopping = True
        self._program.stop(PATIENCE_SECONDS)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        if is_ours:
            self.beat_if_possible(stopped=True)

    def beat(self, *, stopped: bool = False) -> None:
        """Give a sign of life, and look at the clock anew: it may have been set, or the machine have slept."""
        now = self._clock()
        next_due = {job.name: job.calendar.next_due(now) for job in self._jobs}
        self._record.beat(now, next_due, stopped=stopped)
        if self._scheduler.running:
            self._look_anew(now, next_due)
            self._scheduler.wakeup()

    def _look_anew(self, now: datetime, next_due: Mapping[str, datetime | None]) -> None:
        """Bring forward what a clock that was ahead has put off: it would not come for as long as that was."""
        for waiting in self._scheduler.get_jobs():
            latest = next_due.get(waiting.id) or now + TRY_AGAIN
            if waiting.next_run_time is not None and waiting.next_run_time > latest:
                with suppress(JobLookupError):  # it has just begun
                    waiting.modify(next_run_time=latest)

    def beat_if_possible(self, *, stopped: bool = False) -> None:
        """Give a sign of life; a place that refuses just now is tried again with the next one."""
        try:
            self.beat(stopped=stopped)
        except StoreError as error:
            logger.warning("the scheduler's heartbeat could not be written just now: %s", error)

    def attend(self, job: Job) -> None:
        """Do what was due last, unless it is done. What could not be done is tried again in an hour."""
        due = job.calendar.last_due(self._clock())
        if due is None or self._is_stopping:
            return
        try:
            is_done = self._do(job, due)
        except Exception as error:  # noqa: BLE001 (whatever it is, the next reviews must not silently fall out)
            logger.error("%s could not be looked after: %s: %s", job.name, type(error).__name__, error)  # noqa: TRY400
            self._record.failed(job.name)
            is_done = False
        # A run may take so long that the next moment came meanwhile.
        is_up_to_date = is_done and job.calendar.last_due(self._clock()) == due
        if not is_up_to_date and not self._is_stopping:
            again = DateTrigger(self._clock() + TRY_AGAIN)
            self._scheduler.add_job(self.attend, again, args=[job], id=f"{job.name} again", replace_existing=True)

    def _do(self, job: Job, due: datetime) -> bool:
        if self._is_finished(job, due):
            self._record.already_done(job.name, due)
            return True
        arguments = job.arguments(due)
        if arguments is None:
            return True
        began, since = self._clock(), monotonic()
        self._record.began(job.name, began)
        self.beat_if_possible()
        exit_code = self._program.run([*arguments, *self._options])
        is_done = not self._is_stopping and self._has_done(job, due, exit_code)
        self._record.ended(job.name, due, self._clock(), exit_code, is_done=is_done)
        self._tell(job, due, monotonic() - since, exit_code, is_done=is_done)
        self.beat_if_possible()
        return is_done

    def _is_finished(self, job: Job, due: datetime) -> bool:
        if job.finished is not None:
            return job.finished(due)
        until = self._record.done_until(job.name)
        return until is not None and until >= due

    def _has_done(self, job: Job, due: datetime, exit_code: int) -> bool:
        """Whether it is done. A run that left the place to another one ends with 0 and has done nothing."""
        return job.finished(due) if job.finished is not None else exit_code in _DONE

    def _tell(self, job: Job, due: datetime, seconds: float, exit_code: int, *, is_done: bool) -> None:
        """Log the one line per run that machines count."""
        numbers: dict[str, Any] = {"job": job.name, "duration_seconds": round(seconds, 1), "exit_code": exit_code}
        if is_done and job.quarter is not None:
            numbers |= metrics_of(self._out, job.quarter(due))
        level = logging.INFO if is_done or self._is_stopping else logging.ERROR
        words = ", ".join(f"{name}: {value}" for name, value in numbers.items() if name != "job")
        ended = "done" if is_done else "stopped, goes on at the next start" if self._is_stopping else _NOT_DONE
        logger.log(level, "%s of %s %s: %s", job.name, f"{due:%Y-%m-%d %H:%M %Z}", ended, words, extra=numbers)


@contextmanager
def _the_only_one(out: Store) -> Iterator[Lock]:
    with ExitStack() as stack:
        try:
            lock = stack.enter_context(Lock(out, LOCK, new_run_id(datetime.now(UTC))))
        except LockHeldError as error:
            place = out.location
            raise LockHeldError(
                f"Another scheduler looks after {place} already; this one leaves it alone."
            ) from error
        yield lock


def _confirm_if_possible(lock: Lock) -> None:
    try:
        lock.confirm()
    except LockLostError:
        raise
    except StoreError as error:
        logger.warning("the scheduler's lock could not be renewed just now: %s", error)
