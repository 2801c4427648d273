"""`hygiene decisions`: what reviewers answered, read back into the review's ledger."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 (typer reads the annotations when it builds the command)
from typing import TYPE_CHECKING, Annotated

import typer

from hygiene.cli import options  # noqa: TC001 (typer reads them when it builds the command)
from hygiene.cli.logs import LogFormat, set_up
from hygiene.cli.manual import ManualCommand, ManualGroup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.pipeline.importing import Imported

decisions = typer.Typer(cls=ManualGroup, help="Read back what reviewers answered.", no_args_is_help=True)

_LISTED = 20


@decisions.callback()
def _group() -> None:
    pass


@decisions.command(name="import", cls=ManualCommand)
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The answered decisions.csv or decisions.xlsx.")],
    *,
    review: Annotated[
        str, typer.Option("--review", metavar="REPORT_DIR", help="The report that was answered: reports/2026-Q4.")
    ],
    reviewer: Annotated[
        str, typer.Option("--reviewer", metavar="WHO", help="Who answered, where a row does not say so itself.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and write nothing.")] = False,
    log_format: options.LogFormatOption = LogFormat.TEXT,
    verbose: options.Verbose = 0,
    quiet: options.Quiet = False,
) -> None:
    """Read a reviewer's answers into the ledger: all of them, or none and a line for each that does not fit.

    The same file again changes nothing. The report shows the answers when it is made again. Exit code 1: refused.

    [dim]hygiene decisions import ana.xlsx --review reports/2026-Q4 --reviewer ana@example.com[/dim]
    """
    set_up(log_format, verbose, is_quiet=quiet)
    from hygiene.pipeline.importing import import_decisions, problem_lines
    from hygiene.pipeline.places import wall_clock

    imported = import_decisions(file, review, reviewer, wall_clock, dry_run=dry_run)
    for line in problem_lines(imported.remarks):
        typer.echo(f"hygiene: {line.strip()}", err=True)
    if not quiet:
        typer.echo("\n".join(_told(imported)))


def _told(imported: Imported) -> Iterator[str]:
    counts = f"{len(imported.new)} new, {len(imported.changed)} changed, {imported.same} as before"
    yield f"{imported.review_id}: {counts}"
    answers = [*imported.new, *imported.changed]
    for answer in answers[:_LISTED]:
        yield f"  {answer.decision:<8} {_printable(answer.role_arn)}"
    if len(answers) > _LISTED:
        yield f"  … and {len(answers) - _LISTED} more"
    if not imported.is_written:
        yield "Nothing was written (--dry-run)."
    elif answers:
        yield "Make the report again to show them: hygiene run --reuse-snapshot, or hygiene report."


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
