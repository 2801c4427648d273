"""`hygiene prune`: says what went, or with `--dry-run` what would go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from hygiene.pipeline.pruning import prune

if TYPE_CHECKING:
    from hygiene.config import Settings


def prune_old(settings: Settings, out: str, *, dry_run: bool, is_quiet: bool) -> None:
    """Prune, a line for each thing removed; what has no age that can be told stays, with a line on stderr."""
    pruned = prune(settings.retention, out, dry_run=dry_run)
    for name in pruned.undated:
        typer.echo(f"hygiene: kept, because nothing tells how old it is: {name!r}", err=True)
    if is_quiet:
        return
    word = "would be removed" if dry_run else "removed"
    for name in pruned.removed:
        typer.echo(f"{word}: {name}")
    typer.echo(f"{len(pruned.removed)} {word}, {pruned.kept} kept")
