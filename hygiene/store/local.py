"""A local folder as a store: written aside, then renamed, with modes that only the owner can read."""

from __future__ import annotations

import os
import shutil
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hygiene.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# A list of unused administrator roles is an attacker's map: nobody but the owner reads what we write.
FOLDER_MODE, FILE_MODE = 0o700, 0o600
_ASIDE = ".writing-"


class LocalStore:
    """A folder on this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def location(self) -> str:
        """The folder's path."""
        return str(self.root)

    def read(self, name: str) -> bytes | None:
        """Return a file's bytes, None when there is no such file."""
        try:
            return (self.root / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise StoreError(f"{self.root / name}: cannot be read ({error.strerror}).") from error

    def exists(self, name: str) -> bool:
        """Whether there is a file or folder of that name."""
        return (self.root / name).exists()

    def remove(self, name: str) -> None:
        """Remove a file or a whole folder."""
        target = self.root / name
        with _refusals(target):
            if target.is_dir():
                shutil.rmtree(target)
            else:
                target.unlink(missing_ok=True)

    def write(self, name: str, content: bytes) -> None:
        """Write one file by rename."""
        target = self.root / name
        with _refusals(target):
            make_folder(target.parent)
            aside = target.with_name(f"{_ASIDE}{uuid.uuid4().hex}")
            _write_private(aside, content)
            aside.replace(target)

    def write_folder(self, name: str, files: Mapping[str, bytes]) -> None:
        """Write a folder by rename."""
        target = self.root / name
        with _refusals(target):
            aside = self.make_aside(name)
            for file_name, content in files.items():
                make_folder((aside / file_name).parent)
                _write_private(aside / file_name, content)
            self.publish_folder(aside, name)

    def make_aside(self, name: str) -> Path:
        """Return a new empty folder beside the named one, invisible to readers, for `publish_folder`."""
        target = self.root / name
        with _refusals(target):
            make_folder(target.parent)
            aside = target.with_name(f"{_ASIDE}{uuid.uuid4().hex}")
            make_folder(aside)
            return aside

    def publish_folder(self, aside: Path, name: str) -> None:
        """Give a finished folder its name; an earlier folder of the name goes only when the new one stands."""
        target = self.root / name
        with _refusals(target):
            if not target.exists():
                aside.rename(target)
                return
            old = target.with_name(f"{_ASIDE}old-{uuid.uuid4().hex}")
            target.rename(old)
            aside.rename(target)
            shutil.rmtree(old)

    def names(self, prefix: str = "") -> list[str]:
        """Return all files below, without what is being written."""
        base = self.root / prefix
        found = (path.relative_to(self.root) for path in base.rglob("*") if path.is_file())
        return sorted(path.as_posix() for path in found if not any(part.startswith(_ASIDE) for part in path.parts))

    def folders(self, prefix: str = "") -> list[str]:
        """Return the folders directly below."""
        base = self.root / prefix
        if not base.is_dir():
            return []
        return sorted(path.name for path in base.iterdir() if path.is_dir() and not path.name.startswith(_ASIDE))

    def child(self, name: str) -> LocalStore:
        """Return a folder inside this one."""
        return LocalStore(self.root / name)


def make_folder(path: Path) -> None:
    """Make a folder and the missing ones above it, readable by the owner alone."""
    for missing in reversed([folder for folder in (path, *path.parents) if not folder.exists()]):
        missing.mkdir(mode=FOLDER_MODE, exist_ok=True)


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


@contextmanager
def _refusals(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{target}: cannot be written ({error.strerror}). Name a writable place with --out or --snapshot."
        ) from error
