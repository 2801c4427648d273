"""A sealed report folder → what in it differs from its manifest. Files are hashed in pieces, never held whole."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hygiene.errors import ReportError
from hygiene.model import SCHEMA_VERSION
from hygiene.report.manifest import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.model import JsonObject
    from hygiene.store import Store


@dataclass(frozen=True, slots=True)
class Seal:
    """A manifest as it was found: its content, and the digest other manifests know it by."""

    manifest: JsonObject
    sha256: str


def seal_of(content: bytes, location: str) -> Seal:
    """Return the manifest of a report. Raises ReportError for one that is damaged or of a newer version."""
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError):
        manifest = None
    version = manifest.get("schema_version") if isinstance(manifest, dict) else None
    if not isinstance(manifest, dict) or not isinstance(version, int) or not isinstance(manifest.get("files"), list):
        raise ReportError(
            f"{location}: manifest.json is no manifest of a report, so nothing in the folder is proven."
        )
    if version > SCHEMA_VERSION:
        raise ReportError(
            f"{location} was written by a newer hygiene (schema {version}, this one reads up to {SCHEMA_VERSION}). "
            "Upgrade hygiene to read it."
        )
    return Seal(manifest, hashlib.sha256(content).hexdigest())


@dataclass(frozen=True, slots=True)
class Difference:
    """A file that is not as its report was sealed; an empty `path`: an entry of the manifest that names no file."""

    path: str
    what: str
    detail: str = ""

    def __str__(self) -> str:
        """Return it as a sentence; a path is a stranger's text."""
        return f"{self.path!r} {self.what}{self.detail}" if self.path else f"{self.what}{self.detail}"


def differences(folder: Store, seal: Seal) -> Iterator[Difference]:
    """Yield every file that is missing, was changed, or is not on the list."""
    yield from broken_files(folder, seal)
    listed = {MANIFEST, *listed_paths(seal)}
    yield from (
        Difference(name, "is extra", ": the manifest does not list it")
        for name in folder.names()
        if name not in listed
    )


def broken_files(folder: Store, seal: Seal) -> Iterator[Difference]:
    """Yield every file on the list that is missing or was changed; what lies beside them does not matter."""
    there = set(folder.names())
    listed: set[str] = {MANIFEST}
    for entry in seal.manifest["files"]:
        path = entry.get("path") if isinstance(entry, dict) else None
        if not isinstance(path, str) or path in listed:
            words = "manifest.json has an entry that names no file of its own"
            yield Difference("", words, f": {json.dumps(entry)[:200]}")
            continue
        listed.add(path)
        difference = _difference(folder, entry, is_there=path in there)
        if difference is not None:
            yield difference


def listed_paths(seal: Seal) -> frozenset[str]:
    """Return the paths of the manifest's files; it does not list itself."""
    paths = (entry.get("path") for entry in seal.manifest["files"] if isinstance(entry, dict))
    return frozenset(path for path in paths if isinstance(path, str))


def _difference(folder: Store, entry: dict[str, Any], *, is_there: bool) -> Difference | None:
    path = entry["path"]
    found = _hashed(folder, path) if is_there else None
    if found is None:
        return Difference(path, "is missing")
    sha256, size = found
    if sha256 != entry.get("sha256"):
        return Difference(path, "was changed", f": its SHA-256 is {sha256}, sealed was {entry.get('sha256')}")
    if size != entry.get("bytes"):
        return Difference(path, "was changed", f": it has {size} bytes, sealed were {entry.get('bytes')}")
    return None


def _hashed(folder: Store, path: str) -> tuple[str, int] | None:
    chunks = folder.chunks(path)
    if chunks is None:
        return None
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size
