"""The ledgers a report rests on: sealed by its manifest as they stood, and held against that when it is verified.

A ledger is only ever added to, so what was sealed is its beginning: its first bytes, of this digest.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hygiene.errors import LedgerError
from hygiene.model import ReportFile
from hygiene.pipeline.ledgers import DECISIONS, ORIGINALS, SENT_FILE, read_answers, reviews_until
from hygiene.pipeline.places import LEDGER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hygiene.model import JsonObject
    from hygiene.store import Store

_SEALED = (DECISIONS, SENT_FILE)
_PATH = re.compile(rf"{LEDGER}/[A-Za-z0-9-]+/(?:{'|'.join(map(re.escape, _SEALED))})")
_LONGEST = 400
_ORIGINAL = re.compile(r"([0-9a-f]{16})-[A-Za-z0-9._-]+")


def ledgers_as_they_stand(out: Store, review_id: str) -> tuple[ReportFile, ...]:
    """Return what people answered and what was sent, in this review and those before; paths are below OUT."""
    paths = [f"{LEDGER}/{review}/{name}" for review in reviews_until(out, review_id) for name in _SEALED]
    found = ((path, _beginning(out, path)) for path in paths)
    return tuple(ReportFile(path, *hashed) for path, hashed in found if hashed is not None)


@dataclass(frozen=True, slots=True)
class Held:
    """Ledgers that still hold what was sealed in them, such as `o-1-2026-Q4/decisions.jsonl`, and what is wrong.

    `since` are those with answers that came after the report was sealed.
    """

    intact: tuple[str, ...]
    problems: tuple[str, ...]
    since: tuple[str, ...]


def ledgers_held(out: Store, manifest: JsonObject) -> Held:
    """Hold every ledger a manifest names, and the reviewers' files these name, against what was sealed.

    Of answers that came later, and of all where a manifest is from before ledgers were sealed, the reviewers' files
    are held against the digests in their names.
    """
    entries = manifest.get("ledger") or []
    intact, problems = [], []
    sealed: dict[str, int] = {}
    for entry in entries if isinstance(entries, list) else [entries]:
        path = _path_of(entry)
        found = (
            list(_problems(out, path, entry)) if path else [f"manifest.json names a ledger that is none: {entry!r}"]
        )
        problems += [problem[:_LONGEST] for problem in found]
        if path:
            sealed[path] = entry["bytes"]
        if not found:
            intact.append(path.removeprefix(f"{LEDGER}/"))
    since = []
    for review in reviews_until(out, str(manifest.get("review_id"))):
        path = f"{LEDGER}/{review}/{DECISIONS}"
        if path not in sealed:
            problems += [problem[:_LONGEST] for problem in _original_problems(out, review)]
        there = _beginning(out, path)
        if there and there[1] > sealed.get(path, 0):
            since.append(path.removeprefix(f"{LEDGER}/"))
    return Held(tuple(intact), tuple(problems), tuple(since))


def _path_of(entry: Any) -> str:
    """Return the path of a ledger below OUT; empty for anything else that stands in the list."""
    path, sealed = (entry.get("path"), entry.get("bytes")) if isinstance(entry, dict) else (None, None)
    return path if isinstance(path, str) and isinstance(sealed, int) and _PATH.fullmatch(path) else ""


def _problems(out: Store, path: str, entry: Mapping[str, Any]) -> Iterator[str]:
    problem = _difference(out, path, entry["bytes"], entry.get("sha256"))
    if problem:
        yield problem
    elif path.endswith(f"/{DECISIONS}"):
        yield from _original_problems(out, path.split("/")[1])


def _difference(out: Store, path: str, sealed: int, sha256: object) -> str:
    found = _beginning(out, path, sealed)
    if found is None:
        return f"{path} is missing: what people answered, or what was sent, is not there"
    digest, size = found
    if size < sealed:
        return f"{path} was cut: {size:,} bytes are there, sealed were {sealed:,}"
    return "" if digest == sha256 else f"{path} was changed: something that was sealed in it is not as it was"


def _beginning(out: Store, path: str, most: int | None = None) -> tuple[str, int] | None:
    """Return digest and size of a file's first bytes, of all when `most` is None; None where there is no file."""
    chunks = out.chunks(path)
    if chunks is None:
        return None
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        part = chunk if most is None else chunk[: most - size]
        digest.update(part)
        size += len(part)
        if size == most:
            break
    return digest.hexdigest(), size


def _original_problems(out: Store, review_id: str) -> Iterator[str]:
    """Yield reviewers' files that a ledger names and that are not there, or not as their names say."""
    folder = f"{LEDGER}/{review_id}/{ORIGINALS}"
    try:
        names = sorted({answer.original for answer in read_answers(out, review_id)})
    except LedgerError as error:
        yield str(error)
        return
    for name in names:
        known = _ORIGINAL.fullmatch(name)
        found = _beginning(out, f"{folder}/{name}") if known else None
        if known is None or found is None:
            yield f"{folder}: {name[:120]!r} is missing, the file that answers came in"
        elif not found[0].startswith(known[1]):
            yield f"{folder}/{name} was changed: its SHA-256 is {found[0]}"
