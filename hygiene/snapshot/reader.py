"""Reads a snapshot, one account at a time; what is damaged becomes a gap of its account, never a crash."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hygiene.activity.reading import Reading
from hygiene.errors import ConfigError, SnapshotError
from hygiene.model import SCHEMA_VERSION, AccountDocuments, Gap, GapKind
from hygiene.snapshot import layout
from hygiene.snapshot.accounts import account_documents, account_of_details
from hygiene.snapshot.organization import read_organization
from hygiene.snapshot.recorded import Recorded, digest_of, is_changed
from hygiene.store import is_local_file, open_store, split_location
from hygiene.store.compressed import TooLargeError, expanded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hygiene.activity import Activity
    from hygiene.activity.period import Window
    from hygiene.model import JsonObject, Organization
    from hygiene.store import Store

MAX_EXPANDED_BYTES = 512 << 20
"""A `.gz` that holds more is refused: as objects it would take more memory than a review of any size may.

An account of 5,000 roles has some 50 MiB. A file that is not compressed comes with no surprise.
"""


class _DamagedError(Exception):
    """A file is not what it should be; the message says what is wrong with it."""


class _DigestError(Exception):
    """A file is a digest: CloudTrail's own list of its logs, without any event."""


_OTHER_LOG = re.compile(r"\d{12}_(?!CloudTrail_)[A-Za-z-]+_", re.ASCII)
"""How logs of others begin, which lie below the same prefix: digests, Insights, AWS Config, load balancers."""


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
    _files: _Files
    _recorded: Recorded
    changed: tuple[str, ...] = ()
    references: Mapping[str, tuple[str, ...]] | None = None
    """Role ARN → resources that name it, from AWS Config; None when it was not asked, or did not answer."""

    _events: Callable[[str], Activity | None] | None = None

    def documents(self, account_id: str) -> AccountDocuments:
        """Return what the snapshot holds of an account, damaged and refused things as gaps."""
        found, gaps, changed = self._files.account(account_id, self._recorded.of_account(account_id))
        documents = replace(account_documents(account_id, found, gaps), changed=changed)
        return replace(documents, activity=self._events(account_id)) if self._events is not None else documents

    def fingerprint(self, account_id: str) -> str:
        """Return a digest of what `documents` reads of an account, by the manifest where it lists files."""
        digests = self._recorded.of_account(account_id) or self._files.digests(account_id)
        has_trail = any(f"/{layout.TRAIL}/" in name for name in digests)
        window = str(self._files.window) if has_trail else ""
        return digest_of(json.dumps([digests, window], sort_keys=True).encode())

    @property
    def lists_files(self) -> bool:
        """Whether the manifest says which files there were."""
        return bool(self._recorded.folders)

    def differences(self) -> Iterator[str]:
        """Yield a sentence for each file that is not as the manifest recorded it; nothing where it lists none."""
        for folder in sorted(self._recorded.folders):
            lost, changed = _lost_and_changed(self._files.store, self._recorded.folders[folder])
            yield from (f"{name} was collected and is lost" for name in lost)
            yield from (f"{name} was changed after collecting" for name in changed)

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


