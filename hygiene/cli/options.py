"""The options that mean the same in every command."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hygiene.cli.logs import LogFormat

if TYPE_CHECKING:
    from hygiene.pipeline.joint import Shard

_WHAT, _WHERE, _HOW = "What to review", "On several machines", "How it runs"


def parse_as_of(text: str) -> datetime:
    """Return the instant in UTC. Raises BadParameter for anything but ISO 8601."""
    from hygiene.documents import parse_time

    moment = parse_time(text)
    if moment is None:
        raise typer.BadParameter(f"{text!r} is no moment; write ISO 8601, such as 2026-12-31 or 2026-12-31T06:00:00Z")
    return moment


def parse_quarter(text: str) -> str:
    """Return the quarter. Raises BadParameter for anything but such as 2026-Q4."""
    import re

    if not re.fullmatch(r"\d{4}-Q[1-4]", text):
        raise typer.BadParameter(f"{text!r} is no quarter; write one such as 2026-Q4")
    return text


def checked_formats(text: str | None) -> str | None:
    """Return the list as it was given. Raises BadParameter for a format that does not exist."""
    if text is not None:
        parse_formats(text)
    return text


def parse_formats(text: str) -> tuple[str, ...]:
    """Return the formats of a comma-separated list. Raises ConfigError for one whose package is not installed."""
    from hygiene.report import EVERY_FORMAT, require_format

    wanted = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    unknown = [name for name in wanted if name not in EVERY_FORMAT]
    if unknown or not wanted:
        raise typer.BadParameter(f"{', '.join(unknown) or 'nothing'}: choose among {','.join(EVERY_FORMAT)}")
    for name in wanted:
        require_format(name)
    return wanted


def parse_shard(text: str) -> Shard:
    """Return the shard. Raises BadParameter for anything but such as 2/8, or `batch` outside of an array job.

    https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html
    """
    import os
    import re

    from hygiene.pipeline.joint import Shard

    in_batch = text == "batch"
    if in_batch:
        index, size = (os.environ.get(f"AWS_BATCH_JOB_ARRAY_{name}", "") for name in ("INDEX", "SIZE"))
        if not (index.isdecimal() and size.isdecimal()):
            raise typer.BadParameter(
                "AWS_BATCH_JOB_ARRAY_INDEX and _SIZE are not set: this is no array job of AWS Batch"
            )
        text = f"{int(index) + 1}/{size}"
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text, re.ASCII)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise typer.BadParameter(f"{text!r} is no shard; write one such as 2/8, counted from 1/8 to 8/8")
    return Shard(int(found[1]), int(found[2]), in_batch)


def passed_on(config: Path | None, log_format: LogFormat, verbosity: int, *, is_quiet: bool) -> tuple[str, ...]:
    """Return the options as arguments for a command that is started with the same ones."""
    named = ("--config", str(config)) if config is not None else ()
    loudness = ("--quiet",) if is_quiet else ("-v",) * verbosity
    return (*named, "--log-format", log_format.value, *loudness)


Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings; default config/hygiene.toml when it exists."),
]
Out = Annotated[
    str,
    typer.Option("--out", metavar="DIR", help="Where reports, snapshots and the ledger lie.", rich_help_panel=_WHAT),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        metavar="ISO8601",
        parser=parse_as_of,
        help="The moment of the review; default the end of collecting.",
        rich_help_panel=_WHAT,
    ),
]
Quarter = Annotated[
    str | None,
    typer.Option(
        "--quarter",
        metavar="2026-Q4",
        parser=parse_quarter,
        help="The review's quarter; default that of --as-of.",
        rich_help_panel=_WHAT,
    ),
]
Formats = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="LIST",
        callback=checked_formats,
        help="Of html,csv,xlsx,json,parquet,ocsf; default all but ocsf. Summary, coverage and manifest always.",
        rich_help_panel=_WHAT,
    ),
]
ShardOption = Annotated[
    Any,
    typer.Option(
        "--shard",
        metavar="I/N",
        parser=parse_shard,
        help="Only every N-th account, from the I-th on, and no report: one process of many. "
        "`batch`: as the array job of AWS Batch says.",
        rich_help_panel=_WHERE,
    ),
]
ClusterOption = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="URL",
        help="Give the accounts to the Dask scheduler there, such as tls://scheduler:8786; OUT has to be shared.",
        rich_help_panel=_WHERE,
    ),
]
ClusterInsecure = Annotated[
    bool,
    typer.Option(
        "--cluster-insecure",
        help="Take an unencrypted tcp:// scheduler elsewhere: for networks where nobody else is.",
        rich_help_panel=_WHERE,
    ),
]
Merge = Annotated[
    bool,
    typer.Option("--merge", help="Make the report of what the shards have found.", rich_help_panel=_WHERE),
]
Previous = Annotated[
    str | None,
    typer.Option(
        "--previous",
        metavar="SNAPSHOT",
        help="The snapshot, or report, to compare with; default the earlier quarter found below --out.",
        rich_help_panel=_WHAT,
    ),
]
LogFormatOption = Annotated[
    LogFormat, typer.Option("--log-format", help="Log lines for people or for machines.", rich_help_panel=_HOW)
]
Verbose = Annotated[
    int,
    typer.Option(
        "--verbose",
        "-v",
        count=True,
        show_default=False,
        help="Say more; twice: tracebacks too.",
        rich_help_panel=_HOW,
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Say only what went wrong.", rich_help_panel=_HOW)]
