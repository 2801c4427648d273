"""Keeps what is made of accounts on the way: parts between the two passes, and written accounts before the report.

On this machine's disk, or in OUT for several machines.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Self

from hygiene.analyse.part import decode_part, decode_proposals, encode_part, proposals_in
from hygiene.errors import PartError
from hygiene.store import open_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hygiene.analyse.part import Part
    from hygiene.model import Proposal
    from hygiene.store import Store

PARTS = "parts"
"""The folder below OUT."""


class SpilledParts:
    """Parts in a folder that nobody else sees, made when the second account comes; a context manager.

    The folder lies beside the reports in OUT, or on this machine where OUT is a bucket, and goes at the end. What a
    killed run leaves of it goes with the next run that holds the lock.
    """

    def __init__(self, out: Store) -> None:
        self._out = out
        self._folder: Path | None = None
        self._last: Part | None = None

    def put(self, part: Part) -> None:
        """Keep a part as it is, until the next one comes."""
        if self._last is not None and self._last.account_id != part.account_id:
            self._store().write(_name(self._last.account_id), encode_part(self._last))
        self._last = part

    def get(self, account_id: str) -> Part:
        """Return a part that was put here. Raises PartError when its file is damaged or gone."""
        return self._held(account_id) or decode_part(self._read(account_id))

    def proposals(self, account_id: str) -> Sequence[Proposal]:
        """Return what a part that was put here proposes. Raises PartError as `get` does."""
        held = self._held(account_id)
        return proposals_in(held) if held is not None else decode_proposals(self._read(account_id))

    def _held(self, account_id: str) -> Part | None:
        return self._last if self._last is not None and self._last.account_id == account_id else None

    def _read(self, account_id: str) -> bytes:
        return _there(self._store().read(_name(account_id)), account_id)

    def __enter__(self) -> Self:
        """Give the place."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the folder."""
        if self._folder is not None:
            self._out.discard_aside(self._folder)

    def _store(self) -> Store:
        if self._folder is None:
            self._folder = self._out.make_aside("parts")
        return open_store(self._folder)


class SharedParts:
    """A quarter's parts below OUT, each with the key of what it was made from; whoever makes one writes it whole.

    Beside them lies what a cluster needs for the report. That is pickled, so it is read only by somebody who was told
    its SHA-256 over the cluster's own connection: whoever may write below OUT must not run code by it.
    """

    def __init__(self, out: Store, quarter: str) -> None:
        self._out = out
        self._folder = f"{PARTS}/{quarter}"

    @property
    def location(self) -> str:
        """Where OUT is."""
        return self._out.location

    def put(self, part: Part, key: str) -> bytes:
        """Write an account's part; returns its bytes."""
        content = encode_part(part, key)
        self._out.write(self._path(part.account_id), content)
        return content

    def read(self, account_id: str) -> bytes | None:
        """Return the bytes of an account's part; None where nobody wrote one."""
        return self._out.read(self._path(account_id))

    def get(self, account_id: str) -> Part:
        """Return an account's part. Raises PartError when it is damaged or not there."""
        return decode_part(_there(self.read(account_id), account_id))

    def proposals(self, account_id: str) -> Sequence[Proposal]:
        """Return what an account's part proposes. Raises PartError as `get` does."""
        return decode_proposals(_there(self.read(account_id), account_id))

    def put_pickled(self, name: str, content: bytes) -> str:
        """Write something pickled under a name; returns the SHA-256 that it is read by."""
        self._out.write(f"{self._folder}/{name}.pickle", content)
        return hashlib.sha256(content).hexdigest()

    def pickled(self, name: str, sha256: str) -> bytes | None:
        """Return what was written under a name; None where it is gone, or is not what was written."""
        content = self._out.read(f"{self._folder}/{name}.pickle")
        return content if content is not None and hashlib.sha256(content).hexdigest() == sha256 else None

    def remove_pickled(self, name: str) -> None:
        """Remove what was written under a name."""
        self._out.remove(f"{self._folder}/{name}.pickle")

    def remove(self) -> None:
        """Remove all of the quarter."""
        self._out.remove(self._folder)

    def _path(self, account_id: str) -> str:
        return f"{self._folder}/{_name(account_id)}"


def _there(content: bytes | None, account_id: str) -> bytes:
    if content is None:
        raise PartError(f"What was found in account {account_id} is not there any more.")
    return content


def _name(account_id: str) -> str:
    return f"{account_id}.part"
