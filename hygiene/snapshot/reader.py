"""Reads a snapshot, one account at a time; what is damaged becomes a gap of its account, never a crash."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from hygiene.errors import ConfigError, SnapshotError
from hygiene.model import SCHEMA_VERSION
from hygiene.snapshot import layout
from hygiene.snapshot.account_files import FolderFiles, OneDocument
from hygiene.snapshot.accounts import account_documents, account_of_details
from hygiene.snapshot.decoding import DamagedError, content_of, document_of
from hygiene.snapshot.organization import read_organization
from hygiene.snapshot.recorded import Recorded, digest_of, lost_and_changed
from hygiene.store import is_local_file, open_store, split_location

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hygiene.activity import Activity
    from hygiene.activity.period import Window
    from hygiene.model import AccountDocuments, JsonObject, Organization
    from hygiene.snapshot.account_files import AccountFiles
    from hygiene.store import Store


@dataclass(frozen=True)
class Snapshot:
    """A snapshot open for reading. `documents` reads one account; nothing is kept in memory between calls.

    `problems` are sentences about files of the snapshot as a whole (account list, manifest) that could not be read,
    `changed` names those that are not the ones that were collected.
    """

    location: str
    account_ids: tuple[str, ...]
    organization: Organization | None
    permission_sets: Mapping[str, tuple[str, ...]]
    """Permission set of IAM Identity Center → the accounts it is provisioned to; empty when it was not read."""
    manifest: JsonObject
    manifest_sha256: str
    problems: tuple[str, ...]
    _files: AccountFiles
    recorded: Recorded
    changed: tuple[str, ...] = ()
    references: Mapping[str, tuple[str, ...]] | None = None
    """Role ARN → resources that name it, from AWS Config; None when it was not asked, or did not answer."""

    _events: Callable[[str], Activity | None] | None = None

    def documents(self, account_id: str) -> AccountDocuments:
        """Return what the snapshot holds of an account, damaged and refused things as gaps."""
        found = self._files.account(account_id)
        documents = replace(account_documents(account_id, found.documents, found.gaps), changed=found.changed)
        return replace(documents, activity=self._events(account_id)) if self._events is not None else documents

    def fingerprint(self, account_id: str) -> str:
        """Return a digest of what `documents` reads of an account, by the manifest where it lists files."""
        digests = self._files.digests(account_id)
        has_trail = any(f"/{layout.TRAIL}/" in name for name in digests)
        window = str(self._files.window) if has_trail else ""
        return digest_of(json.dumps([dict(digests), window], sort_keys=True).encode())

    def with_events(self, events: Callable[[str], Activity | None]) -> Snapshot:
        """Return the same roles with what CloudTrail says of another time, by account id."""
        return replace(self, _events=events)

    def within(self, window: Window) -> Snapshot:
        """Return the same snapshot without CloudTrail files' events beyond a window; `activity.json` has its own."""
        return replace(self, _files=self._files.within(window))

    @property
    def window(self) -> Window | None:
        """The window that `within` was given."""
        return self._files.window

    def activity(self, account_id: str) -> Activity | None:
        """Return what CloudTrail says of an account, and read nothing else; None without anything usable."""
        if self._events is not None:
            return self._events(account_id)
        return account_documents(account_id, self._files.activity(account_id), ()).activity


def open_snapshot(location: str) -> Snapshot:
    """Return the snapshot at a place: a folder in the layout, or one authorization-details file.

    Raises ConfigError when there is nothing at the place, SnapshotError when nothing in it can be used.
    """
    if is_local_file(location):
        return _open_file(Path(location))
    if "://" in location and location.endswith((".json", ".json.gz")):
        return _open_object(location)
    return _open_folder(open_store(location))


def _open_file(path: Path) -> Snapshot:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from error
    return _of_one_document(str(path), content)


def _open_object(location: str) -> Snapshot:
    place, name = split_location(location)
    content = open_store(place).read(name)
    if content is None:
        raise ConfigError(f"{location}: no such file.")
    return _of_one_document(location, content)


def _of_one_document(location: str, content: bytes) -> Snapshot:
    try:
        details = document_of(content, gzipped=location.endswith(".gz"))
        account_id = account_of_details(details)
    except DamagedError as error:
        raise SnapshotError(
            f"{location} {error}; expected what `aws iam get-account-authorization-details` prints."
        ) from None
    if account_id is None:
        raise SnapshotError(
            f"{location} names no account: expected what `aws iam get-account-authorization-details` prints, "
            "with at least one role or policy in it."
        )
    return Snapshot(location, (account_id,), None, {}, {}, "", (), OneDocument(details), Recorded({}))


def _open_folder(store: Store) -> Snapshot:
    problems: list[str] = []
    # What is read here is asked for twice: for what it says, and whether it is what was collected.
    content = cache(partial(content_of, store))
    manifest = _whole(content, layout.MANIFEST, problems) or {}
    _refuse_newer(manifest, store.location)
    recorded = Recorded.of(manifest)
    account_ids = tuple(sorted({*store.folders(layout.ACCOUNTS), *recorded.account_ids()}))
    organization_document = _whole(content, layout.ORGANIZATION, problems)
    organization = None
    if organization_document is not None:
        organization, complaints = read_organization(organization_document)
        problems += complaints
    if not account_ids and organization is None:
        raise ConfigError(
            f"{store.location}: no snapshot there. Expected accounts/<account id>/authorization-details.json in it, "
            "or name one file that `aws iam get-account-authorization-details` printed."
        )
    permission_sets = _permission_sets(_whole(content, layout.IDENTITY_CENTER, problems))
    references = _references(_whole(content, layout.REFERENCES, problems))
    problems += _recorded_problems(manifest)
    lost, changed = lost_and_changed(content, recorded.of_whole())
    sealed = store.read(layout.MANIFEST)
    return Snapshot(
        store.location,
        account_ids,
        organization,
        permission_sets,
        manifest,
        digest_of(sealed) if sealed is not None else "",
        (*problems, *(f"{name} was collected and is lost" for name in lost)),
        FolderFiles(store, recorded),
        recorded,
        changed,
        references,
    )


def _recorded_problems(manifest: JsonObject) -> list[str]:
    """Return what the collector asked for and did not get, beyond single accounts."""
    listed = manifest.get("problems")
    return [str(problem) for problem in listed if problem] if isinstance(listed, list) else []


def _references(document: JsonObject | None) -> dict[str, tuple[str, ...]] | None:
    """Return role ARN → resources. A hand-made file with something else in a place counts that as no reference."""
    if document is None:
        return None
    return {
        role_arn: tuple(str(resource) for resource in resources)
        for role_arn, resources in document.items()
        if isinstance(resources, list)
    }


def _permission_sets(document: JsonObject | None) -> dict[str, tuple[str, ...]]:
    listed = (document or {}).get("permission_sets")
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    return {
        str(entry.get("name", "")): tuple(str(account) for account in entry.get("accounts") or ())
        for entry in entries
    }


def _whole(content: Callable[[str], bytes | None], name: str, problems: list[str]) -> JsonObject | None:
    try:
        found = content(name)
        document = None if found is None else document_of(found)
    except DamagedError as error:
        problems.append(f"{name} {error}")
        return None
    if document is not None and not isinstance(document, dict):
        problems.append(f"{name} is not a JSON object")
        return None
    return document


def _refuse_newer(manifest: JsonObject, location: str) -> None:
    version = manifest.get("schema_version")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise SnapshotError(
            f"{location} was written by a newer hygiene (schema {version}, this one reads up to {SCHEMA_VERSION}). "
            "Upgrade hygiene to read it."
        )