class _Files:
    """Where an account's files come from: a folder in the layout, or one authorization-details file."""

    def __init__(self, store: Store, window: Window | None = None) -> None:
        self.store = store
        self.window = window

    def within(self, window: Window) -> _Files:
        return _Files(self.store, window)

    def account(
        self, account_id: str, recorded: Mapping[str, str]
    ) -> tuple[dict[str, Any], list[Gap], tuple[str, ...]]:
        """Return the documents by name, a gap for each that is lost or damaged, and the names of those changed."""
        found: dict[str, Any] = {}
        gaps: list[Gap] = []
        lost, changed = [], []
        for name in (*layout.ACCOUNT_DOCUMENTS, layout.GAPS):
            path = f"{layout.account_folder(account_id)}/{name}.json"
            try:
                content = _content(self.store, path)
                if content is not None:
                    found[name] = _document(content)
            except _DamagedError as error:
                gaps.append(_damage(account_id, name, f"{name}.json {error}"))
                continue
            if content is None and path in recorded:
                lost.append(name)
            elif content is not None and is_changed(content, recorded.get(path)):
                changed.append(f"{name}.json")
        if found or gaps:
            # Where all of it is lost, the account is: that is said of the account, not of each file.
            gaps += (_damage(account_id, name, f"{name}.json was collected and is lost") for name in lost)
        if layout.ACTIVITY not in found:
            found[layout.TRAIL], damaged = self._trail(account_id)
            gaps += damaged
        return found, gaps, tuple(changed)

    def activity(self, account_id: str) -> dict[str, Any]:
        """Return the files that `account` reads of CloudTrail; what is damaged, `account` tells."""
        try:
            document = _load(self.store, f"{layout.account_folder(account_id)}/{layout.ACTIVITY}.json")
        except _DamagedError:
            document = None
        return {layout.TRAIL: self._trail(account_id)[0]} if document is None else {layout.ACTIVITY: document}

    def digests(self, account_id: str) -> dict[str, str]:
        """Return name → SHA-256 of an account's files."""
        names = self.store.names(layout.account_folder(account_id))
        return {name: digest_of(self.store.read(name) or b"") for name in names}

    def _trail(self, account_id: str) -> tuple[Activity | None, list[Gap]]:
        """Return what the CloudTrail files that somebody put there add up to; one file is in memory at a time."""
        begins, ends = (self.window.begins, self.window.ends) if self.window else (None, None)
        reading, gaps, passed_by = Reading(account_id, begins=begins, ends=ends), [], 0
        for name in self.store.names(f"{layout.account_folder(account_id)}/{layout.TRAIL}"):
            if _OTHER_LOG.match(name.rsplit("/", 1)[-1]):
                passed_by += 1
                continue
            try:
                reading.add_all(_records(self.store.read(name), name))
            except _DigestError:
                passed_by += 1
            except _DamagedError as error:
                message = f"{layout.TRAIL}/{name.rsplit('/', 1)[-1]} {error}"
                gaps.append(_damage(account_id, layout.TRAIL, message))
        if reading.records_of_others and reading.records_of_others == reading.records_read:
            message = f"{layout.TRAIL}/ holds nothing but events of other accounts"
            gaps.append(_damage(account_id, layout.TRAIL, message))
        whole = reading.whole("files")
        if whole is None and reading.has_times:
            message = f"{layout.TRAIL}/ holds no event of the time since the review before"
            gaps.append(_damage(account_id, layout.TRAIL, message))
        return replace(whole, files_passed_by=passed_by) if whole is not None else None, gaps


class _SingleFile(_Files):
    """One document for one account, already read."""

    window = None

    def __init__(self, details: object) -> None:
        self.details = details

    def within(self, window: Window) -> _SingleFile:  # noqa: ARG002 (no events are in it)
        return self

    def account(
        self,
        account_id: str,  # noqa: ARG002 (there is only one)
        recorded: Mapping[str, str],  # noqa: ARG002 (nothing is)
    ) -> tuple[dict[str, Any], list[Gap], tuple[str, ...]]:
        return {layout.AUTHORIZATION_DETAILS: self.details}, [], ()

    def activity(self, account_id: str) -> dict[str, Any]:  # noqa: ARG002
        return {}

    def digests(self, account_id: str) -> dict[str, str]:
        return {account_id: digest_of(json.dumps(self.details, sort_keys=True).encode())}


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
        details = _decoded(content, location.endswith(".gz"))
        account_id = account_of_details(details)
    except _DamagedError as error:
        raise SnapshotError(
            f"{location} {error}; expected what `aws iam get-account-authorization-details` prints."
        ) from None
    if account_id is None:
        raise SnapshotError(
            f"{location} names no account: expected what `aws iam get-account-authorization-details` prints, "
            "with at least one role or policy in it."
        )
    return Snapshot(location, (account_id,), None, {}, {}, "", (), _SingleFile(details), Recorded({}))


