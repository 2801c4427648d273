"""What differs from the previous review, role by role; keyed on the role id, because names are used again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from hygiene.frames import Changes, frame_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

_COMPARED = ["account_id", "role_arn", "role_id", "usage_status", "checks", "actions_allowed", "trusted_principals"]


def changes_between(
    before: pd.DataFrame | None, after: pd.DataFrame, read_accounts: AbstractSet[str]
) -> pd.DataFrame:
    """Return the Changes table. `before` None: there is nothing to compare with, so nothing is said to be new.

    Both frames have the Roles columns. Only accounts read this time (`read_accounts`) are compared: a role of an
    account that was not read is not known to be removed.
    """
    if before is None:
        return frame_of(Changes, [])
    old, new = (_by_role_id(frame, read_accounts) for frame in (before, after))
    rows = [*_appeared(old, new), *_disappeared(old, new)]
    for role_id in sorted(old.keys() & new.keys()):
        rows += _differences(old[role_id], new[role_id])
    return frame_of(Changes, rows).sort_values(["account_id", "role_arn", "change"], ignore_index=True)


def _by_role_id(frame: pd.DataFrame, accounts: AbstractSet[str]) -> dict[str, dict[Any, Any]]:
    compared = frame[frame["account_id"].isin(list(accounts))].reindex(columns=_COMPARED)
    return {str(row["role_id"]): row for row in compared.to_dict("records")}


def _appeared(old: dict[str, dict[Any, Any]], new: dict[str, dict[Any, Any]]) -> Iterator[dict[str, Any]]:
    names_before = {row["role_arn"]: role_id for role_id, row in old.items()}
    for role_id in sorted(new.keys() - old.keys()):
        row = new[role_id]
        earlier = names_before.get(row["role_arn"])
        change = "added" if earlier is None else "recreated"
        yield _change(row, change, earlier, role_id)


def _disappeared(old: dict[str, dict[Any, Any]], new: dict[str, dict[Any, Any]]) -> Iterator[dict[str, Any]]:
    names_now = {row["role_arn"] for row in new.values()}
    for role_id in sorted(old.keys() - new.keys()):
        if old[role_id]["role_arn"] not in names_now:
            yield _change(old[role_id], "removed", role_id, None)


def _differences(old: dict[Any, Any], new: dict[Any, Any]) -> Iterator[dict[str, Any]]:
    was, now = old["usage_status"], new["usage_status"]
    if was != now and now == "unused":
        yield _change(new, "became_unused", was, now)
    if was == "unused" and now == "in_use":
        yield _change(new, "woke_up", was, now)
    if "full-admin" in _parts(new["checks"]) and "full-admin" not in _parts(old["checks"]):
        yield _change(new, "gained_admin", old["checks"], new["checks"])
    yield from _power_change(old, new)
    yield from _trust_change(old, new)


def _power_change(old: dict[Any, Any], new: dict[Any, Any]) -> Iterator[dict[str, Any]]:
    was, now = old["actions_allowed"], new["actions_allowed"]
    if pd.isna(was) or pd.isna(now) or was == now:
        return
    yield _change(new, "privilege_up" if now > was else "privilege_down", f"{was} actions", f"{now} actions")


def _trust_change(old: dict[Any, Any], new: dict[Any, Any]) -> Iterator[dict[str, Any]]:
    was, now = _parts(old["trusted_principals"]), _parts(new["trusted_principals"])
    if now - was:
        yield _change(new, "trust_widened", ";".join(sorted(was)), ";".join(sorted(now)))
    elif was - now:
        yield _change(new, "trust_narrowed", ";".join(sorted(was)), ";".join(sorted(now)))


def _parts(cell: Any) -> set[str]:
    return set(cell.split(";")) if isinstance(cell, str) and cell else set()


def _change(row: dict[Any, Any], change: str, before: Any, after: Any) -> dict[str, Any]:
    def text(value: Any) -> str | None:
        return None if value is None or value == "" or pd.isna(value) else str(value)

    return {
        "account_id": row["account_id"],
        "role_arn": row["role_arn"],
        "role_id": row["role_id"],
        "change": change,
        "before": text(before),
        "after": text(after),
    }


def first_seen(findings: pd.DataFrame, before: pd.DataFrame | None, quarter: str) -> pd.DataFrame:
    """Return the findings with `first_seen_quarter`: taken over from the previous review's, else this quarter."""
    known: dict[str, str] = {}
    if before is not None:
        known = dict(zip(before["finding_id"], before["first_seen_quarter"].fillna(quarter), strict=True))
    seen = [known.get(finding_id, quarter) for finding_id in findings["finding_id"]]
    return findings.assign(first_seen_quarter=pd.Series(seen, index=findings.index, dtype="str"))
