"""What the light run says of its alerts: told on stdout, and what a person has to look at on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from hygiene.errors import HygieneError, LockHeldError
from hygiene.pipeline.alerting import publish_alerts
from hygiene.pipeline.places import wall_clock

if TYPE_CHECKING:
    from hygiene.config import Settings
    from hygiene.pipeline import Collected

_UNFINISHED = 3


def alert_after_events(settings: Settings, out: str, collected: Collected, *, is_quiet: bool) -> int:
    """Publish alerts of the events just read; return the exit code of both together."""
    try:
        alerted = publish_alerts(settings, out, wall_clock, is_complete=collected.exit_code == 0)
    except LockHeldError as error:
        typer.echo(f"hygiene: {error}", err=True)
        return collected.exit_code
    except HygieneError as error:
        typer.echo(f"hygiene: the events are kept, but nobody was alerted: {error}", err=True)
        return collected.exit_code or _UNFINISHED
    for problem in (*alerted.problems, *alerted.notes):
        typer.echo(f"hygiene: {problem}", err=True)
    for line in alerted.told if not is_quiet else ():
        typer.echo(f"Alerts: {line}")
    return collected.exit_code or alerted.exit_code
