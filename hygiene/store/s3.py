"""A prefix of an S3 bucket as a store; published folders are read through their pointer."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hygiene.store.names import checked_name
from hygiene.store.s3_publication import RUNS, Publication

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hygiene.store.base import Fence, Tagged
    from hygiene.store.s3_bucket import Bucket


class S3Store:
    """A folder of a bucket.

    Where the folder itself, or one directly inside it, was published, reading shows what was published last when this
    store first looked: a reader keeps to one report though another one appears meanwhile.
    """

    def __init__(self, bucket: Bucket, folder: str, *, follows: bool = True) -> None:
        """`folder` is a key prefix, empty or ending in `/`; without `follows` it is read as it lies there."""
        self._bucket = bucket
        self._folder = folder
        self._follows = follows
        self._runs: dict[str, str] = {}

    @property
    def location(self) -> str:
        """The address, as `s3://bucket/prefix`."""
        return self._bucket.place(self._folder).rstrip("/")

    def read(self, name: str) -> bytes | None:
        """Return an object's bytes, None when there is none."""
        found = self._bucket.get(self._read_key(name))
        return None if found is None else found.content

    def chunks(self, name: str) -> Iterator[bytes] | None:
        """Return an object's bytes a megabyte at a time."""
        return self._bucket.chunks(self._read_key(name))

    def exists(self, name: str) -> bool:
        """Whether there is an object, or one below it. Keys are sorted: the object itself would be the first."""
        key = self._read_key(name)
        return self._bucket.has_any(key) == key or self._bucket.has_any(f"{key}/") is not None

    def remove(self, name: str) -> None:
        """Delete an object, or all below it."""
        key = self._key(name)
        self._bucket.delete([key, *self._bucket.keys(f"{key}/")])

    def write(self, name: str, content: bytes) -> None:
        """Write an object, which S3 does whole or not at all."""
        self._bucket.put(self._key(name), content)

    def write_folder(self, name: str, files: Mapping[str, bytes]) -> None:
        """Write the files, the last one as the seal: it goes first and comes last."""
        folder = f"{self._key(name)}/"
        contents = {f"{folder}{checked_name(file_name)}": content for file_name, content in files.items()}
        seal = next(reversed(contents), None)
        self._bucket.delete([seal] if seal else [])
        self._bucket.delete(key for key in self._bucket.keys(folder) if key not in contents)
        self._bucket.put_all({key: content for key, content in contents.items() if key != seal})
        if seal:
            self._bucket.put(seal, contents[seal])

    def make_aside(self, name: str) -> Path:
        """Return an empty folder of this machine; only its owner can read it."""
        checked_name(name)
        return Path(tempfile.mkdtemp(prefix="role-hygiene-"))

    def publish_folder(self, aside: Path, name: str, fence: Fence | None = None) -> None:
        """Upload a folder under a prefix of its own, then let the pointer name it."""
        self._publication(f"{checked_name(name)}/").publish(aside, fence)
        self._runs.clear()
        self.discard_aside(aside)

    def discard_aside(self, aside: Path) -> None:
        """Remove the folder of this machine."""
        shutil.rmtree(aside, ignore_errors=True)

    def recover(self, folder: str = "") -> None:
        """Finish the plain copies that a kill cut short; remove uploads that were never pointed to."""
        base = f"{checked_name(folder)}/" if folder else ""
        for name in list(self._bucket.folders(f"{self._folder}{base}")):
            if self._bucket.has_any(f"{self._folder}{base}{name}/{RUNS}/") is not None:
                self._publication(f"{base}{name}/").settle()

    def names(self, prefix: str = "") -> list[str]:
        """Return the keys below, relative to this folder; a published folder's are those of the run."""
        shown = f"{checked_name(prefix)}/" if prefix else ""
        base = self._followed(shown)
        found = (f"{shown}{key[len(base) :]}" for key in self._bucket.keys(base))
        return sorted(name for name in found if RUNS not in name.split("/"))

    def folders(self, prefix: str = "") -> list[str]:
        """Return the folders directly below."""
        base = self._followed(f"{checked_name(prefix)}/" if prefix else "")
        return sorted(name for name in self._bucket.folders(base) if name != RUNS)

    def child(self, name: str) -> S3Store:
        """Return the store of a prefix below this one."""
        return S3Store(self._bucket, f"{self._key(name)}/", follows=self._follows)

    def copies(self) -> tuple[S3Store, ...]:
        """Return what the pointer leads to, and the plain copy beside it."""
        if not self._run_of(""):
            return (self,)
        return (self, S3Store(self._bucket, self._folder, follows=False))

    def read_tagged(self, name: str) -> Tagged | None:
        """Return an object with its ETag."""
        return self._bucket.get(self._key(name))

    def write_if(self, name: str, content: bytes, tag: str | None) -> str | None:
        """Write an object on condition."""
        return self._bucket.put_if(self._key(name), content, tag)

    def remove_if(self, name: str, tag: str) -> bool:
        """Delete an object on condition."""
        return self._bucket.delete_if(self._key(name), tag)

    def _key(self, name: str) -> str:
        return f"{self._folder}{checked_name(name)}"

    def _read_key(self, name: str) -> str:
        return self._followed(checked_name(name))

    def _followed(self, name: str) -> str:
        """Return the key of a name; below a published folder, the one inside the run that the pointer names."""
        first, slash, rest = name.partition("/")
        if run := self._run_of(""):
            return f"{self._publication('').prefix_of(run)}{name}"
        if slash and (run := self._run_of(f"{first}/")):
            return f"{self._publication(f'{first}/').prefix_of(run)}{rest}"
        return f"{self._folder}{name}"

    def _run_of(self, folder: str) -> str:
        if not self._follows:
            return ""
        if folder not in self._runs:
            pointer = self._publication(folder).pointer()
            self._runs[folder] = pointer.run if pointer else ""
        return self._runs[folder]

    def _publication(self, folder: str) -> Publication:
        return Publication(self._bucket, f"{self._folder}{folder}")
