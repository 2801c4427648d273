"""Is a report what was sealed? Every file and every ledger against its manifest, and the manifests before it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hygiene.errors import ConfigError, ReportError
from hygiene.pipeline.ledger_seals import ledgers_held
from hygiene.pipeline.places import LEDGER, Places
from hygiene.pipeline.previous import snapshot_of
from hygiene.report.evidence import Seal, differences, seal_of
from hygiene.snapshot import layout
from hygiene.snapshot.recorded import differences as differences_in_snapshot
from hygiene.store import open_store, split_location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.store import Store

_LINKS = {"supersedes": "the report it supersedes", "previous_manifest_sha256": "the earlier quarter's report"}
"""Keys of a manifest that hold another manifest's SHA-256; empty where there was none."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of verifying.

    `chain` names the manifests that were found and are unchanged, newest first; `ledgers` those that still hold
    what was sealed in them; `snapshot` is where what AWS said lies, unchanged, or empty where it is there no more
    or does not say what it held.
    """

    location: str
    manifest_sha256: str
    files: int
    chain: tuple[str, ...]
    ledgers: tuple[str, ...]
    snapshot: str
    problems: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """Say 0 all as sealed, 1 otherwise."""
        return 1 if self.problems else 0


def verify(location: str) -> Verdict:
    """Verify a report folder, `OUT/<quarter>` on disk or `s3://…`.

    A link that leads to a manifest which is not there is a problem too: what cannot be shown is not proven.
    Raises ConfigError where there is no folder, ReportError for a manifest that is damaged or too new.
    """
    out, name = split_location(location)
    folder = open_store(location)
    seal = _seal(folder)
    problems = list(_in_all_copies(folder, seal))
    places = Places(open_store(out))
    walk = _Walk(places)
    walk.follow(name, seal)
    ledgers = ledgers_held(places.out, seal.manifest)
    snapshot, changes = _snapshot(places, seal)
    return Verdict(
        location=folder.location,
        manifest_sha256=seal.sha256,
        files=len(seal.manifest["files"]),
        chain=tuple(walk.found),
        ledgers=ledgers.intact,
        snapshot=snapshot,
        problems=(*problems, *walk.problems, *ledgers.problems, *changes),
        notes=(*_notes(places, name, seal), *map(_came_since, ledgers.since)),
    )


def _seal(folder: Store) -> Seal:
    content = folder.read(layout.MANIFEST)
    if content is not None:
        return seal_of(content, folder.location)
    if not folder.names():
        raise ConfigError(f"{folder.location}: no report there. Name its folder, such as reports/2026-Q4.")
    raise ReportError(f"{folder.location}: manifest.json is missing, so nothing in the folder is proven.")


def _in_all_copies(folder: Store, seal: Seal) -> Iterator[str]:
    first, *others = folder.copies()
    yield from map(str, differences(first, seal))
    for copy in others:
        content = copy.read(layout.MANIFEST)
        if content is None or hashlib.sha256(content).hexdigest() != seal.sha256:
            yield "the plain copy has another manifest.json, or none: the next run makes the copy anew"
        yield from (f"in the plain copy, {problem}" for problem in differences(copy, seal))


class _Walk:
    """Follows the links from manifest to manifest."""

    def __init__(self, places: Places) -> None:
        self._out = places.out
        self._quarters = {
            hashlib.sha256(content).hexdigest(): (name, content)
            for name in places.quarters()
            if (content := places.out.read(f"{name}/{layout.MANIFEST}")) is not None
        }
        self.found: list[str] = []
        self.problems: list[str] = []

    def follow(self, name: str, seal: Seal) -> None:
        """Look for every manifest that this one and its forerunners name."""
        waiting, seen = [(name, seal)], {seal.sha256}
        while waiting:
            here, manifest = waiting.pop(0)
            for key, meaning in _LINKS.items():
                digest = str(manifest.manifest.get(key) or "")
                if digest and digest not in seen:
                    seen.add(digest)
                    waiting += self._linked(digest, here, meaning)

    def _linked(self, digest: str, named_by: str, meaning: str) -> list[tuple[str, Seal]]:
        name, content = self._quarters.get(digest) or self._superseded(digest)
        if not content:
            self.problems.append(
                f"{named_by} names {meaning} by SHA-256 {digest[:80]!r}: no report and no superseded manifest in "
                f"{self._out.location} has it"
            )
            return []
        try:
            seal = seal_of(content, name)
        except ReportError as error:
            self.problems.append(str(error))
            return []
        if seal.sha256 != digest:
            self.problems.append(f"{name} was changed: its SHA-256 is {seal.sha256}")
            return []
        self.found.append(name)
        return [(name, seal)]

    def _superseded(self, digest: str) -> tuple[str, bytes]:
        """Return the manifest that a later report replaced, from the ledger; nothing when it is not there."""
        for review in self._out.folders(LEDGER) if digest.isalnum() else ():
            name = f"{LEDGER}/{review}/superseded/{digest}.json"
            content = self._out.read(name)
            if content is not None:
                return name, content
        return "", b""


def _snapshot(places: Places, seal: Seal) -> tuple[str, tuple[str, ...]]:
    """Return where the snapshot lies if it is as it was collected, and what was changed in it.

    One that was pruned, or whose place is not to be reached from here, proves and disproves nothing.
    """
    snapshot = snapshot_of(places, seal.manifest)
    if snapshot is None or not snapshot.recorded.folders:
        return "", ()
    found = differences_in_snapshot(open_store(snapshot.location), snapshot.recorded)
    changes = tuple(f"in the snapshot {snapshot.location}, {difference}" for difference in found)
    return "" if changes else snapshot.location, changes


def _notes(places: Places, name: str, seal: Seal) -> Iterator[str]:
    earlier = places.previous_quarter(name)
    if earlier and not seal.manifest.get("previous_manifest_sha256"):
        yield f"the manifest names no earlier review, though {earlier} is there: made later, or the link was cut"


def _came_since(ledger: str) -> str:
    return f"{ledger} has answers that came after the report was sealed: make it again to seal them"
