"""A sealed report read back: every file is what its manifest says, or nothing of it is used."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hygiene.errors import ReportError
from hygiene.model import SCHEMA_VERSION
from hygiene.report.cells import unguarded
from hygiene.report.manifest import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hygiene.store import Store

_QUARTER = re.compile(r"\d{4}-Q[1-4]")


@dataclass(frozen=True, slots=True)
class SealedReport:
    """A report that is as it was sealed. `paths` are its files, without the manifest."""

    store: Store
    manifest_sha256: str
    summary: Mapping[str, Any]
    paths: frozenset[str]

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
    """Return the report in this place. Raises ReportError when it is not sealed, or not as it was sealed."""
    content = store.read(MANIFEST)
    if content is None:
        raise ReportError(f"{store.location} is no finished report: it has no {MANIFEST}.")
    manifest = _object(content, f"{store.location}/{MANIFEST}")
    if int(manifest.get("schema_version", 0)) > SCHEMA_VERSION:
        raise ReportError(f"{store.location} was made by a newer version of hygiene; update this one.")
    paths = _verified(store, manifest)
    summary = _object(store.read("summary.json") or b"", f"{store.location}/summary.json")
    if "summary.json" not in paths or not _QUARTER.fullmatch(str(summary.get("quarter"))):
        raise ReportError(f"{store.location}/summary.json does not say which quarter it is of.")
    return SealedReport(store, hashlib.sha256(content).hexdigest(), summary, paths)


def _verified(store: Store, manifest: Mapping[str, Any]) -> frozenset[str]:
    """Return the paths in the manifest after hashing every one of the files."""
    paths = set()
    for record in manifest.get("files", ()):
        path = str(record["path"])
        content = store.read(path)
        if content is None or hashlib.sha256(content).hexdigest() != record["sha256"]:
            what = "is missing" if content is None else "was changed"
            raise ReportError(
                f"{store.location}/{path} {what} since the report was sealed, so the report is not sent. "
                "`hygiene report` makes it anew."
            )
        paths.add(path)
    return frozenset(paths)


def _object(content: bytes, where: str) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except ValueError as error:
        raise ReportError(f"{where} cannot be read: {error}.") from error
    if not isinstance(document, dict):
        raise ReportError(f"{where} does not hold what it should.")
    return document
