"""Write a whole report into one folder: tables, pages, summary, and the manifest as its seal."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from hygiene.errors import FrameError, ReportError
from hygiene.frames import Coverage, Exceptions
from hygiene.report.delimited import write_csv
from hygiene.report.index_view import Whole
from hygiene.report.manifest import MANIFEST, file_record, manifest_of, write_json
from hygiene.report.ocsf import OCSF, OcsfFile
from hygiene.report.order import in_order, ordered
from hygiene.report.policy_list import PoliciesFound
from hygiene.report.right_sizing import write_policies, write_right_sizing
from hygiene.report.summary import Numbers
from hygiene.report.tables import TableFiles

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from hygiene.frames import AccountReview, Review
    from hygiene.model import Provenance, ReportFile, ReviewFacts
    from hygiene.report.site import Site
_KNOWN = {"html", "csv", "xlsx", "json", "parquet", OCSF}


def write_report(
    review: Review, facts: ReviewFacts, provenance: Provenance, destination: Path, formats: Collection[str]
) -> tuple[ReportFile, ...]:
    """Write every file of the report, the manifest last; see `hygiene.report.write_report`."""
    _check_request(destination, formats)
    try:
        _write_files(review, facts, provenance, destination, formats)
        return _seal(facts, provenance, destination)
    except OSError as error:
        raise ReportError(f"The report could not be written to {destination}: {error.strerror or error}.") from error


def _check_request(destination: Path, formats: Collection[str]) -> None:
    if unknown := sorted(set(formats) - _KNOWN):
        raise ReportError(f"Unknown report format {', '.join(unknown)}; known are {', '.join(sorted(_KNOWN))}.")
    if not destination.is_dir():
        raise ReportError(f"The report's folder {destination} does not exist.")
    if next(destination.iterdir(), None) is not None:
        raise ReportError(f"The report's folder {destination} is not empty; a sealed report is never edited.")


def _write_files(
    review: Review, facts: ReviewFacts, provenance: Provenance, folder: Path, formats: Collection[str]
) -> None:
    """Go through the accounts once; then write what only all of them together give. The index comes last.

    Pages offer for download what exists by then.
    """
    numbers, policies = Numbers(facts), PoliciesFound()
    with (
        TableFiles(folder, formats) as tables,
        _ocsf(review, facts, folder, formats) as ocsf,
        _pages(review, facts, folder, formats) as pages,
    ):
        for account in _ordered_accounts(review):
            write_right_sizing(account, facts, folder)
            tables.add(account)
            if ocsf is not None:
                ocsf.add(account)
            numbers.add(account)
            policies.add(account)
            if pages is not None:
                write_policies(account.account_id, account.right_sizing, folder)
                pages.add(account)
        tables.finish()
        whole = Whole(
            in_order(Coverage, review.coverage, "account_id"),
            in_order(Exceptions, review.exceptions, "number"),
            policies.table(),
        )
        summary = numbers.summary(whole.coverage, whole.exceptions)
        _write_whole(tables, whole, summary, folder, formats)
        if pages is not None:
            pages.finish(summary, whole, provenance)


def _write_whole(
    tables: TableFiles, whole: Whole, summary: dict[str, Any], folder: Path, formats: Collection[str]
) -> None:
    """Write the tables of the whole population, and its numbers."""
    write_json(summary, folder / "summary.json")
    tables.write("coverage", whole.coverage, always=True)
    tables.write("exceptions", whole.exceptions)
    if "csv" in formats:
        write_csv(whole.policies, folder / "policies.csv")


@contextmanager
def _ocsf(review: Review, facts: ReviewFacts, folder: Path, formats: Collection[str]) -> Iterator[OcsfFile | None]:
    """Give the file of findings for other machines, where it is asked for."""
    if OCSF not in formats:
        yield None
        return
    with closing(OcsfFile(folder, facts, review.coverage)) as file:
        yield file


@contextmanager
def _pages(review: Review, facts: ReviewFacts, folder: Path, formats: Collection[str]) -> Iterator[Site | None]:
    """Give the site where pages are asked for; templates are not read where they are not."""
    if "html" not in formats:
        yield None
        return
    from hygiene.report.site import Site

    sheets = tuple(f"decisions.{form}" for form in ("xlsx", "csv") if form in formats)
    with Site(review, facts, folder, sheets) as site:
        yield site


def _ordered_accounts(review: Review) -> Iterator[AccountReview]:
    """Yield the accounts with their tables in order. Refuses roles that would stand on no page."""
    known = set(review.coverage["account_id"])
    for account in review.accounts():
        if account.account_id not in known and len(account.roles):
            raise FrameError(
                f"Coverage has no row for account {account.account_id}, which has roles. This is a bug in hygiene."
            )
        yield ordered(account)


def _seal(facts: ReviewFacts, provenance: Provenance, folder: Path) -> tuple[ReportFile, ...]:
    written = sorted(path for path in folder.rglob("*") if path.is_file())
    files = sorted((file_record(folder, path) for path in written), key=lambda file: file.path)
    write_json(manifest_of(files, facts, provenance), folder / MANIFEST)
    return (*files, file_record(folder, folder / MANIFEST))