def _open_folder(store: Store) -> Snapshot:
    problems: list[str] = []
    manifest = _whole(store, layout.MANIFEST, problems) or {}
    _refuse_newer(manifest, store.location)
    recorded = Recorded.of(manifest)
    account_ids = tuple(sorted({*store.folders(layout.ACCOUNTS), *recorded.account_ids()}))
    organization_document = _whole(store, layout.ORGANIZATION, problems)
    organization = None
    if organization_document is not None:
        organization, complaints = read_organization(organization_document)
        problems += complaints
    if not account_ids and organization is None:
        raise ConfigError(
            f"{store.location}: no snapshot there. Expected accounts/<account id>/authorization-details.json in it, "
            "or name one file that `aws iam get-account-authorization-details` printed."
        )
    permission_sets = _permission_sets(_whole(store, layout.IDENTITY_CENTER, problems))
    references = _references(_whole(store, layout.REFERENCES, problems))
    problems += _recorded_problems(manifest)
    lost, changed = _lost_and_changed(store, recorded.of_whole())
    content = store.read(layout.MANIFEST)
    return Snapshot(
        store.location,
        account_ids,
        organization,
        permission_sets,
        manifest,
        digest_of(content) if content is not None else "",
        (*problems, *(f"{name} was collected and is lost" for name in lost)),
        _Files(store),
        recorded,
        changed,
        references,
    )


def _lost_and_changed(store: Store, recorded: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the recorded files that are not there any more, and those that are others."""
    lost, changed = [], []
    for name, digest in sorted(recorded.items()):
        try:
            content = _content(store, name)
        except _DamagedError:
            changed.append(name)
            continue
        if content is None:
            lost.append(name)
        elif is_changed(content, digest):
            changed.append(name)
    return tuple(lost), tuple(changed)


def _damage(account_id: str, name: str, message: str) -> Gap:
    return Gap(account_id, name, GapKind.DAMAGED, "", "", message)


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


def _whole(store: Store, name: str, problems: list[str]) -> JsonObject | None:
    try:
        content = _load(store, name)
    except _DamagedError as error:
        problems.append(f"{name} {error}")
        return None
    if content is not None and not isinstance(content, dict):
        problems.append(f"{name} is not a JSON object")
        return None
    return content


def _refuse_newer(manifest: JsonObject, location: str) -> None:
    version = manifest.get("schema_version")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise SnapshotError(
            f"{location} was written by a newer hygiene (schema {version}, this one reads up to {SCHEMA_VERSION}). "
            "Upgrade hygiene to read it."
        )


def _records(content: bytes | None, name: str) -> list[Any]:
    document = _decoded(content or b"", name.endswith(".gz"))
    records = document.get("Records") if isinstance(document, dict) else None
    if isinstance(document, dict) and records is None and "digestStartTime" in document:
        raise _DigestError
    if not isinstance(records, list):
        raise _DamagedError("has no list of Records")
    return records


def _load(store: Store, name: str) -> Any:
    content = _content(store, name)
    return None if content is None else _document(content)


def _content(store: Store, name: str) -> bytes | None:
    """Return a file's bytes, expanded where somebody has compressed it; None when there is none."""
    content = store.read(name)
    if content is not None:
        return content
    content = store.read(f"{name}.gz")
    return None if content is None else _expanded(content)


def _decoded(content: bytes, gzipped: bool) -> Any:
    return _document(_expanded(content) if gzipped else content)


def _expanded(content: bytes) -> bytes:
    try:
        return expanded(content, MAX_EXPANDED_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise _DamagedError(f"cannot be expanded ({error})") from None
    except TooLargeError as error:
        raise _DamagedError(f"{error}; if that is right, put the file there without .gz") from None


def _document(content: bytes) -> Any:
    if not content.strip():
        raise _DamagedError("is empty")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _DamagedError(f"is not JSON ({error})") from None
    if document is None:
        raise _DamagedError("holds nothing (null)")
    return document
