"""`hygiene schedule`: stays up until it is told to end; `--status` asks one that is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from hygiene.cli.ending import stopped_by_signals
from hygiene.schedule.jobs import jobs_of
from hygiene.schedule.program import Program
from hygiene.schedule.record import status_of
from hygiene.schedule.scheduler import keep_schedule
from hygiene.store import open_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hygiene.config import Settings

STOPPED = "Stopped. What was collected is kept; the next start goes on with it."
_NOT_WELL = 3


def stay_up(settings: Settings, out: str, options: Sequence[str], *, is_quiet: bool) -> None:
    """Start what is due until SIGTERM or Ctrl-C. Raises LockHeldError when another scheduler is at work in OUT."""
    if not is_quiet:
        typer.echo(f"Reviews in {out} are due: {settings.schedule.cron} ({settings.schedule.timezone})")
    with stopped_by_signals(STOPPED) as stop:
        keep_schedule(out, lambda store: jobs_of(settings, store), Program(), options, stop)
    if not is_quiet:
        typer.echo(STOPPED)


def tell_status(out: str) -> int:
    """Say how the scheduler of OUT is; return 0, or 3 when none is at work or something due is undone."""
    status = status_of(open_store(out), datetime.now(UTC))
    if status.is_healthy:
        typer.echo(status.text)
        return 0
    typer.echo(f"hygiene: {status.text}", err=True)
    return _NOT_WELL
