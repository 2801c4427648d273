"""`hygiene deliver`: says what was sent on stdout, and what a person has to look at on stderr."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import typer

from hygiene.config import EMAIL_ADDRESS
from hygiene.errors import ConfigError, HygieneError
from hygiene.model import Channel
from hygiene.pipeline.delivering import DeliveryRequest, deliver
from hygiene.pipeline.places import wall_clock

if TYPE_CHECKING:
    from hygiene.config import Settings
    from hygiene.pipeline import Reported
    from hygiene.pipeline.delivering import Delivered

_UNFINISHED = 3


def send_report(settings: Settings, request: DeliveryRequest, *, is_quiet: bool) -> int:
    """Send a report; return 0, or 3 when something was not sent."""
    if request.override and not re.fullmatch(EMAIL_ADDRESS, request.override):
        raise ConfigError(f"--to-override {request.override!r}: write one plain mail address.")
    delivered = deliver(settings, request, wall_clock)
    _tell(delivered, is_quiet=is_quiet)
    return delivered.exit_code


def send_after_run(settings: Settings, reported: Reported, *, is_quiet: bool) -> int:
    """Send the report a run just finished; a failure keeps the report and makes the exit code 3."""
    request = DeliveryRequest(reported.location, only=settings.channels())
    try:
        sent = send_report(settings, request, is_quiet=is_quiet)
    except HygieneError as error:
        typer.echo(f"hygiene: the report is finished, but was not sent: {error}", err=True)
        sent = _UNFINISHED
    return reported.exit_code or sent


def _tell(delivered: Delivered, *, is_quiet: bool) -> None:
    for problem in delivered.problems:
        typer.echo(f"hygiene: {problem}", err=True)
    if is_quiet:
        return
    for line in delivered.sent:
        typer.echo(f"{'Written' if delivered.folder else 'Sent'}: {line}")
    for line in delivered.planned:
        typer.echo(f"Would go out: {line}")
    if delivered.folder:
        typer.echo(f"Nothing was sent. The mails: {delivered.folder}")
    elif not (delivered.sent or delivered.problems or delivered.planned):
        typer.echo("Nothing to send today: everybody was asked, and no reminder is due.")


def parse_channels(text: str | None) -> frozenset[Channel] | None:
    """Return the channels of a comma-separated list, None for none given. Raises ConfigError for another word."""
    if text is None:
        return None
    names = [part.strip().lower() for part in text.split(",") if part.strip()]
    unknown = [name for name in names if name not in set(Channel)]
    if unknown or not names:
        raise ConfigError(f"--only {', '.join(unknown) or 'nothing'}: choose among {', '.join(Channel)}.")
    return frozenset(Channel(name) for name in names)
