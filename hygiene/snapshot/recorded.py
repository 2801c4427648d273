"""What the manifest of a snapshot recorded of its files when collecting ended: which there were, and their digests.

Without it a file that is lost later would look like one that was never asked for: no gaps, no last use, no events.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from hygiene.snapshot import layout
from hygiene.snapshot.decoding import DamagedError, content_of
from hygiene.store.names import is_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hygiene.model import JsonObject
    from hygiene.store import Store


@dataclass(frozen=True, slots=True)
class Recorded:
    """Folder of an account, or "" for the snapshot as a whole → path in the snapshot → SHA-256.

    Empty where there is no manifest, or one that somebody wrote by hand and that lists no files.
    """

    folders: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, manifest: JsonObject) -> Recorded:
        """Return what a manifest lists; what is no file with a digest counts as not listed."""
        folders: dict[str, dict[str, str]] = {}
        listed = manifest.get("files")
        for entry in listed if isinstance(listed, list) else ():
            path, digest = (entry.get("path"), entry.get("sha256")) if isinstance(entry, dict) else (None, None)
            if isinstance(path, str) and isinstance(digest, str) and is_name(path):
                folders.setdefault(_account_folder(path), {})[path] = digest
        return cls(folders)

    def account_ids(self) -> set[str]:
        """Return the accounts that had a folder."""
        return {folder.removeprefix(f"{layout.ACCOUNTS}/") for folder in self.folders if folder}

    def of_account(self, account_id: str) -> Mapping[str, str]:
        """Return path → SHA-256 of one account's files."""
        return self.folders.get(layout.account_folder(account_id), {})

    def of_whole(self) -> Mapping[str, str]:
        """Return path → SHA-256 of the files that belong to no account."""
        return self.folders.get("", {})


def _account_folder(path: str) -> str:
    """Return the folder of the account that a file is of; "" for one of no account, also where it lies among them."""
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == layout.ACCOUNTS and len(parts) > 2 else ""


def differences(store: Store, recorded: Recorded) -> Iterator[str]:
    """Yield a sentence for each file of a snapshot that is not as it was recorded."""
    for _, files in sorted(recorded.folders.items()):
        lost, changed = lost_and_changed(partial(content_of, store), files)
        yield from (f"{name} was collected and is lost" for name in lost)
        yield from (f"{name} was changed after collecting" for name in changed)


def lost_and_changed(
    content: Callable[[str], bytes | None], recorded: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the recorded files that are not there any more, and those that are others.

    `content`: name → bytes, as `content_of` returns them.
    """
    lost, changed = [], []
    for name, digest in sorted(recorded.items()):
        try:
            found = content(name)
        except DamagedError:
            changed.append(name)
            continue
        if found is None:
            lost.append(name)
        elif is_changed(found, digest):
            changed.append(name)
    return tuple(lost), tuple(changed)


def is_changed(content: bytes, digest: str | None) -> bool:
    """Whether a file is not the one that was recorded; a file that was not recorded is what it is."""
    return digest is not None and digest_of(content) != digest


def digest_of(content: bytes) -> str:
    """Return the SHA-256 as manifests have it."""
    return hashlib.sha256(content).hexdigest()
