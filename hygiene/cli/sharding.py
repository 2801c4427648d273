"""One shard of a review on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.cli.output import tell_sharded
from hygiene.cli.progress import shown_progress
from hygiene.errors import ConfigError
from hygiene.pipeline import sharding

if TYPE_CHECKING:
    from hygiene.config import Settings
    from hygiene.pipeline import ReportRequest, RunRequest
    from hygiene.pipeline.joint import Shard


def run_one_shard(settings: Settings, shard: Shard, request: RunRequest, *, is_quiet: bool) -> int:
    """Collect and examine; returns the exit code. Raises ConfigError for options that concern whole reviews."""
    if request.reuse_snapshot or request.if_due:
        raise ConfigError("--shard goes with neither --reuse-snapshot nor --if-due: a shard knows of itself alone.")
    with shown_progress(is_quiet=is_quiet) as progress:
        sharded = sharding.run_shard(settings, shard, request.report, request.snapshot, progress)
    tell_sharded(sharded, is_quiet=is_quiet)
    return sharded.exit_code


def report_one_shard(settings: Settings, shard: Shard, source: str, request: ReportRequest, *, is_quiet: bool) -> int:
    """Examine what a snapshot holds; returns the exit code."""
    sharded = sharding.report_shard(settings, shard, source, request)
    tell_sharded(sharded, is_quiet=is_quiet)
    return sharded.exit_code
