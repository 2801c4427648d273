"""Who assumed roles in the review before: from its own tables, or from a snapshot that is named in its place.

Never from a run of the same quarter: its window is a part of this one's, and who came in it would be new to nobody.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from hygiene.analyse.activity import callers_elsewhere
from hygiene.analyse.reference import EarlierCallers
from hygiene.documents import whole_activity
from hygiene.errors import HygieneError
from hygiene.snapshot import open_snapshot
from hygiene.store import is_local_file, open_store

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from hygiene.activity import Assumption
    from hygiene.store import Store

Pair = tuple[str, str]
"""Role ARN and principal."""

_SUMMARY = "summary.json"
_OF_EVENTS = ("cloudtrail", "athena:", "s3:")
"""What coverage's reasons hold, in small letters, where events are missing."""


def callers_of(location: str) -> Mapping[str, EarlierCallers]:
    """Return by account id who assumed roles, as a report folder or a snapshot says; nothing of an unusable one."""
    try:
        if _is_one_document(location):
            return {}
        store = open_store(location)
        return _of_report(store) if store.exists(_SUMMARY) else _of_snapshot(location)
    except HygieneError:
        return {}


def _is_one_document(location: str) -> bool:
    """Whether it is one file of authorization details, which holds no events."""
    return location.endswith((".json", ".json.gz")) or is_local_file(location)


def _of_report(report: Store) -> dict[str, EarlierCallers]:
    assumptions, coverage = (_table(report, name) for name in ("assumptions", "coverage"))
    if assumptions is None or coverage is None:
        return {}
    came = assumptions[assumptions["assumed"] > 0]
    pairs: dict[str, set[Pair]] = {}
    for account_id, role_arn, principal in zip(came["account_id"], came["role_arn"], came["principal"], strict=True):
        pairs.setdefault(account_id, set()).add((role_arn, principal))
    read = coverage[coverage["events_to"].notna()]
    return {row["account_id"]: _of_row(row, pairs.get(row["account_id"], set())) for row in read.to_dict("records")}


def _of_row(row: Mapping[Any, Any], pairs: set[Pair]) -> EarlierCallers:
    reason = str(row["reason"]).lower() if row["status"] != "read" else ""
    return EarlierCallers(
        begins=row["events_from"].to_pydatetime(),
        ends=row["events_to"].to_pydatetime(),
        has_holes=any(word in reason for word in _OF_EVENTS),
        callers=frozenset(pairs),
    )


def _table(report: Store, name: str) -> pd.DataFrame | None:
    """Return a table; None where the report was made without Parquet."""
    import pandas as pd

    content = report.read(f"{name}.parquet")
    return None if content is None else pd.read_parquet(io.BytesIO(content))


def _of_snapshot(location: str) -> dict[str, EarlierCallers]:
    snapshot = open_snapshot(location)
    windows, pairs = {}, dict[str, set[Pair]]()
    for account_id in snapshot.account_ids:
        documents = snapshot.documents(account_id)
        activity = documents.activity
        if activity is None:
            continue
        windows[account_id] = activity.begins, activity.ends, whole_activity(documents) is None
        pairs.setdefault(account_id, set()).update(_pairs(activity.assumptions))
        for owner, assumptions in callers_elsewhere([activity]).items():
            pairs.setdefault(owner, set()).update(_pairs(assumptions))
    return {
        account_id: EarlierCallers(*window, frozenset(pairs[account_id])) for account_id, window in windows.items()
    }


def _pairs(assumptions: Iterable[Assumption]) -> Iterable[Pair]:
    return ((one.role_arn, one.principal) for one in assumptions if one.count)
