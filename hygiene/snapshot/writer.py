"""Writes a snapshot: each account whole when it is complete, the manifest last, so that an unfinished one shows."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import TYPE_CHECKING, Any

from hygiene.documents import parse_time
from hygiene.errors import ConfigError
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

    def write_organization(self, document: JsonObject) -> None:
        """Write the account list, the tree and the control policies."""
        self._write(layout.ORGANIZATION, layout.encode(document))

    def write_identity_center(self, document: JsonObject) -> None:
        """Write the permission sets of IAM Identity Center."""
        self._write(layout.IDENTITY_CENTER, layout.encode(document))

    def write_references(self, document: Mapping[str, object]) -> None:
        """Write which resources name which role, `{role ARN: [resource ARNs]}`."""
        self._write(layout.REFERENCES, layout.encode(document))

    def write_account(
        self, account_id: str, documents: Mapping[str, object], gaps: Sequence[Gap], read_at: datetime
    ) -> None:
        """Write one account whole. `gaps.json` is always there: it says that the account was finished, and when."""
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
            if self._is_finished(account_id, newer_than)
        )

    def has_details(self, account_id: str) -> bool:
        """Whether the account's roles are there."""
        return self.store.exists(f"{layout.account_folder(account_id)}/{layout.AUTHORIZATION_DETAILS}.json")

    def _is_finished(self, account_id: str, newer_than: datetime) -> bool:
        folder = layout.account_folder(account_id)
        content = self.store.read(f"{folder}/{layout.GAPS}.json")
        if content is None or not self.has_details(account_id):
            return False
        try:
            read_at = parse_time(json.loads(content).get("read_at"))
        except (ValueError, AttributeError):
            return False
        return read_at is not None and read_at >= newer_than

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


def _file_record(name: str, content: bytes) -> dict[str, object]:
    return {"path": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
