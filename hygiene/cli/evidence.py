"""`hygiene evidence`: proves that a report is still what was sealed."""

from __future__ import annotations

from typing import Annotated

import typer

from hygiene.cli import options  # noqa: TC001 (typer reads the annotations when it builds the command)
from hygiene.cli.logs import LogFormat, set_up
from hygiene.cli.manual import ManualCommand, ManualGroup

evidence = typer.Typer(cls=ManualGroup, help="Prove that a report is still what was sealed.", no_args_is_help=True)


@evidence.command(cls=ManualCommand)
def verify(
    report: Annotated[
        str, typer.Argument(metavar="REPORT_DIR", help="A report's folder, such as reports/2026-Q4 or s3://….")
    ],
    log_format: options.LogFormatOption = LogFormat.TEXT,
    verbose: options.Verbose = 0,
    quiet: options.Quiet = False,
) -> None:
    """Hash every file again and compare with manifest.json, then follow the chain of manifests to earlier reviews.

    What people answered is sealed too, with the files it came in. So is the snapshot, as long as it is kept.

    The chain proves that nothing before the newest manifest was changed; whether that one is the one you sealed, its
    SHA-256 tells, which is printed: keep it where nobody who can write the reports can.

    [dim]hygiene evidence verify reports/2026-Q4[/dim]
    """
    set_up(log_format, verbose, is_quiet=quiet)
    from hygiene.pipeline.evidence import verify as verify_report

    verdict = verify_report(report)
    for problem in verdict.problems:
        typer.echo(f"✗ {problem}")
    for note in verdict.notes:
        typer.echo(f"hygiene: {note}", err=True)
    if not quiet:
        if not verdict.problems:
            typer.echo(f"✓ {verdict.location}: {verdict.files} files are as they were sealed")
        if verdict.snapshot:
            typer.echo(f"✓ snapshot: {verdict.snapshot} is as it was collected")
        for name in verdict.ledgers:
            typer.echo(f"✓ ledger: {name}")
        for name in verdict.chain:
            typer.echo(f"✓ chain: {name}")
        typer.echo(f"SHA-256 of manifest.json: {verdict.manifest_sha256}")
    raise typer.Exit(verdict.exit_code)
