"""Where an account's files go: into the report's folder, or into memory where somebody else owns that folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from pathlib import Path

_OWN_EYES_ONLY = 0o600


class File(NamedTuple):
    """One file of a report, by its path from the report's root; `is_private`: nobody else may read or change it."""

    path: str
    content: bytes
    is_private: bool = False


class Sink(Protocol):
    """Takes files."""

    def put(self, file: File) -> None:
        """Take one file."""
        ...


class FolderSink:
    """Writes every file below a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: set[Path] = set()

    def put(self, file: File) -> None:
        """Write the file, and the folders above it."""
        path = self.folder / file.path
        if path.parent not in self._made:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(path.parent)
        if file.is_private:
            path.touch(_OWN_EYES_ONLY)
        path.write_bytes(file.content)
        if file.is_private:
            path.chmod(_OWN_EYES_ONLY)


class MemorySink:
    """Keeps every file."""

    def __init__(self) -> None:
        self.files: list[File] = []

    def put(self, file: File) -> None:
        """Keep the file."""
        self.files.append(file)
