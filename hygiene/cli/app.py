"""The commands. Each reads its arguments and makes one call; heavy imports wait until a command runs."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 (typer reads the annotations when it builds the command)
from pathlib import Path  # noqa: TC003
from typing import TYPE_CHECKING, Annotated

import typer

from hygiene.cli import options
from hygiene.cli.decisions import decisions
from hygiene.cli.evidence import evidence
from hygiene.cli.logs import LogFormat, set_up
from hygiene.cli.manual import ContextCommand, ManualCommand, ManualGroup

if TYPE_CHECKING:
    from hygiene.pipeline import ReportRequest

app = typer.Typer(
    name="hygiene",
    cls=ManualGroup,
    help="Review the IAM roles of a whole AWS organization: who uses them, what they may do, whom they trust.\n\n"
    "Reads AWS, never changes it. Begin with [bold]hygiene demo[/bold] (no AWS account needed), then "
    "[bold]hygiene doctor[/bold] and [bold]hygiene run[/bold] with your own credentials.",
    epilog="Exit codes: 0 complete · 1 failed · 2 usage, configuration or credentials · 3 finished, with gaps "
    "(some account or role could not be read; the report says which).",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

DEFAULT_OUT = "reports"


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"hygiene {version('role-hygiene')}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


@app.command(cls=ManualCommand)
def run(
    config: options.Config = None,
    out: options.Out = DEFAULT_OUT,
    snapshot: Annotated[
        str | None, typer.Option("--snapshot", metavar="DEST", help="Where the snapshot goes; default below --out.")
    ] = None,
    reuse_snapshot: Annotated[
        bool,
        typer.Option("--reuse-snapshot", help="Use this quarter's finished snapshot instead of asking AWS again."),
    ] = False,
    if_due: Annotated[
        bool, typer.Option("--if-due", help="Do nothing when this quarter's report is finished already.")
    ] = False,
    previous: options.Previous = None,
    as_of: options.AsOf = None,
    quarter: options.Quarter = None,
    formats: options.Formats = None,
    shard: options.ShardOption = None,
    cluster: options.ClusterOption = None,
    cluster_insecure: options.ClusterInsecure = False,
    log_format: options.LogFormatOption = LogFormat.TEXT,
    verbose: options.Verbose = 0,
    quiet: options.Quiet = False,
) -> None:
    """Do the whole review: read every account, judge its roles, write the report.

    Uses the credentials boto3 finds. In an organization it assumes the reader role in every account; outside of one
    it reviews its own account. Started again after an interruption, it goes on where it was. One run works in OUT at
    a time: a second one leaves it alone, says so and ends with 0.

    [dim]hygiene run --out /srv/reviews --config /etc/hygiene.toml[/dim]
    """
    set_up(log_format, verbose, is_quiet=quiet)
    from hygiene import pipeline
    from hygiene.cli.output import tell_reported
    from hygiene.cli.progress import shown_progress
    from hygiene.config import load_settings

    settings = load_settings(config)
    request = pipeline.RunRequest(_request(out, as_of, quarter, formats, previous), snapshot, reuse_snapshot, if_due)
    if settings.channels():
        from hygiene.pipeline.delivering import check_secrets

        check_secrets(settings)
    if shard is not None:
        if cluster is not None:
            raise typer.BadParameter("--shard and --cluster are two ways to do the same; choose one")
        from hygiene.cli.sharding import run_one_shard

        raise typer.Exit(run_one_shard(settings, shard, request, is_quiet=quiet))
    from hygiene.cli.cluster import workforce

    with (
        workforce(settings, request.report, cluster, insecure=cluster_insecure) as workers,
        shown_progress(is_quiet=quiet) as progress,
    ):
        reported = pipeline.run(settings, request, progress, workforce=workers)
    tell_reported(reported, is_quiet=quiet)
    exit_code = reported.exit_code
    if settings.channels():
        from hygiene.cli.deliver import send_after_run

        exit_code = send_after_run(settings, reported, is_quiet=quiet)
    raise typer.Exit(exit_code)


@app.command(cls=ManualCommand)
def collect(
    snapshot: Annotated[
        str | None, typer.Option("--snapshot", metavar="DEST", help="The folder to write the snapshot into.")
    ] = None,
    events_only: Annotated[
        bool,
        typer.Option("--events-only", help="Read CloudTrail alone, into OUT/events: the weekly light run."),
    ] = False,
    out: options.Out = DEFAULT_OUT,
    config: options.Config = None,
    previous: options.Previous = None,
    log_format: options.LogFormatOption = LogFormat.TEXT,
    verbose: options.Verbose = 0,
    quiet: options.Quiet = False,
) -> None:
    """Read AWS into a snapshot, and stop there.

    A snapshot is a folder of AWS's own answers; `hygiene report --snapshot` makes reports of it without AWS.

    [dim]hygiene collect --snapshot /srv/snapshots/2026-12-31[/dim]

    CloudTrail's event history reaches 90 days back, a quarter has up to 92: run the light one once a week. Where the
    configuration has alerts, it publishes what it finds in them, each finding once.

    [dim]hygiene collect --events-only --out /srv/reviews[/dim]
    """
    set_up(log_format, verbose, is_quiet=quiet)
    if (snapshot is None) is not events_only:
        raise typer.BadParameter("name a place with --snapshot, or say --events-only")
    from hygiene import pipeline
    from hygiene.cli.output import tell_collected
    from hygiene.cli.progress import shown_progress
    from hygiene.config import load_settings

    settings = load_settings(config)
    with shown_progress(is_quiet=quiet) as progress:
        if snapshot is None:
            collected = pipeline.collect_events(settings, out, progress)
        else:
            collected = pipeline.collect(settings, snapshot, previous, progress, out=out)
    tell_collected(collected, is_quiet=quiet)
    exit_code = collected.exit_code
    if snapshot is None and settings.alerts.targets():
        from hygiene.cli.alerts import alert_after_events

        exit_code = alert_after_events(settings, out, collected, is_quiet=quiet)
    raise typer.Exit(exit_code)


@app.command(cls=ManualCommand)
def report(
    context: typer.Context,
    snapshot: Annotated[
        str | None,
        typer.Option(
            "--snapshot", metavar="SRC", help="A snapshot folder, or one file of get-account-authorization-details."
        ),
    ] = None,
    config: options.Config = None,
    out: options.Out = DEFAULT_OUT,
    previous: options.Previous = None,
    as_of: options.AsOf = None,
    quarter: options.Quarter = None,
    formats: options.Formats = None,
    shard: options.ShardOption = None,
    merge: options.Merge = False,
    log_format: options.LogFormatOption = LogFormat.TEXT,
    verbose: options.Verbose = 0,
    quiet: options.Quiet = False,
) -> None:
    """Write the report of a snapshot, with no AWS access at all.

    One account needs nothing but the AWS CLI:

    [dim]aws iam get-account-authorization-details > account.json[/dim]
    [dim]hygiene report --snapshot account.json[/dim]

    After `hygiene run --shard` in many processes, one makes the report of what they found:

    [dim]hygiene report --merge --out s3://reviews/iam[/dim]
    """
    set_up(log_format, verbose, is_quiet=quiet)
    if snapshot is None and not merge:
        raise typer.BadParameter("name a snapshot with --snapshot, or say --merge after the shards", ctx=context)
    if shard is not None and merge:
        raise typer.BadParameter("--shard is for each of many processes, --merge for the one after", ctx=context)
    from hygiene import pipeline
    from hygiene.cli.output import tell_reported
    from hygiene.config import load_settings

    settings = load_settings(config)
    request = _request(out, as_of, quarter, formats, previous)
    if shard is not None:
        from hygiene.cli.sharding import report_one_shard

        raise typer.Exit(report_one_shard(settings, shard, str(snapshot), request, is_quiet=quiet))
    if merge:
        from hygiene.pipeline.sharding import merge as merged

        reported = merged(settings, snapshot, request)
    else:
        reported = pipeline.report(settings, str(snapshot), request)
    tell_reported(reported, is_quiet=quiet)
    raise typer.Exit(reported.exit_code)


@app.command(cls=ManualCommand)
def deliver(
    report_dir: Annotated[
        str, typer.Argument(metavar="REPORT_DIR", help="A finished report, such as reports/2026-Q4.")
    ],
    config: options.Config = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Write mails as .eml files, say what else would go; send and remember nothing."
        ),
    ] = False,
    eml_dir: Annotated[
        str | None,
        typer.Option("--eml-dir", metavar="DIR", help="Where --dry-run writes; default OUT/mails/<quarter>."),
    ] = None,
    to_override: Annotated[
        str, typer.Option("--to-override", metavar="ADDRESS", help="A trial: every mail to this address instead.")
    ] = "",
    resend: Annotated[bool, typer.Option("--resend", help="Send again what was sent already.")] = False,
    owner: Annotated[
        str | None,
        typer.Option("--owner", metavar="OWNER", help='Only mails to this owner; "" is the security team.'),
    ] = None,
    only: Annotated[
        str | None,
        typer.Option("--only", metavar="LIST", help="Only these of s3,mail,sns,webhook,security-hub."),
    ] = None,
    log_format: options.LogFormatOption = LogFormat.TEXT,
    verbose: options.Verbose = 0,
    quiet: options.Quiet = False,
) -> None:
    """Send a finished report: ask every owner, remind who has not answered, tell the security team.

    Each message goes out once, however often this runs; run it daily and reminders go out when they are due. So it is
    with the configured deliveries: a copy on S3, announcements by SNS and webhook, findings for Security Hub.

    [dim]hygiene deliver reports/2026-Q4 --dry-run[/dim]
    """
    set_up(log_format, verbose, is_quiet=quiet)
    from hygiene.cli.deliver import parse_channels, send_report
    from hygiene.config import load_settings
    from hygiene.pipeline.delivering import DeliveryRequest

    is_dry, channels = dry_run or eml_dir is not None, parse_channels(only)
    request = DeliveryRequest(report_dir, is_dry, eml_dir, to_override, resend, owner, channels)
    raise typer.Exit(send_report(load_settings(config), request, is_quiet=quiet))


@app.command(cls=ManualCommand)
def doctor(
    config: options.Config = None,
    log_format: options.LogFormatOption = LogFormat.TEXT,
    verbose: options.Verbose = 0,
    quiet: options.Quiet = False,
) -> None:
    """Check configuration, credentials, every account's reader role and every permission; say what to grant."""
    set_up(log_format, verbose, is_quiet=quiet)
    from hygiene.cli.doctor import diagnose
    from hygiene.config import load_settings

    raise typer.Exit(diagnose(load_settings(config), is_quiet=quiet))


