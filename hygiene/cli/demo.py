"""`hygiene demo`: the real main job against a simulated organization in this very process."""

from __future__ import annotations

import os
import shlex
import signal
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from hygiene import pipeline
from hygiene.cli.output import tell_reported
from hygiene.cli.progress import shown_progress
from hygiene.config import ActivitySettings, Aws, CloudTrail, Owners, Review, Settings
from hygiene.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hygiene.pipeline import ReportRequest
    from hygiene.simulate import SimulatedAws


def review(request: ReportRequest, *, is_quiet: bool) -> None:
    """Review the simulated organization and tell where the report lies. Its gaps are part of the story: exit 0."""
    moment = request.as_of or datetime.now(UTC)
    with (
        _simulated(moment) as aws,
        _environment(aws.environment()),
        shown_progress(is_quiet=is_quiet) as progress,
    ):
        reported = pipeline.run(demo_settings(), pipeline.RunRequest(request), progress, clock=lambda: moment)
    tell_reported(reported, is_quiet=is_quiet)
    if not is_quiet:
        typer.echo("The organization is simulated; the account that could not be read is part of its story.")


def demo_settings() -> Settings:
    """Return the demo's configuration: what an organization like it would write."""
    # Only the demo needs the story, and --help must answer at once.
    from hygiene.simulate.story import TRAIL
    from hygiene.simulate.story.activity import EXPECTED_NETWORKS

    return Settings(
        review=Review(owner_tags=("owner", "team")),
        owners=Owners(),
        aws=Aws(last_accessed="action", last_accessed_first_poll_seconds=0.2, cloudtrail="s3", references="config"),
        cloudtrail=CloudTrail(bucket=TRAIL.bucket),
        activity=ActivitySettings.model_validate({"expected_networks": EXPECTED_NETWORKS}),
    )


def serve(as_of: datetime | None, env_file: Path | None) -> None:
    """Keep the simulated organization running until interrupted; say how to reach it."""
    with _simulated(as_of or datetime.now(UTC)) as aws:
        lines = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in aws.environment().items())
        if env_file is None:
            typer.echo(lines, nl=False)
        else:
            try:
                env_file.write_text(lines, encoding="utf-8")
            except OSError as error:
                raise ConfigError(f"--env-file {env_file}: cannot be written ({error.strerror}).") from error
        typer.echo(f"Simulated AWS at {aws.endpoint_url}; stop it with Ctrl-C.", err=True)
        _wait_for_signal()


def _wait_for_signal() -> None:
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    stopped.wait()


@contextmanager
def _simulated(moment: datetime) -> Iterator[SimulatedAws]:
    try:
        from hygiene.simulate import SimulatedAws, demo_world
    except ImportError as error:
        raise ConfigError(str(error)) from error
    with SimulatedAws(demo_world(), clock=lambda: moment) as aws:
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
