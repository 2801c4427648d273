"""What differs from the previous review, role by role; keyed on the role id, because names are used again.

Counts of actions cannot tell a role that swapped ten harmless actions for ten grave ones. So power and trust are
compared by the effective permissions of both moments where both snapshots are there (`powers`), and by the tables of
the earlier report elsewhere: those prove less, and what they cannot prove is called `policies_changed`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from hygiene.frames import Changes, frame_of
from hygiene.policy.actions import catalogue
from hygiene.policy.powers import gained, opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from hygiene.activity import Activity, RoleChange
    from hygiene.policy.powers import Entrance, Powers
    from hygiene.policy.reach import Grant
    from hygiene.review.population import Population

    Row = Mapping[Any, Any]
    PowersThenNow = Mapping[str, tuple[Powers, Powers]]

_COMPARED = [
    "account_id", "role_arn", "role_id", "usage_status", "owner", "actions_allowed", "trusted_principals",
    "permissions_boundary", "row_sha256",
]  # fmt: skip
_DEFINITION = ["row_sha256", "actions_allowed"]
_NAMED = 20
_WERE_IN_USE = {"in_use", "too_new"}


def changes_between(
    before: Population | None, after: Population, powers: PowersThenNow | None = None
) -> pd.DataFrame:
    """Return the Changes table. `before` None: there is nothing to compare with, so nothing is said to be new.

    `powers`: role id → what the role could do then and can do now, of the roles in `definition_changed`. Only
    accounts read in both reviews are compared: a role nobody could see then is not new, and one nobody can see now is
    not gone.
    """
    if before is None:
        return frame_of(Changes, [])
    old, new = _compared(before, after), _compared(after, before)
    rows = [*_appeared(old, new, before.listed), *_disappeared(old, new, after.listed)]
    was, now = _different(old, new)
    for then_row, now_row in zip(was.to_dict("records"), now.to_dict("records"), strict=True):
        rows += _differences(then_row, now_row, (powers or {}).get(str(now_row["role_id"])), before, after)
    rows += _admin_changes(before, after, new)
    return frame_of(Changes, rows).sort_values(["account_id", "role_arn", "change"], ignore_index=True)


def with_deletions(changes: pd.DataFrame, activity: Activity | None) -> pd.DataFrame:
    """Return the Changes table where `after` of a removed role says who deleted it and when, if the log knows.

    A log names roles by name alone; of several deletions the last one is meant.
    """
    is_removed = changes["change"] == "removed"
    if activity is None or not is_removed.any():
        return changes
    calls = (call for call in activity.changes if call.action == "DeleteRole" and not call.error)
    said = {call.role_name.lower(): _deletion(call) for call in sorted(calls, key=lambda call: call.event.time)}
    names = changes["role_arn"].str.rpartition("/")[2].str.lower()
    return changes.assign(after=changes["after"].mask(is_removed, names.map(said)).astype(changes["after"].dtype))


def _deletion(call: RoleChange) -> str:
    return f"deleted by {call.by} on {call.event.time:%Y-%m-%d} (event {call.event.id} in {call.event.region})"


def definition_changed(before: Population, after: Population) -> dict[str, set[str]]:
    """Return account id → ids of roles in both reviews whose policies, trust, boundary or count of actions differ."""
    _, now = _different(_compared(before, after), _compared(after, before), _DEFINITION)
    found: dict[str, set[str]] = {}
    for account_id, role_id in zip(now["account_id"].tolist(), now.index.tolist(), strict=True):
        found.setdefault(account_id, set()).add(role_id)
    return found


def in_both(before: Population, after: Population) -> dict[str, set[str]]:
    """Return account id → ids of all roles that both reviews have."""
    old, new = _compared(before, after), _compared(after, before)
    common = new[new.index.isin(old.index)]
    return {str(account): set(ids.index) for account, ids in common.groupby("account_id")}


def _compared(one: Population, other: Population) -> pd.DataFrame:
    """Return the compared columns by role id, of accounts that were read in both reviews."""
    accounts = list(one.read & other.read)
    compared = one.roles[one.roles["account_id"].isin(accounts)].reindex(columns=_COMPARED)
    return compared.drop_duplicates("role_id").set_index("role_id", drop=False).sort_index()


def _different(
    old: pd.DataFrame, new: pd.DataFrame, columns: list[str] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the roles of both reviews that differ in one of the columns, as they were and as they are."""
    common = old.index.intersection(new.index)
    was, now = old.loc[common], new.loc[common]
    differs = pd.Series(False, index=common)
    for name in columns or _COMPARED:
        then, today = was[name].astype("object"), now[name].astype("object")
        differs |= (then != today) & ~(then.isna() & today.isna())
    return was[differs], now[differs]


