"""`hygiene demo`: the real main job against a simulated organization in this very process."""

from __future__ import annotations

import os
import shlex
import shutil
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import typer

from hygiene import pipeline
from hygiene.cli.ending import stopped_by_signals
from hygiene.cli.output import tell_reported
from hygiene.cli.progress import shown_progress
from hygiene.config import ActivitySettings, Aws, CloudTrail, Email, Owners, Review, Settings
from hygiene.errors import ConfigError
from hygiene.report import FORMATS
from hygiene.store.local import FILE_MODE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.pipeline import Reported, ReportRequest
    from hygiene.simulate import SimulatedAws, World

_TIME_TO_ANSWER = timedelta(days=14)


def review(request: ReportRequest, *, quarters: int, is_quiet: bool) -> None:
    """Review the simulated organization and tell where the report lies. Its gaps are part of the story: exit 0.

    With two `quarters`, the review before is made first, people answer it, and the organization moves on.
    """
    moment = request.as_of or datetime.now(UTC)
    settings = demo_settings()
    if quarters > 1:
        settings = _with_exceptions(settings, Path(request.out), moment)
        _review_before(request, settings, moment, is_quiet=is_quiet)
    reported = _reviewed(_world(), request, settings, moment, is_quiet=is_quiet)
    tell_reported(reported, is_quiet=is_quiet)
    mails = Path(request.out) / "mails"
    _write_mails(settings, reported, mails, moment)
    if not is_quiet:
        typer.echo(f"Mails to look at, sent to nobody: {mails}")
        if quarters > 1:
            typer.echo("\n".join(_evidence(Path(reported.location))))
        else:
            typer.echo("A first review compares with nothing; --quarters 2 shows new callers and changes, too.")
        typer.echo("The organization is simulated; the account that could not be read is part of its story.")


def _reviewed(
    world: World, request: ReportRequest, settings: Settings, moment: datetime, *, is_quiet: bool
) -> Reported:
    with (
        _simulated(world, moment) as aws,
        _environment(aws.environment()),
        shown_progress(is_quiet=is_quiet) as progress,
    ):
        return pipeline.run(settings, pipeline.RunRequest(request), progress, clock=lambda: moment)


def _review_before(request: ReportRequest, settings: Settings, moment: datetime, *, is_quiet: bool) -> None:
    """Review the quarter before, take people's answers in, and make its report again with them."""
    from hygiene.pipeline.importing import import_decisions
    from hygiene.simulate.story import quarter_before

    then = moment - timedelta(days=quarter_before.QUARTER_DAYS)
    # Answers come by CSV and XLSX, and the next review compares with the tables.
    asked = replace(request, as_of=then, formats=FORMATS)
    reported = _reviewed(quarter_before.world_before(), asked, settings, then, is_quiet=is_quiet)
    answers = Path(request.out) / "answers"
    answers.mkdir(exist_ok=True)
    for reviewer in quarter_before.reviewers(then):
        answered = reviewer.fill_in(Path(reported.location), answers)
        import_decisions(answered, reported.location, reviewer.name, lambda: then + _TIME_TO_ANSWER, dry_run=False)
    again = pipeline.RunRequest(asked, reuse_snapshot=True)
    with shown_progress(is_quiet=is_quiet) as progress:
        reported = pipeline.run(settings, again, progress, clock=lambda: then + _TIME_TO_ANSWER)
    tell_reported(reported, is_quiet=is_quiet)


def _evidence(report: Path) -> Iterator[str]:
    """Verify the report and the chain before it, then once more a copy in which one byte is not as it was."""
    from hygiene.pipeline.evidence import verify

    proven = verify(str(report))
    chain = len(proven.chain)
    intact = f"{proven.files} files as they were sealed, and {chain} manifest{'' if chain == 1 else 's'} before"
    yield f"Evidence: {'; '.join(proven.problems) or intact}"
    with TemporaryDirectory() as place:
        copy = Path(place) / "out"
        for name in ("ledger", *(folder.name for folder in report.parent.glob("????-Q?"))):
            shutil.copytree(report.parent / name, copy / name)
        file = copy / report.name / "coverage.csv"
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        found = "; ".join(verify(str(copy / report.name)).problems).partition(":")[0]
    yield f"With one byte flipped in a copy: {found or 'nothing found'}"


def _write_mails(settings: Settings, reported: Reported, folder: Path, moment: datetime) -> None:
    from hygiene.pipeline.delivering import DeliveryRequest, deliver

    deliver(settings, DeliveryRequest(reported.location, dry_run=True, dry_run_folder=str(folder)), lambda: moment)


def _with_exceptions(settings: Settings, out: Path, moment: datetime) -> Settings:
    from hygiene.simulate.story.quarter_before import exceptions

    out.mkdir(parents=True, exist_ok=True)
    path = out / "exceptions.yaml"
    path.write_text(exceptions(moment), encoding="utf-8")
    return settings.model_copy(update={"review": settings.review.model_copy(update={"exceptions": path})})


def demo_settings() -> Settings:
    """Return the demo's configuration: what an organization like it would write."""
    # Only the demo needs the story, and --help must answer at once.
    from hygiene.simulate.story import TRAIL
    from hygiene.simulate.story.activity import EXPECTED_NETWORKS
    from hygiene.simulate.story.company import mail

    return Settings(
        review=Review(owner_tags=("owner", "team")),
        owners=Owners(),
        aws=Aws(
            last_accessed="action",
            last_accessed_first_poll_seconds=0.2,
            cloudtrail="s3",
            references="config",
            validate_proposals="access-analyzer",
        ),
        cloudtrail=CloudTrail(bucket=TRAIL.bucket),
        email=Email(sender=mail("role-review"), to=mail("security")),
        activity=ActivitySettings.model_validate({"expected_networks": EXPECTED_NETWORKS}),
    )


def serve(as_of: datetime | None, env_file: Path | None) -> None:
    """Keep the simulated organization running until interrupted; say how to reach it."""
    with stopped_by_signals("Stopped.") as stop, _simulated(_world(), as_of or datetime.now(UTC)) as aws:
        lines = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in aws.environment().items())
        if env_file is None:
            typer.echo(lines, nl=False)
        else:
            try:
                env_file.touch(mode=FILE_MODE)
                env_file.write_text(lines, encoding="utf-8")
            except OSError as error:
                raise ConfigError(f"--env-file {env_file}: cannot be written ({error.strerror}).") from error
        typer.echo(f"Simulated AWS at {aws.endpoint_url}; stop it with Ctrl-C.", err=True)
        stop.wait()


def _world() -> World:
    from hygiene.simulate import demo_world

    return demo_world()


@contextmanager
def _simulated(world: World, moment: datetime) -> Iterator[SimulatedAws]:
    from hygiene.simulate import SimulatedAws

    with SimulatedAws(world, clock=lambda: moment) as aws:
        yield aws


@contextmanager
def _environment(wanted: dict[str, str]) -> Iterator[None]:
    """Set these variables and no other AWS setting: the demo must never reach a real account."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("AWS_", "BOTO"))}
    nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    try:
        for name in kept:
            del os.environ[name]
        os.environ.update(wanted | nothing | {"AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1"})
        yield
    finally:
        for name in (*wanted, *nothing, "AWS_EC2_METADATA_DISABLED", "NO_PROXY"):
            os.environ.pop(name, None)
        os.environ.update(kept)
