"""Snapshot → report: judge, compare with the earlier quarter, render aside, publish in one step."""

from __future__ import annotations

import hashlib
import json
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING, Any

from hygiene.activity.period import review_window
from hygiene.analyse.catalogue import configured_checks
from hygiene.documents import newest_moment, parse_time
from hygiene.errors import SnapshotError
from hygiene.model import Notice, Provenance, ReviewFacts
from hygiene.pipeline.comparing import BY_PERMISSIONS, BY_TABLES
from hygiene.pipeline.earlier import earlier_facts
from hygiene.pipeline.examining import Examination, analysed, here, reference_of
from hygiene.pipeline.keeping import keep_what_people_left
from hygiene.pipeline.ledger_seals import ledgers_as_they_stand
from hygiene.pipeline.named import named_report, snapshot_named
from hygiene.pipeline.places import LEDGER, new_run_id
from hygiene.pipeline.previous import CATALOGUE, Previous, previous_review, review_of_report
from hygiene.pipeline.reviewing import Brief, Reviewing
from hygiene.pipeline.trend import earlier_points
from hygiene.pipeline.validating import Validation
from hygiene.pipeline.writing import Unwritten
from hygiene.pipeline.writing import here as written_here
from hygiene.policy.actions import catalogue_version
from hygiene.report import FORMATS, headline_of, write_report
from hygiene.review.period import quarter_of, review_id
from hygiene.snapshot import layout, open_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from hygiene.analyse.catalogue import ConfiguredCheck
    from hygiene.analyse.organization import Analysis
    from hygiene.collect.client import AwsClient
    from hygiene.config import Settings
    from hygiene.frames import Review
    from hygiene.model import Organization
    from hygiene.pipeline.examining import Examining
    from hygiene.pipeline.places import Places
    from hygiene.pipeline.writing import Writing
    from hygiene.report.write import WrittenElsewhere
    from hygiene.snapshot import Snapshot

_STALE_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What a user asked of the report; None stands for the default."""

    out: str = "reports"
    as_of: datetime | None = None
    as_of_source: str = "--as-of"
    """What the report says about where `as_of` is from."""
    quarter: str | None = None
    formats: Sequence[str] = FORMATS
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """What came of reporting: where it lies, the numbers of its first screen, and what a person should be told."""

    location: str
    first_page: str
    headline: str
    summary: dict[str, Any]
    notices: tuple[Notice, ...]
    not_read: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """Say 0 complete, 3 with gaps."""
        accounts = self.summary["accounts"]
        has_gaps = accounts["failed"] or accounts["partial"] or any(notice.level == "gap" for notice in self.notices)
        return 3 if has_gaps else 0


@dataclass(frozen=True, slots=True)
class _Moment:
    as_of: datetime
    source: str
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A review before it is made: of which quarter, of which moment, and what is examined."""

    quarter: str
    moment: _Moment
    examination: Examination


def asked_of(snapshot: Snapshot, settings: Settings, request: ReportRequest, places: Places) -> Asked:
    """Return the review that is asked for. Raises ConfigError for settings that do not fit."""
    checks = configured_checks(settings.checks, settings.named())
    moment = _moment(snapshot, request)
    quarter = request.quarter or quarter_of(moment.as_of, settings.review.fiscal_year_start)
    snapshot = snapshot.within(review_window(moment.as_of, previous_as_of(request.previous, places, quarter)))
    reviewed = request.previous or places.previous_report(quarter)
    earlier = earlier_facts(snapshot_named(request.previous) or _snapshot_before(snapshot, places), reviewed)
    return Asked(quarter, moment, Examination(snapshot, settings, moment.as_of, checks, earlier))


def report_on(
    source: str,
    settings: Settings,
    request: ReportRequest,
    clock: Callable[[], datetime],
    places: Places,
    connect: Callable[[], AwsClient] | None = None,
    examining: Examining = here,
    writing: Writing = written_here,
) -> Reported:
    """Judge the snapshot and publish the report of its quarter in the places, whose lock is held.

    `connect`: the way to AWS, where a second opinion about proposals may be asked for; None: no AWS access at all.
    `examining`: where the first pass takes place. `writing`: where the accounts of the report are written.
    Raises SnapshotError when nothing in the snapshot can be used, ConfigError for settings that do not fit.
    """
    asked = asked_of(open_snapshot(source), settings, request, places)
    return review(asked, request, clock, places, connect, examining, writing)


