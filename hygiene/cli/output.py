"""What a run says at its end: the result on stdout, gaps on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from hygiene.cli.logs import complain

if TYPE_CHECKING:
    from hygiene.pipeline import Collected, Reported
    from hygiene.pipeline.sharding import Sharded


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


def tell_sharded(sharded: Sharded, *, is_quiet: bool = False) -> None:
    """Print how much of the shard was read, and what is to come."""
    for problem in sharded.problems:
        complain(problem)
    if sharded.gaps:
        complain(f"{sharded.gaps} refused or failed calls; the snapshot's gaps.json files say which")
    if not is_quiet:
        read = sharded.accounts - sharded.failed
        typer.echo(f"Shard {sharded.shard}: {read} of {sharded.accounts} accounts read and examined")
        typer.echo(f"Snapshot: {sharded.location}\nWhen all shards have ended: hygiene report --merge")


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
