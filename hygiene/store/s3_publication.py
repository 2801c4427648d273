"""A folder that S3 readers see whole: each publication under a prefix of its own, and a pointer to the newest.

    <folder>/.runs/<run>/…          the files, never changed again; the run published before it stays for its readers
    <folder>/.runs/current.json     the pointer: one conditional write publishes. This program reads through it
    <folder>/…                      a plain copy for people and their scripts, sealed by its `manifest.json`
    <folder>/.runs/copied.json      which run the plain copy holds, so that a killed copying is done again

While the plain copy is made, its first page is one that leads to the finished run.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hygiene.errors import LockLostError, StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from hygiene.store.base import Fence
    from hygiene.store.s3_bucket import Bucket

RUNS = ".runs"
FIRST_PAGE, SEAL = "index.html", "manifest.json"

_COPY_ATTEMPTS = 3
_LEADS_ON = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Access review</title>
<meta http-equiv="refresh" content="0; url=.runs/{run}/index.html">
<p>This review was published a moment ago. <a href=".runs/{run}/index.html">Open it</a>.</p></html>
"""


@dataclass(frozen=True, slots=True)
class Pointer:
    """The run that readers follow, the one before it, and the pointer's own ETag."""

    run: str
    replaced: str
    tag: str


class Publication:
    """One published folder; `folder` is its key, ending in `/`."""

    def __init__(self, bucket: Bucket, folder: str) -> None:
        self._bucket = bucket
        self._folder = folder
        self._runs = f"{folder}{RUNS}/"

    def pointer(self) -> Pointer | None:
        """Return where readers are to look, None for a folder that was never published."""
        found = self._bucket.get(f"{self._runs}current.json")
        if found is None:
            return None
        content = _json(found.content)
        run = content.get("run")
        if not isinstance(run, str) or not run.isalnum():
            raise StoreError(f"{self._bucket.place(self._runs)}current.json is damaged: it names no run.")
        return Pointer(run, str(content.get("replaced", "")), found.tag)

    def prefix_of(self, run: str) -> str:
        """Return the key below which a run's files lie."""
        return f"{self._runs}{run}/"

    def publish(self, aside: Path, fence: Fence | None) -> None:
        """Upload a local folder and point readers to it.

        Raises LockLostError, with nothing published, when another run published in the meantime.
        """
        before = self.pointer()
        run = uuid.uuid4().hex
        files = {path.relative_to(aside).as_posix(): path for path in aside.rglob("*") if path.is_file()}
        self._bucket.upload({f"{self.prefix_of(run)}{name}": path for name, path in files.items()})
        if fence is not None:
            fence()
        content = {
            "run": run,
            "replaced": before.run if before else "",
            "published_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        pointed = self._bucket.put_if(f"{self._runs}current.json", _bytes(content), before.tag if before else None)
        if pointed is None:
            raise LockLostError(
                f"{self._bucket.place(self._folder)}: another run published here meanwhile; its report stands."
            )
        self.settle()

    def settle(self) -> None:
        """Bring the plain copy up to the pointer, and remove runs that nobody reads any more."""
        for _ in range(_COPY_ATTEMPTS):
            pointer = self.pointer()
            if pointer is None:
                self._remove_runs(kept=())
                return
            if self._copied() != pointer.run:
                self._copy(pointer.run)
            if self.pointer() == pointer:
                self._remove_runs(kept=(pointer.run, pointer.replaced))
                return

    def _copied(self) -> str:
        found = self._bucket.get(f"{self._runs}copied.json")
        return str(_json(found.content).get("run", "")) if found else ""

    def _copy(self, run: str) -> None:
        source = self.prefix_of(run)
        names = [key[len(source) :] for key in self._bucket.keys(source)]
        plain = [key[len(self._folder) :] for key in self._bucket.keys(self._folder)]
        old = [name for name in plain if not name.startswith(f"{RUNS}/")]
        # Unsealed before anything else changes: what is there from now on is nobody's evidence.
        self._bucket.delete([f"{self._folder}{SEAL}"] if SEAL in old else [])
        if FIRST_PAGE in names:
            self._bucket.put(f"{self._folder}{FIRST_PAGE}", _LEADS_ON.format(run=run).encode())
        self._bucket.delete(f"{self._folder}{name}" for name in old if name not in names)
        self._copy_each(source, [name for name in names if name not in {FIRST_PAGE, SEAL}])
        self._copy_each(source, [FIRST_PAGE] if FIRST_PAGE in names else [])
        self._copy_each(source, [SEAL] if SEAL in names else [])
        self._bucket.put(f"{self._runs}copied.json", _bytes({"run": run}))

    def _copy_each(self, source: str, names: list[str]) -> None:
        self._bucket.copy((f"{source}{name}", f"{self._folder}{name}") for name in names)

    def _remove_runs(self, kept: tuple[str, ...]) -> None:
        for run in list(self._bucket.folders(self._runs)):
            if run not in kept:
                self._bucket.delete(self._bucket.keys(self.prefix_of(run)))


def _json(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _bytes(content: dict[str, str]) -> bytes:
    return (json.dumps(content, indent=2) + "\n").encode()
