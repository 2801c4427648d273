"""The sentences of a report: singular and plural, zero cases, and what a missing value may be called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hygiene.model import TRACKING_PERIOD_DAYS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hygiene.report.visible import Row

STATES = {
    "open": "nobody has answered yet",
    "no-response": "the review before asked about it too, and nobody answered",
    "overdue": "it was to be done by now, and AWS shows it undone",
    "re-opened": "it was done, and undone again since",
    "stale-decision": "the role changed after that, so look at it again",
    "waived": "an exception covers what was found",
    "verified": "AWS shows it done",
}
"""States of decisions that do not say by themselves what they mean."""

_SENTENCE_END = re.compile(r"\.(?= [A-Z0-9])")


@dataclass(frozen=True, slots=True)
class Headline:
    """The first sentence of a report: who was looked at, what is asked, and what could not be seen."""

    population: str
    ask: str
    coverage: str


@dataclass(frozen=True, slots=True)
class LastUse:
    """When a role was last used, as words, a smaller second line, and days for sorting (`""`: not known)."""

    words: str
    note: str
    sort: str


def counted(number: int, one: str, many: str = "") -> str:
    """Return `1 role` or `1,234 roles`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def listed(parts: Sequence[str]) -> str:
    """Return `a`, `a and b` or `a, b and c`."""
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)


def shortened(text: str, length: int) -> str:
    """Return the text on one line, cut between words where it is longer."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut[length // 2 :] else cut}…"


def whole_sentences(text: str, length: int) -> str:
    """Return the first sentences that fit, or the beginning of the first one."""
    line = " ".join(text.split())
    ends = [match.start() + 1 for match in _SENTENCE_END.finditer(line) if match.start() < length]
    return line if len(line) <= length else line[: ends[-1]] if ends else shortened(line, length)


def headline(summary: Mapping[str, Any]) -> Headline:
    """Return the first sentence for a summary."""
    accounts = summary["accounts"]
    seen = accounts["read"] + accounts["partial"]
    roles = summary["roles"]["total"]
    if not seen:
        return Headline(
            "No role could be reviewed", "nothing below says that an account is clean.", _unseen(accounts)
        )
    return Headline(f"{counted(roles, 'role') if roles else 'No roles'} in {_of_accounts(seen, accounts['total'])}",
                    f"{_ask(summary)}.", _unseen(accounts))  # fmt: skip


def _of_accounts(seen: int, total: int) -> str:
    if seen == total:
        return "1 account" if total == 1 else f"all {total:,} accounts"
    return f"{seen:,} of {total:,} accounts"


def _ask(summary: Mapping[str, Any]) -> str:
    asked, urgent = summary["needs_decision"], summary["needs_decision_critical_or_high"]
    if not asked:
        return "none needs a decision"
    if asked == 1:
        return f"1 needs a decision, and it is {'' if urgent else 'not '}critical or high"
    return f"{asked:,} need a decision, {f'{urgent:,}' if urgent else 'none'} of them critical or high"


def _unseen(accounts: Mapping[str, int]) -> str:
    told = unread_accounts(accounts["failed"], accounts["partial"], accounts["skipped"])
    if told:
        return f"{told}."
    return "Every account was read." if accounts["total"] > 1 else ""


def unread_accounts(failed: int, partial: int, skipped: int = 0) -> str:
    """Return `1 account could not be read and 2 were read in part`, empty where all of them were read."""
    kinds = (
        (failed, "could not be read", "could not be read"),
        (partial, "was read in part", "were read in part"),
        (skipped, "was skipped on purpose", "were skipped on purpose"),
    )
    present = [(number, one if number == 1 else many) for number, one, many in kinds if number]
    return listed(
        [
            f"{number:,} {words}" if place else f"{counted(number, 'account')} {words}"
            for place, (number, words) in enumerate(present)
        ]
    )


def days_ago(days: int | None) -> str:
    """Return `today`, `1 day ago` or `266 days ago`; `some time ago` when the number is not known."""
    if days is None:
        return "some time ago"
    return f"{counted(days, 'day')} ago" if days else "today"


def last_use(row: Row) -> LastUse:
    """Return when a role was last used; an empty `RoleLastUsed` is never called more than it is."""
    if row["last_used_at"]:
        where = f", {row['last_used_region']}" if row["last_used_region"] else ""
        days = row["unused_days"]
        return LastUse(days_ago(days), f"{row['last_used_at'][:10]}{where}", "" if days is None else str(days))
    created = f"created {row['created_at'][:10]}" if row["created_at"] else "creation date unknown"
    old = counted(row["age_days"], "day") + " old" if row["age_days"] is not None else "age unknown"
    beyond = str(TRACKING_PERIOD_DAYS + 1)
    return {
        "not_used_in_tracking_period": LastUse(
            "not used", f"in the {TRACKING_PERIOD_DAYS}-day tracking period", beyond
        ),
        "never_used": LastUse("never used", created, str(row["age_days"] or 0)),
        "too_new": LastUse("too new to judge", old, ""),
        "no_data": LastUse("unknown", "no data: usage was not read", ""),
        "service_linked": LastUse("not judged", "AWS manages this role", ""),
        "sso_reserved": LastUse("not judged", "IAM Identity Center manages this role", ""),
    }.get(row["usage_reason"], LastUse("unknown", f"no date; {row['usage_reason'].replace('_', ' ')}", ""))


def verdict(row: Row) -> str:
    """Return the beginning of a verdict: what is suggested, and how the role was used, without a full stop."""
    if row["usage_status"] == "excluded":
        return f"Not judged: {last_use(row).note}"
    return f"Suggest {row['suggestion']}: {_use(row)}"


def _use(row: Row) -> str:
    days, age_days = row["unused_days"], row["age_days"]
    if row["usage_status"] == "unused" and row["last_used_at"]:
        return "not used since the threshold" if days is None else f"not used for {counted(days, 'day')}"
    if row["last_used_at"]:
        return f"used {days_ago(days)}"
    return {
        "not_used_in_tracking_period": f"no use in the {TRACKING_PERIOD_DAYS}-day tracking period",
        "never_used": f"no use since it was created {days_ago(age_days)}",
        "too_new": f"created {days_ago(age_days)}, too new to judge",
    }.get(row["usage_reason"], "its use is not known")


def age(row: Row) -> str:
    """Return `2024-03-02 (996 days ago)`, or that the date is not known."""
    if not row["created_at"]:
        return "unknown"
    return f"{row['created_at'][:10]} ({days_ago(row['age_days'])})"


def moment(iso_time: str) -> str:
    """Return `2026-11-23 06:00 UTC` for an ISO time."""
    return f"{iso_time[:10]} {iso_time[11:16]} UTC"