def review(
    asked: Asked,
    request: ReportRequest,
    clock: Callable[[], datetime],
    places: Places,
    connect: Callable[[], AwsClient] | None = None,
    examining: Examining = here,
    writing: Writing = written_here,
) -> Reported:
    """Make the review and publish its report, as `report_on` does."""
    started_at, quarter, examination = clock(), asked.quarter, asked.examination
    snapshot, settings = examination.snapshot, examination.settings
    validation = Validation(places.out, _review_id(snapshot, quarter), connect, clock)
    with ExitStack() as stack:
        analysis = stack.enter_context(analysed(examination, places.out, validation, examining))
        _refuse_nothing_read(snapshot, analysis)
        previous = _previous(stack, places, quarter, request.previous, examination)
        facts = _facts(snapshot, settings, asked.moment, quarter, examination.checks, previous)
        subject = facts.review_id.removesuffix(f"-{quarter}")
        facts = replace(facts, trend=earlier_points(places, subject, quarter))
        rules = partial(reference_of, settings=settings, as_of=facts.as_of)
        brief = Brief.of(analysis, facts, settings)
        reviewing = Reviewing(brief, analysis.account, snapshot, previous, places, rules)
        elsewhere = writing(Unwritten(examination, brief, reviewing, tuple(request.formats), request.previous))
        period = (started_at, clock())
        location, summary = _publish(places, reviewing, facts, snapshot, request, period, elsewhere)
    return Reported(
        location=location,
        first_page="index.html" if "html" in request.formats else "summary.json",
        headline=headline_of(summary),
        summary=summary,
        notices=facts.notices,
        not_read=_not_read(analysis),
    )


def _refuse_nothing_read(snapshot: Snapshot, analysis: Analysis) -> None:
    if not analysis.coverage["status"].isin(["read", "partial"]).any():
        reasons = "\n  ".join(_not_read(analysis)[:5])
        raise SnapshotError(f"{snapshot.location}: no account could be read, so there is no report.\n  {reasons}")


def previous_as_of(named: str | None, places: Places, quarter: str) -> datetime | None:
    """Return the moment of the review to compare with, None when there is none."""
    if named is None:
        return places.previous_as_of(quarter)
    report = named_report(named)
    return report.as_of if report is not None else _moment(open_snapshot(named), ReportRequest()).as_of


def _snapshot_before(snapshot: Snapshot, places: Places) -> str | None:
    """Return the snapshot below OUT that was finished last before this one; none where its time is not known."""
    collected_at = str(snapshot.manifest.get("finished_at", ""))
    return places.newest_snapshot(snapshot.location, before=collected_at) if collected_at else None


def _previous(
    stack: ExitStack, places: Places, quarter: str, named: str | None, examination: Examination
) -> Previous | None:
    """Return the review to compare with; what the tables of one made here rest on goes with the stack."""

    def analyse(location: str) -> tuple[str, Analysis]:
        """Judge an earlier snapshot by today's rules at its own moment."""
        snapshot, settings = open_snapshot(location), examination.settings
        as_of = _moment(snapshot, ReportRequest()).as_of
        then = snapshot.within(review_window(as_of, None))
        earlier = stack.enter_context(analysed(Examination(then, settings, as_of, examination.checks), places.out))
        return quarter_of(as_of, settings.review.fiscal_year_start), earlier

    report = named_report(named) if named is not None else None
    if report is not None:
        review = review_of_report(report.places, report.folder, report.quarter)
        if review is None:
            raise SnapshotError(f"{named}: this report was made without Parquet; name the snapshot it was made from.")
        return review
    return previous_review(places, quarter, named, analyse, frozenset(check.check.id for check in examination.checks))


def _moment(snapshot: Snapshot, request: ReportRequest) -> _Moment:
    """Return the moment of the review: as given, else the end of collecting, else the newest moment in the files."""
    collected_at = parse_time(snapshot.manifest.get("finished_at"))
    if request.as_of is not None:
        return _Moment(request.as_of, request.as_of_source, _staleness(request.as_of, collected_at))
    if collected_at is not None:
        return _Moment(collected_at, "the end of collecting", ())
    moments = (newest_moment(snapshot.documents(account_id)) for account_id in snapshot.account_ids)
    newest = max((moment for moment in moments if moment is not None), default=None)
    if newest is None:
        raise SnapshotError(_no_moment(snapshot))
    text = (
        f"The snapshot does not say when it was made; the newest moment in it, {newest:%Y-%m-%d %H:%M} UTC, is taken "
        "for now. Say --as-of if you know better."
    )
    return _Moment(newest, "the newest moment found in the files", (Notice("warning", text),))


def _no_moment(snapshot: Snapshot) -> str:
    """Return why: files nobody can read come first, as --as-of would not mend them."""
    for account_id in snapshot.account_ids:
        documents = snapshot.documents(account_id)
        if documents.authorization_details is None and documents.gaps:
            return f"{snapshot.location}: account {account_id} could not be read: {documents.gaps[0].message}"
    return f"{snapshot.location}: no moment found in it; say with --as-of when it was exported."


def _staleness(as_of: datetime, collected_at: datetime | None) -> tuple[Notice, ...]:
    if collected_at is None or as_of - collected_at <= _STALE_AFTER:
        return ()
    text = (
        f"The data ends on {collected_at:%Y-%m-%d}, {(as_of - collected_at).days} days before the moment of this "
        "review: roles used since then look unused. Collect again before acting on it."
    )
    return (Notice("warning", text),)


