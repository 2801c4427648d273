"""Where an account's documents come from: a folder in the layout, or one file for one account."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from hygiene.model import Gap, GapKind
from hygiene.snapshot import layout
from hygiene.snapshot.decoding import DamagedError, content_of, document_of
from hygiene.snapshot.recorded import digest_of, is_changed
from hygiene.snapshot.trail_files import activity_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hygiene.activity.period import Window
    from hygiene.snapshot.recorded import Recorded
    from hygiene.store import Store


@dataclass(frozen=True, slots=True)
class Found:
    """What lies there of an account.

    `documents`: name → decoded file, and `layout.TRAIL` → Activity; `gaps`: one for each file that is lost or
    damaged; `changed`: the files that are not the ones that were collected.
    """

    documents: Mapping[str, Any]
    gaps: tuple[Gap, ...] = ()
    changed: tuple[str, ...] = ()


class AccountFiles(Protocol):
    """A source of documents; nothing is kept in memory between calls."""

    @property
    def window(self) -> Window | None:
        """What `within` was given."""

    def within(self, window: Window) -> AccountFiles:
        """Return the same files, CloudTrail's within a window."""

    def account(self, account_id: str) -> Found:
        """Return what there is of an account."""

    def activity(self, account_id: str) -> Mapping[str, Any]:
        """Return the documents that `account` reads of CloudTrail, and read no others."""

    def digests(self, account_id: str) -> Mapping[str, str]:
        """Return name → SHA-256 of an account's files."""


class FolderFiles:
    """The files of a snapshot in the layout."""

    def __init__(self, store: Store, recorded: Recorded, window: Window | None = None) -> None:
        self.window = window
        self._store = store
        self._recorded = recorded

    def within(self, window: Window) -> FolderFiles:
        """Return the same files, CloudTrail's within a window."""
        return FolderFiles(self._store, self._recorded, window)

    def account(self, account_id: str) -> Found:
        """Return what the account's folder holds."""
        recorded = self._recorded.of_account(account_id)
        documents: dict[str, Any] = {}
        damages: list[tuple[str, str]] = []
        lost, changed = [], []
        for name in (*layout.ACCOUNT_DOCUMENTS, layout.GAPS):
            path = f"{layout.account_folder(account_id)}/{name}.json"
            try:
                content = content_of(self._store, path)
                if content is not None:
                    documents[name] = document_of(content)
            except DamagedError as error:
                damages.append((name, f"{name}.json {error}"))
                continue
            if content is None and path in recorded:
                lost.append(name)
            elif content is not None and is_changed(content, recorded.get(path)):
                changed.append(f"{name}.json")
        if documents or damages:
            # Where all of it is lost, the account is: that is said of the account, not of each file.
            damages += ((name, f"{name}.json was collected and is lost") for name in lost)
        if layout.ACTIVITY not in documents:
            documents[layout.TRAIL], of_trail = activity_in(self._store, account_id, self.window)
            damages += ((layout.TRAIL, message) for message in of_trail)
        gaps = (Gap(account_id, name, GapKind.DAMAGED, "", "", message) for name, message in damages)
        return Found(documents, tuple(gaps), tuple(changed))

    def activity(self, account_id: str) -> dict[str, Any]:
        """Return what there is of CloudTrail; what is damaged, `account` tells."""
        try:
            content = content_of(self._store, f"{layout.account_folder(account_id)}/{layout.ACTIVITY}.json")
            document = None if content is None else document_of(content)
        except DamagedError:
            document = None
        if document is not None:
            return {layout.ACTIVITY: document}
        return {layout.TRAIL: activity_in(self._store, account_id, self.window)[0]}

    def digests(self, account_id: str) -> Mapping[str, str]:
        """Return name → SHA-256 of an account's files, by the manifest where it lists them."""
        if recorded := self._recorded.of_account(account_id):
            return recorded
        names = self._store.names(layout.account_folder(account_id))
        return {name: digest_of(self._store.read(name) or b"") for name in names}


class OneDocument:
    """One authorization-details document for one account, already read."""

    window = None

    def __init__(self, details: object) -> None:
        self._details = details

    def within(self, window: Window) -> OneDocument:  # noqa: ARG002 (no events are in it)
        """Return it as it is."""
        return self

    def account(self, account_id: str) -> Found:  # noqa: ARG002 (there is only one)
        """Return the document."""
        return Found({layout.AUTHORIZATION_DETAILS: self._details})

    def activity(self, account_id: str) -> dict[str, Any]:  # noqa: ARG002
        """Return nothing."""
        return {}

    def digests(self, account_id: str) -> dict[str, str]:
        """Return the document's digest."""
        return {account_id: digest_of(json.dumps(self._details, sort_keys=True).encode())}
