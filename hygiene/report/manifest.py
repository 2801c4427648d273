"""`manifest.json`: every other file with its digest, and all that differs from run to run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from hygiene.model import SCHEMA_VERSION, ReportFile
from hygiene.report.cells import iso

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from hygiene.model import Provenance, ReviewFacts

MANIFEST = "manifest.json"


def file_record(folder: Path, path: Path) -> ReportFile:
    """Return a file as a manifest lists it; the path is relative to the folder."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return ReportFile(path=path.relative_to(folder).as_posix(), sha256=digest, bytes=path.stat().st_size)


def manifest_of(files: Iterable[ReportFile], facts: ReviewFacts, provenance: Provenance) -> dict[str, Any]:
    """Return the content of `manifest.json` for these files."""
    return {
        "schema_version": SCHEMA_VERSION,
        "review_id": facts.review_id,
        "run_id": provenance.run_id,
        "files": [asdict(file) for file in files],
        "snapshot": {
            "location": provenance.snapshot_location,
            "manifest_sha256": provenance.snapshot_manifest_sha256,
        },
        "previous_manifest_sha256": provenance.previous_manifest_sha256,
        "supersedes": provenance.supersedes,
        "ledger": [asdict(file) for file in provenance.ledger],
        "parameters": dict(facts.parameters),
        "versions": dict(facts.versions),
        "collector_arn": provenance.collector_arn,
        "started_at": iso(provenance.started_at),
        "finished_at": iso(provenance.finished_at),
    }


def write_json(content: Any, path: Path) -> None:
    """Write JSON for people and machines: indented, keys in the order given, one line end at the end."""
    text = json.dumps(content, indent=2, ensure_ascii=False, default=str)
    path.write_text(f"{text}\n", encoding="utf-8", errors="replace", newline="\n")