def _facts(
    snapshot: Snapshot,
    settings: Settings,
    moment: _Moment,
    quarter: str,
    checks: Sequence[ConfiguredCheck],
    previous: Previous | None,
) -> ReviewFacts:
    organization = snapshot.organization
    notices = (
        *moment.notices,
        *(Notice("gap", f"{problem[0].upper()}{problem[1:]}.") for problem in snapshot.problems),
    )
    if snapshot.changed:
        text = f"Changed after collecting, by the digests in the snapshot's manifest: {', '.join(snapshot.changed)}."
        notices = (*notices, Notice("warning", text))
    is_proven = organization is not None or snapshot.manifest.get("population") == "single account"
    if not is_proven and not snapshot.problems:
        text = "The snapshot has no account list, so nobody can say whether accounts are missing from it."
        notices = (*notices, Notice("note", text))
    return ReviewFacts(
        review_id=_review_id(snapshot, quarter),
        quarter=quarter,
        as_of=moment.as_of,
        as_of_source=moment.source,
        organization_id=_organization_id(organization),
        population_proven=is_proven,
        unused_after_days=settings.review.unused_after_days,
        checks=tuple(check.info() for check in checks),
        notices=notices,
        parameters=_parameters(settings),
        versions={
            "hygiene": metadata.version("role-hygiene"),
            CATALOGUE: catalogue_version(),
            "pandas": metadata.version("pandas"),
        },
        previous_quarter=previous.quarter if previous else "",
        compared_by=_compared_by(previous),
    )


def _review_id(snapshot: Snapshot, quarter: str) -> str:
    organization = snapshot.organization
    population = organization.id if organization and organization.id else min(snapshot.account_ids, default="unknown")
    return review_id(population, quarter)


def _compared_by(previous: Previous | None) -> str:
    if previous is None:
        return ""
    return BY_PERMISSIONS if previous.snapshot is not None else BY_TABLES


def _organization_id(organization: Organization | None) -> str:
    return organization.id if organization else ""


def _parameters(settings: Settings) -> dict[str, Any]:
    """Return the settings as the evidence shows them; no external id, and of deliveries what decides who is late."""
    hidden: dict[str, Any] = {
        "aws": {"external_id"},
        "cluster": True,
        "email": True,
        "delivery": True,
        "alerts": True,
    }
    shown = settings.model_dump(mode="json", exclude=hidden)
    return {**shown, "due_days": settings.email.due_days}


def _publish(
    places: Places,
    review: Review,
    facts: ReviewFacts,
    snapshot: Snapshot,
    request: ReportRequest,
    period: tuple[datetime, datetime],
    elsewhere: WrittenElsewhere | None,
) -> tuple[str, dict[str, Any]]:
    """Write the report aside, keep the manifest it replaces in the ledger, give it its name.

    Returns its location and its numbers.
    """
    superseded = places.out.read(f"{facts.quarter}/{layout.MANIFEST}")
    provenance = Provenance(
        run_id=str(snapshot.manifest.get("run_id") or new_run_id(period[0])),
        started_at=period[0],
        finished_at=period[1],
        collector_arn=str(snapshot.manifest.get("collector_arn", "")),
        snapshot_location=snapshot.location,
        snapshot_manifest_sha256=snapshot.manifest_sha256,
        previous_manifest_sha256=_previous_manifest(places, facts.quarter),
        supersedes=hashlib.sha256(superseded).hexdigest() if superseded else "",
        ledger=ledgers_as_they_stand(places.out, facts.review_id),
    )
    aside = places.out.make_aside(facts.quarter)
    try:
        write_report(review, facts, provenance, aside, request.formats, elsewhere)
        summary: dict[str, Any] = json.loads((aside / "summary.json").read_bytes())
        if superseded:
            keep_what_people_left(places, facts.quarter, facts.review_id, superseded)
            places.out.write(f"{LEDGER}/{facts.review_id}/superseded/{provenance.supersedes}.json", superseded)
        places.out.publish_folder(aside, facts.quarter, places.fence)
    finally:
        places.out.discard_aside(aside)
    return places.out.child(facts.quarter).location, summary


def _previous_manifest(places: Places, quarter: str) -> str:
    earlier = places.previous_quarter(quarter)
    content = places.out.read(f"{earlier}/{layout.MANIFEST}") if earlier else None
    return hashlib.sha256(content).hexdigest() if content else ""


def _not_read(analysis: Analysis) -> tuple[str, ...]:
    """Return one line per account that was not, or not wholly, read."""
    rows = analysis.coverage[analysis.coverage["status"].isin(["failed", "partial"])].to_dict("records")
    return tuple(f"{row['account_id']} ({row['status']}): {row['reason']}" for row in rows)
