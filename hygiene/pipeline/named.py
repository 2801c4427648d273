"""What `--previous` names: an earlier snapshot, or an earlier report, which knows its moment and its snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hygiene.documents import parse_time
from hygiene.errors import HygieneError
from hygiene.pipeline.places import Places
from hygiene.pipeline.previous import read_object, snapshot_of
from hygiene.snapshot import layout
from hygiene.store import open_store, split_location

if TYPE_CHECKING:
    from datetime import datetime

_SUMMARY = "summary.json"


@dataclass(frozen=True, slots=True)
class NamedReport:
    """A sealed report. `places`: those of the OUT it lies in, `folder`: its name there."""

    places: Places
    folder: str
    quarter: str
    as_of: datetime | None
    manifest: dict[str, Any]

    def snapshot(self) -> str | None:
        """Return where the snapshot lies that it was made from; None when it is gone, or another one by now."""
        found = snapshot_of(self.places, self.manifest)
        return found.location if found is not None else None


def named_report(location: str) -> NamedReport | None:
    """Return the report at a location; None for anything else, a snapshot above all."""
    try:
        parent, folder = split_location(location)
        out = open_store(parent)
        summary, manifest = (read_object(out, f"{folder}/{name}") for name in (_SUMMARY, layout.MANIFEST))
    except HygieneError:
        return None
    if not isinstance(summary.get("quarter"), str) or not manifest.get("review_id"):
        return None
    return NamedReport(Places(out), folder, summary["quarter"], parse_time(summary.get("as_of")), manifest)


def snapshot_named(location: str | None) -> str | None:
    """Return the snapshot that `--previous` means: the one it names, or the one a named report was made from."""
    report = named_report(location) if location is not None else None
    return location if report is None else report.snapshot()
