"""Write a whole report into one folder: tables, pages, summary, and the manifest as its seal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

from hygiene.errors import ReportError
from hygiene.frames import Coverage, Exceptions
from hygiene.report.account import AccountWriter, WrittenAccount
from hygiene.report.delimited import write_csv
from hygiene.report.index_view import Whole
from hygiene.report.manifest import MANIFEST, file_record, manifest_of, write_json
from hygiene.report.ocsf import FILE, OCSF
from hygiene.report.order import in_order
from hygiene.report.policy_list import PoliciesFound
from hygiene.report.sink import FolderSink, Sink
from hygiene.report.summary import Numbers
from hygiene.report.tables import TableFiles
from hygiene.store.local import refusal

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from hygiene.frames import Review
    from hygiene.model import Provenance, ReportFile, ReviewFacts
    from hygiene.report.list_pages import ListPages
    from hygiene.report.site import Site

WrittenElsewhere = Callable[[AccountWriter, Sink], Iterator[WrittenAccount]]
"""Yields the accounts in order of their ids, their files in the sink; the writer is for what nobody else wrote."""

_KNOWN = {"html", "csv", "xlsx", "json", "parquet", OCSF}


def write_report(
    review: Review,
    facts: ReviewFacts,
    provenance: Provenance,
    destination: Path,
    formats: Collection[str],
    elsewhere: WrittenElsewhere | None = None,
) -> tuple[ReportFile, ...]:
    """Write every file of the report, the manifest last; see `hygiene.report.write_report`."""
    _check_request(destination, formats)
    try:
        _write_files(review, facts, provenance, FolderSink(destination), formats, elsewhere)
        return _seal(facts, provenance, destination)
    except OSError as error:
        raise ReportError(refusal(destination.parent, error)) from error


def _check_request(destination: Path, formats: Collection[str]) -> None:
    if unknown := sorted(set(formats) - _KNOWN):
        raise ReportError(f"Unknown report format {', '.join(unknown)}; known are {', '.join(sorted(_KNOWN))}.")
    if not destination.is_dir():
        raise ReportError(f"The report's folder {destination} does not exist.")
    if next(destination.iterdir(), None) is not None:
        raise ReportError(f"The report's folder {destination} is not empty; a sealed report is never edited.")


def _write_files(
    review: Review,
    facts: ReviewFacts,
    provenance: Provenance,
    sink: FolderSink,
    formats: Collection[str],
    elsewhere: WrittenElsewhere | None,
) -> None:
    """Take what the accounts give, one after the other; then write what only all of them together give.

    The index comes last: pages offer for download what exists by then.
    """
    numbers, policies, waived = Numbers(facts), PoliciesFound(), Counter[int]()
    here = AccountWriter(review.coverage, review.group_sizes, facts, formats)
    with (
        TableFiles(sink.folder, formats) as tables,
        _ocsf(sink.folder, formats) as ocsf,
        _site(review, facts, here.pages, sink) as site,
    ):
        for written in elsewhere(here, sink) if elsewhere else _written_here(review, here, sink):
            tables.add(written.rows)
            ocsf.write(written.ocsf)
            numbers.merge(written.numbers)
            policies.merge(written.policies)
            waived.update(written.waived)
            if site is not None and written.given is not None:
                site.add(written.account_id, written.given)
        tables.finish()
        whole = Whole(
            in_order(Coverage, review.coverage, "account_id"),
            in_order(Exceptions, review.exceptions_table(waived), "number"),
            policies.table(),
        )
        summary = numbers.summary(whole.coverage, whole.exceptions)
        _write_whole(tables, whole, summary, sink.folder, formats)
        if site is not None:
            site.finish(summary, whole, provenance)


def _written_here(review: Review, writer: AccountWriter, sink: FolderSink) -> Iterator[WrittenAccount]:
    return (writer.write(account, sink) for account in review.accounts())


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
def _ocsf(folder: Path, formats: Collection[str]) -> Iterator[IO[bytes]]:
    """Give the file of findings for other machines, where it is asked for."""
    if OCSF not in formats:
        yield BytesIO()
        return
    with (folder / FILE).open("wb") as file:
        yield file


@contextmanager
def _site(review: Review, facts: ReviewFacts, pages: ListPages | None, sink: FolderSink) -> Iterator[Site | None]:
    """Give the site where pages are asked for."""
    if pages is None:
        yield None
        return
    from hygiene.report.site import Site

    with Site(review.coverage, facts, pages, sink) as site:
        yield site


def _seal(facts: ReviewFacts, provenance: Provenance, folder: Path) -> tuple[ReportFile, ...]:
    written = sorted(path for path in folder.rglob("*") if path.is_file())
    files = sorted((file_record(folder, path) for path in written), key=lambda file: file.path)
    write_json(manifest_of(files, facts, provenance), folder / MANIFEST)
    return (*files, file_record(folder, folder / MANIFEST))
