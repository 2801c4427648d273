"""The interface of a place that holds files: names use `/`, contents are bytes, folders appear whole or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    Fence = Callable[[], None]
    """Raises when what is about to be published must not be: the lock is no longer ours."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """A file's content and the tag of this very version of it: S3's ETag, or a digest."""

    content: bytes
    tag: str


class Store(Protocol):
    """A folder-like place. Every method raises StoreError with a sentence when the place refuses.

    A name that could lead out of the place (`..`, an absolute path) is refused too.
    """

    @property
    def location(self) -> str:
        """Where it is, as a person would write it."""
        ...

    def read(self, name: str) -> bytes | None:
        """Return the content of a file, or None when there is none of that name."""
        ...

    def chunks(self, name: str) -> Iterator[bytes] | None:
        """Return the content of a file in pieces, for files too large for memory; None when there is none."""
        ...

    def exists(self, name: str) -> bool:
        """Whether there is a file or folder of that name."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file, or a folder with all in it; nothing happens when there is none."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Write a file so that a reader sees the old content or the new one, never a part."""
        ...

    def write_folder(self, name: str, files: Mapping[str, bytes]) -> None:
        """Write a folder of files so that it appears complete, replacing an earlier one of the name.

        On S3, where nothing but a single file changes in one step, the last of the files is the seal: it goes first
        and comes last, and a reader that finds it finds the others.
        """
        ...

    def make_aside(self, name: str) -> Path:
        """Return a new, empty local folder that no reader sees, to be filled and given to `publish_folder`."""
        ...

    def publish_folder(self, aside: Path, name: str, fence: Fence | None = None) -> None:
        """Give the filled folder its name in one step, and put it away. The fence is asked just before.

        Readers see the earlier folder or this one, whenever the program is killed.
        """
        ...

    def discard_aside(self, aside: Path) -> None:
        """Remove a folder from `make_aside` that will not be published; nothing happens when it is gone."""
        ...

    def recover(self, folder: str = "") -> None:
        """Put right what a killed run left directly inside a folder. Only for who holds the lock of the place."""
        ...

    def names(self, prefix: str = "") -> list[str]:
        """Return the names of all files below the folder, sorted."""
        ...

    def folders(self, prefix: str = "") -> list[str]:
        """Return the names of the folders directly below the prefix, sorted; half-written ones are not among them."""
        ...

    def child(self, name: str) -> Store:
        """Return the store of a folder inside this one; the folder need not exist yet."""
        ...

    def copies(self) -> tuple[Store, ...]:
        """Return every place where this published folder can be read: S3 keeps a plain copy for people."""
        ...

    def read_tagged(self, name: str) -> Tagged | None:
        """Return a file with its tag, for `write_if` and `remove_if`; None when there is none."""
        ...

    def write_if(self, name: str, content: bytes, tag: str | None) -> str | None:
        """Write a file only while it still has this tag, or with None only while it does not exist.

        Returns the new tag, or None when somebody else was quicker. Contents must differ from version to version.
        """
        ...

    def remove_if(self, name: str, tag: str) -> bool:
        """Remove a file only while it still has this tag; says whether it did."""
        ...
