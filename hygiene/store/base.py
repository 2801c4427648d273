"""The interface of a place that holds files: names use `/`, contents are bytes, folders appear whole or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class Store(Protocol):
    """A folder-like place. Every method raises StoreError with a sentence when the place refuses."""

    @property
    def location(self) -> str:
        """Where it is, as a person would write it."""
        ...

    def read(self, name: str) -> bytes | None:
        """Return the content of a file, or None when there is none of that name."""
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
        """Write a folder of files so that it appears complete, replacing an earlier one of the name."""
        ...

    def names(self, prefix: str = "") -> list[str]:
        """Return the names of all files below the prefix, sorted."""
        ...

    def folders(self, prefix: str = "") -> list[str]:
        """Return the names of the folders directly below the prefix, sorted; half-written ones are not among them."""
        ...

    def child(self, name: str) -> Store:
        """Return the store of a folder inside this one; the folder need not exist yet."""
        ...