@app.command(cls=ManualCommand)
def checks(
    config: options.Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document, for machines.")] = False,
    log_format: options.LogFormatOption = LogFormat.TEXT,
    verbose: options.Verbose = 0,
    quiet: options.Quiet = False,
) -> None:
    """List the checks: id, title, severity, threshold, source."""
    set_up(log_format, verbose, is_quiet=quiet)
    from hygiene.cli.checks import show_checks
    from hygiene.config import load_settings

    show_checks(load_settings(config), as_json=as_json)


@app.command(cls=ContextCommand)
def can(
    role_arn: Annotated[str, typer.Argument(metavar="ROLE_ARN", help="The role, as its ARN.")],
    action: Annotated[str, typer.Argument(metavar="ACTION", help="One action, such as s3:GetObject.")],
    resource: Annotated[
        str, typer.Argument(metavar="RESOURCE_ARN", help="One resource; '*' for actions that take none.")
    ] = "*",
    *,
    snapshot: Annotated[
        str,
        typer.Option(
            "--snapshot", metavar="SRC", help="A snapshot folder, or one file of get-account-authorization-details."
        ),
    ],
    context: Annotated[
        list[str] | None,
        typer.Option(
            "--context",
            metavar="KEY=VALUE",
            help="Condition keys of the request, one or more; a key again for a further value.",
        ),
    ] = None,
    resource_account: Annotated[
        str | None,
        typer.Option("--resource-account", metavar="ID", help="The resource's account, where its ARN names none."),
    ] = None,
    log_format: options.LogFormatOption = LogFormat.TEXT,
    verbose: options.Verbose = 0,
    quiet: options.Quiet = False,
) -> None:
    """Say whether a role may do something, and which statement, boundary or control policy decides.

    The outcome is the first word: Allowed, ImplicitlyDenied or ExplicitlyDenied. Resource-based policies and session
    policies are not looked at. Condition keys of the role itself are filled in; others come with --context.

    [dim]hygiene can arn:aws:iam::111122223333:role/app s3:GetObject arn:aws:s3:::logs/a --snapshot a.json[/dim]
    """
    set_up(log_format, verbose, is_quiet=quiet)
    from hygiene.cli.can import answer_question

    answer_question(snapshot, role_arn, action, resource, context or [], resource_account, is_quiet=quiet)


