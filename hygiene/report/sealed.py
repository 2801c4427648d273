"""A sealed report read back: every file is what its manifest says, or nothing of it is used."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hygiene.errors import ConfigError, ReportError
from hygiene.report.cells import unguarded
from hygiene.report.evidence import broken_files, seal_of
from hygiene.report.manifest import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hygiene.store import Store

SUMMARY = "summary.json"
_QUARTER = re.compile(r"\d{4}-Q[1-4]")


@dataclass(frozen=True, slots=True)
class SealedReport:
    """A report that is as it was sealed. `digests`: path → SHA-256 of its files, without the manifest."""

    store: Store
    manifest_sha256: str
    summary: Mapping[str, Any]
    digests: Mapping[str, str]

    @property
    def paths(self) -> frozenset[str]:
        """Its files, without the manifest."""
        return frozenset(self.digests)

    @property
    def review_id(self) -> str:
        """The review's stable name."""
        return str(self.summary["review_id"])

    @property
    def quarter(self) -> str:
        """The review's quarter, such as `2026-Q4`."""
        return str(self.summary["quarter"])

    def rows(self, table: str) -> Iterator[dict[str, str]]:
        """Yield the rows of a table as plain text, with the guard against spreadsheet formulas taken off again.

        Raises ReportError when the report was made without CSV files.
        """
        content = self.store.read(f"{table}.csv")
        if content is None or f"{table}.csv" not in self.paths:
            raise ReportError(
                f"{self.store.location} has no {table}.csv, which mails are made from; "
                "make the report again with csv among the formats."
            )
        for row in csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")):
            yield {name: unguarded(cell) for name, cell in row.items()}


def open_sealed(store: Store) -> SealedReport:
    """Return the report in this place; files that people put beside it do not matter.

    Raises ConfigError when nothing is there; ReportError when it is not sealed, not as it was sealed, or of a newer
    version.
    """
    content = store.read(MANIFEST)
    if content is None and not store.names():
        raise ConfigError(f"{store.location}: no report there. Name its folder, such as reports/2026-Q4.")
    if content is None:
        raise ReportError(f"{store.location} is no finished report: it has no {MANIFEST}.")
    seal = seal_of(content, store.location)
    for broken in broken_files(store, seal):
        named = f"/{broken.path} {broken.what} since the report was sealed" if broken.path else f": {broken.what}"
        raise ReportError(f"{store.location}{named}, so the report is not sent. `hygiene report` makes it anew.")
    digests = {entry["path"]: entry["sha256"] for entry in seal.manifest["files"]}
    summary = _summary(store) if SUMMARY in digests else {}
    if not _QUARTER.fullmatch(str(summary.get("quarter"))):
        raise ReportError(f"{store.location}/{SUMMARY} does not say which quarter it is of.")
    return SealedReport(store, seal.sha256, summary, digests)


def _summary(store: Store) -> dict[str, Any]:
    try:
        document = json.loads(store.read(SUMMARY) or b"")
    except ValueError as error:
        raise ReportError(f"{store.location}/{SUMMARY} cannot be read: {error}.") from error
    return document if isinstance(document, dict) else {}
