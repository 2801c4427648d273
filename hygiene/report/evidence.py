"""A sealed report folder → what in it differs from its manifest. Files are hashed in pieces, never held whole."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hygiene.errors import ReportError, StoreError
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
            "Upgrade hygiene to verify it."
        )
    return Seal(manifest, hashlib.sha256(content).hexdigest())


def differences(folder: Store, seal: Seal) -> Iterator[str]:
    """Yield a sentence for every file that is missing, was changed, or is not on the list."""
    there = set(folder.names())
    listed: set[str] = {MANIFEST}
    for entry in seal.manifest["files"]:
        path = entry.get("path") if isinstance(entry, dict) else None
        if not isinstance(path, str) or path in listed:
            yield f"manifest.json has an entry that names no file of its own: {json.dumps(entry)[:200]}"
            continue
        listed.add(path)
        yield from _difference(folder, entry, is_there=path in there)
    yield from (f"{name!r} is extra: the manifest does not list it" for name in sorted(there - listed))


def _difference(folder: Store, entry: dict[str, Any], *, is_there: bool) -> Iterator[str]:
    path = entry["path"]
    found = _hashed(folder, path) if is_there else None
    if found is None:
        yield f"{path!r} is missing"
        return
    sha256, size = found
    if sha256 != entry.get("sha256"):
        yield f"{path!r} was changed: its SHA-256 is {sha256}, sealed was {entry.get('sha256')}"
    elif size != entry.get("bytes"):
        yield f"{path!r} has {size} bytes, sealed were {entry.get('bytes')}"


def _hashed(folder: Store, path: str) -> tuple[str, int] | None:
    try:
        chunks = folder.chunks(path)
    except StoreError:
        return None
    if chunks is None:
        return None
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size