@app.command(cls=ManualCommand)
def schedule(
    config: options.Config = None,
    out: options.Out = DEFAULT_OUT,
    status: Annotated[
        bool,
        typer.Option(
            "--status",
            help="Say how the scheduler of OUT is: 0 at work, with what is due next; 3 stale or not at work.",
        ),
    ] = False,
    log_format: options.LogFormatOption = LogFormat.TEXT,
    verbose: options.Verbose = 0,
    quiet: options.Quiet = False,
) -> None:
    """Stay up and start the review when it is due; the weekly light run and the reminders too.

    The configuration's schedule section says when. A review that was missed while nothing ran is caught up at the
    start, once; one that failed is tried again every hour. Ends within ten seconds of SIGTERM, and goes on at the
    next start.

    [dim]hygiene schedule --out /srv/reviews --config /etc/hygiene.toml[/dim]
    """
    set_up(log_format, verbose, is_quiet=quiet)
    from hygiene.cli import schedule as scheduling
    from hygiene.config import load_settings

    if status:
        raise typer.Exit(scheduling.tell_status(out))
    settings = load_settings(config)
    passed_on = options.passed_on(config, log_format, verbose, is_quiet=quiet)
    scheduling.stay_up(settings, out, passed_on, is_quiet=quiet)


@app.command(cls=ManualCommand)
def prune(
    config: options.Config = None,
    out: options.Out = DEFAULT_OUT,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be removed, and remove nothing.")
    ] = False,
    log_format: options.LogFormatOption = LogFormat.TEXT,
    verbose: options.Verbose = 0,
    quiet: options.Quiet = False,
) -> None:
    """Remove snapshots and events older than the configuration's retention; never reports, ledger or manifests.

    The newest finished snapshot and those that the two newest reports rest on stay, however old.

    [dim]hygiene prune --out /srv/reviews --dry-run[/dim]
    """
    set_up(log_format, verbose, is_quiet=quiet)
    from hygiene.cli.prune import prune_old
    from hygiene.config import load_settings

    prune_old(load_settings(config), out, dry_run=dry_run, is_quiet=quiet)


