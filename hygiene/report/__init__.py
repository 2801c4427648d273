"""Tables in, files out: the pages, spreadsheets, machine twins, summary and manifest of one review.

Nothing here reads a clock, a setting or AWS: the same tables and facts give the same bytes, and what must differ
from run to run arrives as `Provenance` and goes into `manifest.json` alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.report.links import owner_page, role_anchor
from hygiene.report.trend import trend_point

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from hygiene.frames import Review
    from hygiene.model import Provenance, ReportFile, ReviewFacts
    from hygiene.report.write import WrittenElsewhere

__all__ = [
    "EVERY_FORMAT",
    "FORMATS",
    "headline_of",
    "owner_page",
    "require_format",
    "role_anchor",
    "summarise",
    "trend_point",
    "unguarded",
    "write_report",
]

FORMATS = ("html", "csv", "xlsx", "json", "parquet")
"""What is written where nobody names any."""
EVERY_FORMAT = (*FORMATS, "ocsf")
"""All there are; the last one needs an optional package."""


def require_format(name: str) -> None:
    """Raise ConfigError with the command that installs what a format needs, where that is missing."""
    from hygiene.report import ocsf

    if name == ocsf.OCSF:
        ocsf.require_ocsf()


def summarise(review: Review, facts: ReviewFacts) -> dict[str, Any]:
    """Return the content of `summary.json`: the only place where the numbers of a review are counted."""
    from hygiene.report import summary

    return summary.summarise(review, facts)


def unguarded(cell: str) -> str:
    """Return the text behind a cell of our CSV files: without the guard against formulas, where one was added."""
    from hygiene.report import cells

    return cells.unguarded(cell)


def headline_of(summary: dict[str, Any]) -> str:
    """Return the first page's first sentence as plain text, for the command line."""
    from hygiene.report import wording

    first = wording.headline(summary)
    return " ".join(part for part in (f"{first.population}; {first.ask}", first.coverage) if part)


def write_report(
    review: Review,
    facts: ReviewFacts,
    provenance: Provenance,
    destination: Path,
    formats: Collection[str] = FORMATS,
    elsewhere: WrittenElsewhere | None = None,
) -> tuple[ReportFile, ...]:
    """Write the report into an existing, empty folder and return its files, `manifest.json` last.

    Summary, coverage, manifest, proposals and removal scripts are written whatever the formats. Raises ReportError
    when the folder cannot take the report, FrameError when the tables contradict each other. One account is in memory
    at a time. `elsewhere`: who gives the accounts, where other machines write them (see `hygiene.report.account`).
    """
    from hygiene.report import write

    return write.write_report(review, facts, provenance, destination, formats, elsewhere)
