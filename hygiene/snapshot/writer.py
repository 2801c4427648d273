"""Writes a snapshot: each account whole when it is complete, the manifest last, so that an unfinished one shows."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import TYPE_CHECKING, Any

from hygiene.documents import parse_time
from hygiene.errors import ConfigError, StoreError
from hygiene.model import SCHEMA_VERSION
from hygiene.snapshot import layout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from hygiene.model import Gap, JsonObject
    from hygiene.store import Store


# The manifest goes first: without it, what is left reads as unfinished and never as a complete snapshot.
_OURS = (layout.MANIFEST, layout.ORGANIZATION, layout.IDENTITY_CENTER, layout.REFERENCES, layout.ACCOUNTS)

_NOT_CONTENT = frozenset({layout.MANIFEST, layout.LOCK})


class SnapshotWriter:
    """A snapshot being written into a store. Writing different accounts from several threads is safe."""

    def __init__(self, store: Store) -> None:
        self.store = store
        # What this process wrote itself is not read back for the manifest: on S3 that would be every byte again.
        self._written: dict[str, dict[str, object]] = {}

    def begin(self, run_id: str, started_at: datetime, parameters: Mapping[str, Any]) -> None:
        """Start a new snapshot: note who began it, when and with which parameters; what an earlier one left goes.

        Raises ConfigError when the place holds something that this program did not collect.
        """
        leftovers = [name for name in _OURS if self.store.exists(name)]
        if leftovers and not self.store.exists(layout.STARTED):
            raise ConfigError(
                f"{self.store.location}: holds {leftovers[0]}, but no snapshot that hygiene collected. "
                "Name an empty or new folder with --snapshot."
            )
        for name in leftovers:
            self.store.remove(name)
        started = {"run_id": run_id, "started_at": started_at, "parameters": parameters}
        self.store.write(layout.STARTED, layout.encode(started))

    def begun(self, parameters: Mapping[str, Any]) -> tuple[str, datetime] | None:
        """Return run id and start of an unfinished snapshot made with the same parameters, if there is one here."""
        content = self.store.read(layout.STARTED)
        if content is None or self.store.exists(layout.MANIFEST):
            return None
        try:
            started = json.loads(content)
        except ValueError:
            return None
        started_at = parse_time(started.get("started_at"))
        if started_at is None or started.get("parameters") != parameters:
            return None
        return str(started.get("run_id", "")), started_at

    def write_whole(self, documents: Mapping[str, object]) -> None:
        """Write what there is one of in an organization, by file name: account list, permission sets, references."""
        for name, document in documents.items():
            self._write(name, layout.encode(document))

    def write_account(
        self, account_id: str, documents: Mapping[str, object], gaps: Sequence[Gap], read_at: datetime | None
    ) -> None:
        """Write one account whole. `gaps.json` is always there: it says that the account was finished, and when.

        `read_at` None: nobody has tried to read it.
        """
        files = layout.encode_all(documents)
        listed = [{key: value for key, value in dataclasses.asdict(gap).items() if value} for gap in gaps]
        files[f"{layout.GAPS}.json"] = layout.encode({"read_at": read_at, "gaps": listed})
        folder = layout.account_folder(account_id)
        # gaps.json comes last, so where a folder cannot appear in one step, it is the seal.
        self.store.write_folder(folder, files)
        for name, content in files.items():
            self._written[f"{folder}/{name}"] = _file_record(f"{folder}/{name}", content)

    def finished_accounts(self, newer_than: datetime) -> frozenset[str]:
        """Return the accounts that are complete, have their roles, and were read recently enough to keep."""
        return frozenset(
            account_id
            for account_id in self.store.folders(layout.ACCOUNTS)
            if self.is_finished(account_id, newer_than)
        )

    def is_finished(self, account_id: str, newer_than: datetime) -> bool:
        """Whether an account is one of the finished ones."""
        read_at = self.read_at(account_id) if self.has_details(account_id) else None
        return read_at is not None and read_at >= newer_than

    def has_details(self, account_id: str) -> bool:
        """Whether the account's roles are there."""
        return self.store.exists(f"{layout.account_folder(account_id)}/{layout.AUTHORIZATION_DETAILS}.json")

    def read_at(self, account_id: str) -> datetime | None:
        """Return when an account was read; None where nobody did, or it cannot be told."""
        content = self.store.read(f"{layout.account_folder(account_id)}/{layout.GAPS}.json")
        try:
            return parse_time(json.loads(content).get("read_at")) if content is not None else None
        except (ValueError, AttributeError):
            return None

    def finish(self, manifest: Mapping[str, Any]) -> str:
        """Seal the snapshot with its manifest; returns the manifest's SHA-256."""
        there = [name for name in self.store.names() if name not in _NOT_CONTENT]
        files = [self._written.get(name) or self._read_back(name) for name in there]
        content = layout.encode({"schema_version": SCHEMA_VERSION, **manifest, "files": files})
        self.store.write(layout.MANIFEST, content)
        return hashlib.sha256(content).hexdigest()

    def _write(self, name: str, content: bytes) -> None:
        self.store.write(name, content)
        self._written[name] = _file_record(name, content)

    def _read_back(self, name: str) -> dict[str, object]:
        return _file_record(name, self.store.read(name) or b"")


class JointWriter(SnapshotWriter):
    """A snapshot that several processes write together.

    Whoever is first says what there is one of, in one file that is written once: so all of them mean the same
    accounts, though the organization changes meanwhile.
    """

    def join(self, started: Mapping[str, Any]) -> JsonObject:
        """Begin the snapshot, or join it as it was begun; returns what whoever was first said of it.

        `started["whole"]`: the documents of `write_whole`.
        """
        self.store.write_if(layout.STARTED, layout.encode(started), None)
        standing = self.started()
        if standing is None:
            raise StoreError(f"{self.store.location}: {layout.STARTED} cannot be read; name an empty place.")
        # A killed process may have begun, and written nothing more; the bytes are the same whoever writes them.
        self.write_whole(standing.get("whole") or {})
        return standing

    def started(self) -> JsonObject | None:
        """Return what was said when the snapshot was begun; None where nobody began."""
        return self._read(layout.STARTED)

    def started_together(self) -> bool:
        """Whether it was begun by `join`."""
        return "accounts" in (self.started() or {})

    def manifest(self) -> JsonObject | None:
        """Return the manifest; None while the snapshot is unfinished."""
        return self._read(layout.MANIFEST)

    def _read(self, name: str) -> JsonObject | None:
        content = self.store.read(name)
        try:
            document = json.loads(content) if content is not None else None
        except ValueError:
            return None
        return document if isinstance(document, dict) else None


def _file_record(name: str, content: bytes) -> dict[str, object]:
    return {"path": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
