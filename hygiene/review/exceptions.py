"""Exceptions to findings: risks that somebody owns, somebody else approved, and that end by themselves.

In code an exception is a `Waiver`, because Python has exceptions of its own. `created` and `expires` are days; a
waiver holds through the whole day it expires on, in UTC.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from hygiene.frames import Exceptions, frame_of
from hygiene.policy.wildcards import glob

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

LIVE, EXPIRING, EXPIRED, UNUSED, NOT_YET = "live", "expiring", "expired", "unused", "not-yet"
EXPIRES_SOON = timedelta(days=30)

_TEXTS = ("reason", "owner", "approved_by")
_NEEDED = ("match", "checks", *_TEXTS, "created", "expires")
_ALLOWED = (*_NEEDED, "compensating_control")
_MATCHED = ("role_arn", "role_path", "tag", "group_id")
_ARN_PARTS = 6
_USAGE_CHECKS = {"unused": "unused-role", "unknown": "usage-unknown"}
_ASKING = ("critical", "high", "medium")


@dataclass(frozen=True, slots=True)
class Waiver:
    """One entry of `exceptions.yaml`; `number` counts from 1. `match`: what is compared and the pattern; all hold."""

    number: int
    match: tuple[tuple[str, str], ...]
    checks: tuple[str, ...]
    reason: str
    owner: str
    approved_by: str
    created: date
    expires: date
    compensating_control: str = ""

    def note(self) -> str:
        """Return what stands beside a finding that is waived."""
        return f"{self.reason} (owner {self.owner}, approved by {self.approved_by}, until {self.expires})"

    def is_in_force(self, today: date) -> bool:
        """Whether the day lies in the time it is meant for."""
        return self.created <= today <= self.expires


@dataclass(frozen=True)
class Waived:
    """Findings with `exception` filled in, how many each waiver holds for, and ids of roles that need no decision."""

    findings: pd.DataFrame
    used: Mapping[int, int]
    roles: frozenset[str]


class _EntryError(Exception):
    """An entry is wrong; the message says what to write."""


def parse_exceptions(content: Any, checks: Collection[str]) -> tuple[Waiver, ...]:
    """Return the waivers of a file's content. Raises ValueError with a line for every entry that is wrong.

    `checks`: the ids of all checks there are.
    """
    if not isinstance(content, dict) or set(content) != {"exceptions"}:
        raise ValueError("expected one key `exceptions:` with a list below it, as in exceptions.example.yaml")
    entries = content["exceptions"]
    if entries is None:
        return ()
    if not isinstance(entries, list):
        raise ValueError("`exceptions:` is no list; begin each exception with `- match:`")
    found, problems = [], []
    for number, entry in enumerate(entries, start=1):
        try:
            found.append(_waiver(entry, number, checks))
        except _EntryError as error:
            problems.append(f"exception {number}: {error}")
    if problems:
        raise ValueError("\n".join(problems))
    return tuple(found)


def _waiver(entry: Any, number: int, checks: Collection[str]) -> Waiver:
    if not isinstance(entry, dict):
        raise _EntryError(f"write the keys {', '.join(_NEEDED)}")
    for key in entry:
        if key not in _ALLOWED:
            raise _EntryError(f"unknown key {key!r}{_nearest(str(key), _ALLOWED)}")
    missing = [key for key in _NEEDED if entry.get(key) in (None, "", [], {})]
    if missing:
        raise _EntryError(f"{', '.join(missing)} must be written")
    texts = {key: _text(entry, key) for key in _TEXTS}
    if texts["owner"].casefold() == texts["approved_by"].casefold():
        raise _EntryError("approved_by must be somebody else than owner: nobody approves his own risk")
    created, expires = _day(entry, "created"), _day(entry, "expires")
    latest = _a_year_after(created)
    if not created <= expires <= latest:
        raise _EntryError(f"expires must lie between created and 12 months later: at most {latest}")
    return Waiver(
        number=number,
        match=tuple(_matches(entry["match"])),
        checks=_checks(entry["checks"], checks),
        created=created,
        expires=expires,
        compensating_control=_text(entry, "compensating_control") if "compensating_control" in entry else "",
        **texts,
    )


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry[key]
    if not isinstance(value, str) or not value.strip():
        raise _EntryError(f"{key} must be a text, such as {key}: {'ana@example.com' if key != 'reason' else 'why'}")
    return value.strip()


def _day(entry: Mapping[str, Any], key: str) -> date:
    value = entry[key]
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (ValueError, TypeError):
        raise _EntryError(f"{key} = {value!r}: write a day such as 2026-12-31") from None


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, day=28)


def _checks(value: Any, known: Collection[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(check, str) for check in value):
        raise _EntryError("checks must be a list of check ids, such as [unused-role]")
    for check in value:
        if check not in known:
            raise _EntryError(f"no check {check!r}{_nearest(check, sorted(known))} (`hygiene checks` lists them)")
    return tuple(dict.fromkeys(value))


def _matches(value: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        raise _EntryError(f"match must hold one of {', '.join(_MATCHED)} with a pattern")
    for key, pattern in value.items():
        if key not in _MATCHED:
            raise _EntryError(f"match: unknown key {key!r}{_nearest(str(key), _MATCHED)}")
        if not isinstance(pattern, str) or not pattern.strip():
            raise _EntryError(f"match: {key} must be a text in quotes")
        complaint = _COMPLAINTS[key](pattern)
        if complaint:
            raise _EntryError(f"match: {key} = {pattern!r} {complaint}")
        yield key, pattern


def _about_arn(pattern: str) -> str:
    parts = pattern.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS or parts[0] != "arn":
        return "is no ARN; write such as arn:aws:iam::111122223333:role/backup-*"
    names_account = re.fullmatch(r"\d{12}", parts[4])
    names_role = re.search(r"[^*?/]", parts[5].removeprefix("role/"))
    return "" if names_account or names_role else "would hold for every role; name the account or the role"


def _about_path(pattern: str) -> str:
    if not pattern.startswith("/"):
        return "is no path; write such as /vendor/* or /vendor/"
    return "" if re.search(r"[^*?/]", pattern) else "would hold for nearly every role; name a path"


def _about_tag(pattern: str) -> str:
    key, separator, _ = pattern.partition("=")
    is_named = bool(separator and key) and not set(key) & {"*", "?"}
    return "" if is_named else "does not name a tag; write key=value, such as env=sandbox*"


def _about_group(pattern: str) -> str:
    return "" if re.search(r"[^*?]", pattern) else "would hold for every role; copy a group_id from roles.csv"


_COMPLAINTS = {"role_arn": _about_arn, "role_path": _about_path, "tag": _about_tag, "group_id": _about_group}


def _nearest(wrong: str, names: Sequence[str]) -> str:
    found = difflib.get_close_matches(wrong, names, n=1, cutoff=0.5)
    return f"; did you mean {found[0]!r}?" if found else f"; known: {', '.join(names[:12])}"


def waive(waivers: Sequence[Waiver], roles: pd.DataFrame, findings: pd.DataFrame, as_of: datetime) -> Waived:
    """Return the findings with the waivers that are in force at the moment; of several the first one is named."""
    today = as_of.date()
    notes = pd.Series([None] * len(findings), index=findings.index, dtype="object")
    used: dict[int, int] = {}
    for waiver in waivers:
        if not waiver.is_in_force(today):
            continue
        arns = roles.loc[_matching(roles, waiver), "role_arn"]
        is_meant = findings["check"].isin(list(waiver.checks)) & findings["role_arn"].isin(arns)
        used[waiver.number] = int(is_meant.sum())
        notes = notes.where(~(is_meant & notes.isna()), waiver.note())
    waived = findings.assign(exception=notes)
    return Waived(waived, used, _without_questions(roles, waived))


def exceptions_table(waivers: Sequence[Waiver], used: Mapping[int, int], as_of: datetime) -> pd.DataFrame:
    """Return the Exceptions table; `used`: number of a waiver → findings it holds for in the whole population."""
    today = as_of.date()
    return frame_of(Exceptions, [_row(waiver, used.get(waiver.number, 0), today) for waiver in waivers])


def _matching(roles: pd.DataFrame, waiver: Waiver) -> pd.Series:
    matching = pd.Series(True, index=roles.index)
    for key, pattern in waiver.match:
        fits = glob(pattern).fullmatch
        cells = roles[_COLUMNS[key]].fillna("").tolist()
        if key == "tag":
            found = [any(fits(tag) for tag in cell.split(";")) for cell in cells]
        else:
            found = [fits(cell) is not None for cell in cells]
        matching &= pd.Series(found, index=roles.index, dtype="bool")
    return matching


_COLUMNS = {"role_arn": "role_arn", "role_path": "path", "tag": "tags", "group_id": "group_id"}


def _without_questions(roles: pd.DataFrame, findings: pd.DataFrame) -> frozenset[str]:
    """Return the ids of roles whose every finding that asks for a decision is waived, and that have one."""
    is_effective = findings["held_back_by"].isna() | findings["held_back_by"].str.startswith("not-evaluated")
    asks = findings["severity"].isin(_ASKING) | findings["check"].isin(list(_USAGE_CHECKS.values()))
    asking = findings[is_effective & asks]
    is_waived = asking["exception"].notna()
    candidates = set(asking.loc[is_waived, "role_arn"].tolist()) - set(asking.loc[~is_waived, "role_arn"].tolist())
    waived_pairs = set(zip(asking["role_arn"].tolist(), asking["check"].tolist(), strict=True))
    rows = roles.loc[roles["role_arn"].isin(list(candidates)), ["role_id", "role_arn", "usage_status"]]
    return frozenset(
        role_id
        for role_id, arn, status in rows.itertuples(index=False)
        # A suggestion can rest on disuse alone while the check for it is switched off: then nothing waives it.
        if status not in _USAGE_CHECKS or (arn, _USAGE_CHECKS[status]) in waived_pairs
    )


def _row(waiver: Waiver, used: int, today: date) -> dict[str, Any]:
    return {
        "number": waiver.number,
        "state": _state(waiver, used, today),
        "match": "; ".join(f"{key}: {pattern}" for key, pattern in waiver.match),
        "checks": ";".join(waiver.checks),
        "reason": waiver.reason,
        "owner": waiver.owner,
        "approved_by": waiver.approved_by,
        "created": waiver.created.isoformat(),
        "expires": waiver.expires.isoformat(),
        "compensating_control": waiver.compensating_control or None,
        "findings": used,
    }


def _state(waiver: Waiver, used: int, today: date) -> str:
    if today > waiver.expires:
        return EXPIRED
    if today < waiver.created:
        return NOT_YET
    if not used:
        return UNUSED
    return EXPIRING if waiver.expires - today <= EXPIRES_SOON else LIVE
