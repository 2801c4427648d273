"""CloudTrail's own files in an account's folder → what they add up to; one of them is in memory at a time."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hygiene.activity.reading import Reading
from hygiene.snapshot import layout
from hygiene.snapshot.decoding import DamagedError, document_of

if TYPE_CHECKING:
    from hygiene.activity import Activity
    from hygiene.activity.period import Window
    from hygiene.store import Store

_OTHER_LOG = re.compile(r"\d{12}_(?!CloudTrail_)[A-Za-z-]+_", re.ASCII)
"""How logs of others begin, which lie below the same prefix: digests, Insights, AWS Config, load balancers."""


class _DigestError(Exception):
    """A file is a digest: CloudTrail's own list of its logs, without any event."""


def activity_in(store: Store, account_id: str, window: Window | None) -> tuple[Activity | None, list[str]]:
    """Return what the files that somebody put there say, within the window, and a sentence for each damage."""
    begins, ends = (window.begins, window.ends) if window else (None, None)
    reading, damages, passed_by = Reading(account_id, begins=begins, ends=ends), [], 0
    for name in store.names(f"{layout.account_folder(account_id)}/{layout.TRAIL}"):
        if _OTHER_LOG.match(name.rsplit("/", 1)[-1]):
            passed_by += 1
            continue
        try:
            reading.add_all(_records(store.read(name), name))
        except _DigestError:
            passed_by += 1
        except DamagedError as error:
            damages.append(f"{layout.TRAIL}/{name.rsplit('/', 1)[-1]} {error}")
    if reading.records_of_others and reading.records_of_others == reading.records_read:
        damages.append(f"{layout.TRAIL}/ holds nothing but events of other accounts")
    whole = reading.whole("files")
    if whole is None and reading.has_times:
        damages.append(f"{layout.TRAIL}/ holds no event of the time since the review before")
    return replace(whole, files_passed_by=passed_by) if whole is not None else None, damages


def _records(content: bytes | None, name: str) -> list[Any]:
    document = document_of(content or b"", gzipped=name.endswith(".gz"))
    records = document.get("Records") if isinstance(document, dict) else None
    if isinstance(document, dict) and records is None and "digestStartTime" in document:
        raise _DigestError
    if not isinstance(records, list):
        raise DamagedError("has no list of Records")
    return records