def _appeared(old: pd.DataFrame, new: pd.DataFrame, listed_then: AbstractSet[str]) -> Iterator[dict[str, Any]]:
    names_before = dict(zip(old["role_arn"].tolist(), old.index.tolist(), strict=True))
    for row in new[~new.index.isin(old.index)].to_dict("records"):
        earlier = names_before.get(row["role_arn"])
        if earlier is not None:
            yield _change(row, "recreated", earlier, row["role_id"])
        elif row["account_id"] in listed_then:
            yield _change(row, "added", None, row["role_id"])


def _disappeared(old: pd.DataFrame, new: pd.DataFrame, listed_now: AbstractSet[str]) -> Iterator[dict[str, Any]]:
    gone = old[~old.index.isin(new.index) & ~old["role_arn"].isin(new["role_arn"])]
    for row in gone[gone["account_id"].isin(list(listed_now))].to_dict("records"):
        yield _change(row, "removed", row["role_id"], None)


def _differences(
    was: Row, now: Row, powers: tuple[Powers, Powers] | None, before: Population, after: Population
) -> Iterator[dict[str, Any]]:
    yield from _usage_change(was, now)
    yield from _boundary_change(was, now)
    if _differ(was["owner"], now["owner"]):
        yield _change(now, "owner_changed", was["owner"], now["owner"])
    if powers is not None:
        yield from _proved(now, *powers)
        return
    is_same_catalogue = bool(before.catalogue) and before.catalogue == after.catalogue
    told = [*_counted(was, now, is_same_catalogue=is_same_catalogue), *_principals_change(was, now)]
    yield from told
    if not told and was["row_sha256"] != now["row_sha256"]:
        yield _change(now, "policies_changed", None, "trust, policies or boundary; no earlier snapshot says how")


def _usage_change(was: Row, now: Row) -> Iterator[dict[str, Any]]:
    then, today = was["usage_status"], now["usage_status"]
    # From unknown to unused nothing happened that anybody saw.
    if then in _WERE_IN_USE and today == "unused":
        yield _change(now, "became_unused", then, today)
    if then == "unused" and today == "in_use":
        yield _change(now, "woke_up", then, today)


def _boundary_change(was: Row, now: Row) -> Iterator[dict[str, Any]]:
    then, today = was["permissions_boundary"], now["permissions_boundary"]
    if not _differ(then, today):
        return
    kind = "boundary_added" if _is_empty(then) else "boundary_removed" if _is_empty(today) else "boundary_changed"
    yield _change(now, kind, then, today)


def _proved(row: Row, then: Powers, now: Powers) -> Iterator[dict[str, Any]]:
    """Yield what effective permissions and trust policies of both moments prove."""
    told = list(_grants_change(row, then.grant, now.grant))
    yield from told
    if not told and then.policies_sha256 != now.policies_sha256:
        is_unreadable = then.grant is None or now.grant is None
        reason = "a policy is unreadable" if is_unreadable else "the same actions, other resources or conditions"
        yield _change(row, "policies_changed", None, reason)
    ways = list(_entrances_change(row, then.entrances, now.entrances))
    yield from ways
    if not ways and then.trust_sha256 != now.trust_sha256:
        yield _change(row, "trust_changed", None, "neither wider nor narrower, as far as it can be read")


