"""Write a whole report into one folder: tables, pages, summary, and the manifest as its seal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.errors import FrameError, ReportError
from hygiene.report.columnar import write_parquet
from hygiene.report.delimited import write_csv
from hygiene.report.manifest import MANIFEST, file_record, manifest_of, write_json
from hygiene.report.order import ordered
from hygiene.report.policy_list import policies_of
from hygiene.report.right_sizing import write_right_sizing
from hygiene.report.summary import summarise
from hygiene.report.workbook import write_decisions

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import pandas as pd

    from hygiene.frames import ReviewTables
    from hygiene.model import Provenance, ReportFile, ReviewFacts, RightSizing

_KNOWN = {"html", "csv", "xlsx", "json", "parquet"}
_ALWAYS = ("coverage",)


def write_report(
    tables: ReviewTables,
    facts: ReviewFacts,
    provenance: Provenance,
    destination: Path,
    formats: Collection[str],
    right_sizing: RightSizing,
) -> tuple[ReportFile, ...]:
    """Write every file of the report, the manifest last; see `hygiene.report.write_report`."""
    _check_request(destination, formats)
    rows = ordered(tables)
    _check_accounts(rows)
    try:
        write_right_sizing(right_sizing, facts, destination)
        _write_files(rows, facts, provenance, destination, formats)
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


def _check_accounts(tables: ReviewTables) -> None:
    """Refuse roles of an account that coverage does not know: they would stand on no page."""
    stray = sorted(set(tables.roles["account_id"]) - set(tables.coverage["account_id"]))
    if stray:
        raise FrameError(f"Coverage has no row for account {stray[0]}, which has roles. This is a bug in hygiene.")


def _write_files(
    tables: ReviewTables, facts: ReviewFacts, provenance: Provenance, folder: Path, formats: Collection[str]
) -> None:
    """Write the tables first and the pages last: the pages offer for download what exists by then."""
    summary = summarise(tables, facts)
    write_json(summary, folder / "summary.json")
    for name, frame in _named(tables).items():
        if "csv" in formats or name in _ALWAYS:
            write_csv(frame, folder / f"{name}.csv")
        if "parquet" in formats:
            write_parquet(frame, folder / f"{name}.parquet")
    policies = policies_of(tables)
    if "csv" in formats:
        write_csv(policies, folder / "policies.csv")
    if "xlsx" in formats:
        write_decisions(tables.decisions, folder / "decisions.xlsx")
    if "html" in formats:
        from hygiene.report.site import write_pages

        write_pages(tables, policies, facts, provenance, summary, folder)


def _named(tables: ReviewTables) -> dict[str, pd.DataFrame]:
    return {
        "roles": tables.roles,
        "findings": tables.findings,
        "coverage": tables.coverage,
        "changes": tables.changes,
        "decisions": tables.decisions,
        "followups": tables.followups,
        "exceptions": tables.exceptions,
        "assumptions": tables.assumptions,
        "role_events": tables.role_events,
    }


def _seal(facts: ReviewFacts, provenance: Provenance, folder: Path) -> tuple[ReportFile, ...]:
    written = sorted(path for path in folder.rglob("*") if path.is_file())
    files = sorted((file_record(folder, path) for path in written), key=lambda file: file.path)
    write_json(manifest_of(files, facts, provenance), folder / MANIFEST)
    return (*files, file_record(folder, folder / MANIFEST))
