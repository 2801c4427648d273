"""What a run says at its end: the result on stdout, gaps on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from hygiene.cli.logs import complain

if TYPE_CHECKING:
    from hygiene.pipeline import Collected, Reported


def tell_reported(reported: Reported, *, is_quiet: bool = False) -> None:
    """Print where the report lies and its first sentence; gaps and warnings go to stderr."""
    for notice in reported.notices:
        if notice.level in {"gap", "warning"}:
            complain(notice.text)
    for line in reported.not_read:
        complain(f"not read: {line}")
    if not is_quiet:
        typer.echo(reported.headline)
        typer.echo(f"Report: {reported.location}/{reported.first_page}")


def tell_collected(collected: Collected, *, is_quiet: bool = False) -> None:
    """Print where the snapshot lies, and how much of the population is in it."""
    for problem in collected.problems:
        complain(problem)
    if collected.gaps:
        where = "the log says" if collected.is_events else "the snapshot's gaps.json files say"
        complain(f"{collected.gaps} refused or failed calls; {where} which")
    if not is_quiet:
        typer.echo(f"{collected.accounts - collected.failed} of {collected.accounts} accounts read")
        typer.echo(f"{'Events' if collected.is_events else 'Snapshot'}: {collected.location}")