def _grants_change(row: Row, then: Grant | None, now: Grant | None) -> Iterator[dict[str, Any]]:
    if then is None or now is None:
        return
    counts = [f"{(grant.somewhere_if & catalogue().known).bit_count()} actions" for grant in (then, now)]
    if more := gained(then, now):
        yield _change(row, "privilege_up", counts[0], f"{counts[1]}; more widely than before: {_actions(more)}")
    if less := gained(now, then):
        yield _change(row, "privilege_down", f"{counts[0]}; more widely than now: {_actions(less)}", counts[1])


def _entrances_change(
    row: Row, then: frozenset[Entrance] | None, now: frozenset[Entrance] | None
) -> Iterator[dict[str, Any]]:
    if then is None or now is None:
        return
    if wider := opened(then, now):
        yield _change(row, "trust_widened", _ways(then), f"{_ways(now)}; new: {_ways(wider)}")
    if narrower := opened(now, then):
        yield _change(row, "trust_narrowed", f"{_ways(then)}; closed: {_ways(narrower)}", _ways(now))


def _counted(was: Row, now: Row, *, is_same_catalogue: bool) -> Iterator[dict[str, Any]]:
    """Yield what counts of actions prove: that one set does not lie inside the other, if AWS's list is the same."""
    then, today = was["actions_allowed"], now["actions_allowed"]
    if not is_same_catalogue or _is_empty(then) or _is_empty(today) or then == today:
        return
    yield _change(now, "privilege_up" if today > then else "privilege_down", f"{then} actions", f"{today} actions")


def _principals_change(was: Row, now: Row) -> Iterator[dict[str, Any]]:
    then, today = _parts(was["trusted_principals"]), _parts(now["trusted_principals"])
    cells = ";".join(sorted(then)), ";".join(sorted(today))
    if today - then:
        yield _change(now, "trust_widened", *cells)
    if then - today:
        yield _change(now, "trust_narrowed", *cells)


def _admin_changes(before: Population, after: Population, new: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield who became an administrator and who no longer is one, where both reviews looked."""
    if before.admins is None or after.admins is None:
        return
    known_then = set(before.roles["role_id"])
    for kind, ids in (("gained_admin", after.admins - before.admins), ("lost_admin", before.admins - after.admins)):
        for row in new.loc[new.index.isin(list(ids & known_then))].to_dict("records"):
            then, now = ("", "administrator") if kind == "gained_admin" else ("administrator", "")
            yield _change(row, kind, then, now)


def _actions(mask: int) -> str:
    names = catalogue().names_in(mask)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _ways(entrances: frozenset[Entrance]) -> str:
    """Return the principals, each with the condition keys it has to meet."""
    return ";".join(sorted({_way(entrance) for entrance in entrances}))


def _way(entrance: Entrance) -> str:
    keys = sorted({clause.key for clause in entrance.condition})
    return f"{entrance.principal.value} (if {', '.join(keys)})" if keys else entrance.principal.value


def _parts(cell: Any) -> set[str]:
    return set(cell.split(";")) if isinstance(cell, str) and cell else set()


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or bool(pd.isna(value))


def _differ(then: Any, now: Any) -> bool:
    return not (_is_empty(then) and _is_empty(now)) and (_is_empty(then) or _is_empty(now) or then != now)


def _change(row: Row, change: str, before: Any, after: Any) -> dict[str, Any]:
    return {
        "account_id": row["account_id"],
        "role_arn": row["role_arn"],
        "role_id": row["role_id"],
        "change": change,
        "before": None if _is_empty(before) else str(before),
        "after": None if _is_empty(after) else str(after),
    }


def first_seen(findings: pd.DataFrame, before: pd.DataFrame | None, quarter: str) -> pd.DataFrame:
    """Return the findings with `first_seen_quarter`: taken over from the previous review's, else this quarter."""
    known: dict[str, str] = {}
    if before is not None:
        known = dict(
            zip(before["finding_id"].tolist(), before["first_seen_quarter"].fillna(quarter).tolist(), strict=True)
        )
    seen = [known.get(finding_id, quarter) for finding_id in findings["finding_id"].tolist()]
    return findings.assign(first_seen_quarter=pd.Series(seen, index=findings.index, dtype="str"))