app.add_typer(evidence, name="evidence")
app.add_typer(decisions, name="decisions")


@app.command(cls=ManualCommand)
def demo(
    out: options.Out = DEFAULT_OUT,
    as_of: options.AsOf = None,
    serve: Annotated[
        bool, typer.Option("--serve", help="Keep the simulated organization running; stdout holds `export` lines.")
    ] = False,
    env_file: Annotated[
        Path | None, typer.Option("--env-file", metavar="FILE", help="With --serve: write the export lines there.")
    ] = None,
    quarters: Annotated[
        int,
        typer.Option(
            "--quarters",
            min=1,
            max=2,
            metavar="1|2",
            help="2: review the quarter before as well, with answers to it.",
        ),
    ] = 1,
    formats: options.Formats = None,
    log_format: options.LogFormatOption = LogFormat.TEXT,
    verbose: options.Verbose = 0,
    quiet: options.Quiet = False,
) -> None:
    """Run the whole main job against a simulated organization on this machine; no credentials, no network.

    Writes below OUT/demo/, never into real reports. With --serve, use the simulated AWS from another terminal:

    [dim]hygiene demo --serve --env-file demo.env & sleep 5; . ./demo.env; hygiene run --out trial[/dim]
    """
    set_up(log_format, verbose, is_quiet=quiet)
    from hygiene.cli import demo as demonstration

    if serve:
        demonstration.serve(as_of, env_file)
    else:
        demonstration.review(_request(f"{out}/demo", as_of, None, formats, None), quarters=quarters, is_quiet=quiet)


def _request(
    out: str,
    as_of: datetime | None,
    quarter: str | None,
    formats: str | None,
    previous: str | None,
) -> ReportRequest:
    from hygiene.pipeline import ReportRequest
    from hygiene.report import FORMATS

    wanted = options.parse_formats(formats) if formats is not None else FORMATS
    return ReportRequest(out=out, as_of=as_of, quarter=quarter, formats=wanted, previous=previous)
