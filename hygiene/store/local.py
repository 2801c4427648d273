"""A local folder as a store: written aside, then renamed, with modes that only the owner can read."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sys
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hygiene.errors import StoreError
from hygiene.store.base import Tagged
from hygiene.store.exchange import exchange
from hygiene.store.names import checked_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

    from hygiene.store.base import Fence

# A list of unused administrator roles is an attacker's map: nobody but the owner reads what we write.
FOLDER_MODE, FILE_MODE = 0o700, 0o600
CHUNK_BYTES = 1 << 20

_ASIDE = ".writing-"
_REPLACED = ".replaced-"
_UNIQUE = 33  # "-" and the 32 digits that end a replaced folder's name
_HIDDEN = (_ASIDE, _REPLACED)

_MISSING = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
_WRONG_PLACE = {
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EEXIST,
    errno.EISDIR,
    errno.ENAMETOOLONG,
}
"""Refusals that come from the place that was named; a full disk is none of them."""


class LocalStore:
    """A folder on this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._made_root = False

    @property
    def location(self) -> str:
        """The folder's path."""
        return str(self.root)

    def read(self, name: str) -> bytes | None:
        """Return a file's bytes, None when there is no such file."""
        with _unreadable(self.root / name):
            try:
                return self._path(name).read_bytes()
            except _MISSING:
                return None

    def chunks(self, name: str) -> Iterator[bytes] | None:
        """Return a file's bytes a megabyte at a time."""
        with _unreadable(self.root / name):
            try:
                file = self._path(name).open("rb")
            except _MISSING:
                return None
        return _chunks(file, self.root / name)

    def exists(self, name: str) -> bool:
        """Whether there is a file or folder of that name."""
        target = self._path(name)
        with _unreadable(target):
            return target.exists()

    def remove(self, name: str) -> None:
        """Remove a file or a whole folder."""
        target = self._path(name)
        with _refusals(target):
            if target.is_dir():
                shutil.rmtree(target)
            else:
                target.unlink(missing_ok=True)

    def write(self, name: str, content: bytes) -> None:
        """Write one file by rename."""
        target = self._path(name)
        with _refusals(target), _written_aside(target, content) as aside:
            aside.replace(target)

    def write_folder(self, name: str, files: Mapping[str, bytes]) -> None:
        """Write a folder by rename."""
        target = self._path(name)
        with _refusals(target):
            aside = self.make_aside(name)
            try:
                for file_name, content in files.items():
                    path = aside / checked_name(file_name)
                    make_folder(path.parent)
                    _write_private(path, content)
                self._give_name(aside, target)
            except BaseException:
                self.discard_aside(aside)
                raise

    def make_aside(self, name: str) -> Path:
        """Return a new empty folder beside the named one, so that a rename is enough to publish it."""
        target = self._path(name)
        with _refusals(target):
            aside = _aside_of(target)
            make_folder(aside)
            return aside

    def publish_folder(self, aside: Path, name: str, fence: Fence | None = None) -> None:
        """Give a finished folder its name, on disk before it is seen; an earlier one goes when the new one stands."""
        target = self._path(name)
        with _refusals(target):
            _settle_on_disk(aside)
            if fence is not None:
                fence()
            self._give_name(aside, target)
            _sync(target.parent)

    def discard_aside(self, aside: Path) -> None:
        """Remove an aside."""
        shutil.rmtree(aside, ignore_errors=True)

    def recover(self, folder: str = "") -> None:
        """Give a folder back its name where a kill came between two renames; remove what was being written."""
        base = self._path(folder) if folder else self.root
        with _refusals(base):
            for left in sorted(base.glob(f"{_REPLACED}*")) if base.is_dir() else ():
                target = left.with_name(left.name[len(_REPLACED) : -_UNIQUE])
                if target.exists():
                    shutil.rmtree(left)
                else:
                    left.rename(target)
            for left in base.glob(f"{_ASIDE}*"):
                if left.is_dir():
                    shutil.rmtree(left)
                else:
                    left.unlink()

    def names(self, prefix: str = "") -> list[str]:
        """Return all files below, without what is being written."""
        base = self._path(prefix) if prefix else self.root
        found: list[str] = []
        with _unreadable(base):
            for folder, inner, names in os.walk(base, onerror=_raise_unless_missing):
                inner[:] = [name for name in inner if not name.startswith(_HIDDEN)]
                files = (Path(folder, name) for name in names if not name.startswith(_HIDDEN))
                found.extend(path.relative_to(self.root).as_posix() for path in files if path.is_file())
        return sorted(found)

    def folders(self, prefix: str = "") -> list[str]:
        """Return the folders directly below."""
        base = self._path(prefix) if prefix else self.root
        with _unreadable(base):
            if not base.is_dir():
                return []
            return sorted(path.name for path in base.iterdir() if path.is_dir() and not path.name.startswith(_HIDDEN))

    def child(self, name: str) -> LocalStore:
        """Return a folder inside this one."""
        return LocalStore(self._path(name))

    def copies(self) -> tuple[LocalStore, ...]:
        """Return this folder: on disk there is one copy."""
        return (self,)

    def read_tagged(self, name: str) -> Tagged | None:
        """Return a file and its digest."""
        content = self.read(name)
        return None if content is None else Tagged(content, _tag(content))

    def write_if(self, name: str, content: bytes, tag: str | None) -> str | None:
        """Compare and replace; other processes of this machine wait meanwhile."""
        target = self._path(name)
        with _refusals(target), self._alone(), _written_aside(target, content) as aside:
            if tag is None:
                try:
                    # Fails where the file exists, even where the file system knows no flock.
                    os.link(aside, target)
                except FileExistsError:
                    return None
                return _tag(content)
            there = self.read_tagged(name)
            if there is None or there.tag != tag:
                return None
            aside.replace(target)
            return _tag(content)

    def remove_if(self, name: str, tag: str) -> bool:
        """Compare and remove; a folder that this empties goes too, as on S3."""
        target = self._path(name)
        with _refusals(target), self._alone():
            there = self.read_tagged(name)
            if there is None or there.tag != tag:
                return False
            target.unlink()
            with suppress(OSError):
                if target.parent != self.root:
                    target.parent.rmdir()
                if self._made_root:
                    self.root.rmdir()
            return True

    def _path(self, name: str) -> Path:
        return self.root / checked_name(name)

    def _give_name(self, aside: Path, target: Path) -> None:
        if not target.exists():
            aside.rename(target)
        elif exchange(aside, target):
            shutil.rmtree(aside)
        else:
            replaced = target.with_name(f"{_REPLACED}{target.name}-{uuid.uuid4().hex}")
            target.rename(replaced)
            # Killed here, `recover` gives the earlier folder its name back.
            aside.rename(target)
            shutil.rmtree(replaced)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep every other process that asks for the same out of this folder; the kernel ends it with the process."""
        self._made_root |= not self.root.exists()
        make_folder(self.root)
        if sys.platform == "win32":
            yield
            return
        import fcntl

        descriptor = os.open(self.root, os.O_RDONLY)
        try:
            with suppress(OSError):  # a file system without flock still refuses the second link
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            # Who had the folder before may have removed it as its own, still empty one.
            make_folder(self.root)
            yield
        finally:
            os.close(descriptor)


def make_folder(path: Path) -> None:
    """Make a folder and the missing ones above it, readable by the owner alone."""
    for missing in reversed([folder for folder in (path, *path.parents) if not folder.exists()]):
        missing.mkdir(mode=FOLDER_MODE, exist_ok=True)
    if not path.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))


def _tag(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _aside_of(target: Path) -> Path:
    return target.with_name(f"{_ASIDE}{uuid.uuid4().hex}")


@contextmanager
def _written_aside(target: Path, content: bytes) -> Iterator[Path]:
    """Give a finished file beside the target; what is left of it afterwards goes, on a full disk too."""
    make_folder(target.parent)
    aside = _aside_of(target)
    try:
        _write_private(aside, content)
        yield aside
    finally:
        aside.unlink(missing_ok=True)


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _settle_on_disk(folder: Path) -> None:
    """Close the folder to others and bring it to disk: after a power cut a name must not stand on empty files."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    if path.is_dir() and sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _raise_unless_missing(error: OSError) -> None:
    """Let nobody take a folder that cannot be looked into for an empty one."""
    if not isinstance(error, _MISSING):
        raise error


def _chunks(file: BinaryIO, path: Path) -> Iterator[bytes]:
    with file, _unreadable(path):
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


@contextmanager
def _unreadable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{error.filename or path}: cannot be read ({error.strerror}).") from error


@contextmanager
def _refusals(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(refusal(target, error)) from error


def refusal(target: Path, error: OSError) -> str:
    """Return that something cannot be written, why, and what helps."""
    remedy = (
        "Name a writable place."
        if error.errno in _WRONG_PLACE
        else "What was there before is as it was; make room and start again."
    )
    return f"{target}: cannot be written ({os.strerror(error.errno) if error.errno else error}). {remedy}"
