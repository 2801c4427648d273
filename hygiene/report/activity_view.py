"""What CloudTrail says about one role, as its card shows it: who assumed it, from where, and what was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.report.view import ActivityView, AssumedView
from hygiene.report.visible import parts
from hygiene.report.wording import counted, moment

if TYPE_CHECKING:
    from hygiene.report.roster import Roster, Watched
    from hygiene.report.visible import Row

_SHOWN = 8
_NETWORKS = 2


def activity_view(roster: Roster, row: Row) -> ActivityView | None:
    """Return the activity of a role; None where its account's events were not read: then nobody can say."""
    window = roster.background.watched.get(row["account_id"])
    if window is None:
        return None
    assumed, events = roster.assumed_by.get(row["role_arn"], ()), roster.events_of.get(row["role_arn"], ())
    return ActivityView(
        window=_window(window),
        assumed=tuple(_assumed(entry) for entry in assumed[:_SHOWN]),
        more_assumed=max(0, len(assumed) - _SHOWN),
        events=tuple(_event(entry) for entry in events[:_SHOWN]),
        more_events=max(0, len(events) - _SHOWN),
        nobody=_nobody(window, (row["last_used_at"] or "")[:10]),
    )


def _window(window: Watched) -> str:
    holes = ", less the days that coverage names" if window.has_holes else ""
    return f"By CloudTrail, {window.first} to {window.last}{holes}:"


def _nobody(window: Watched, used_on: str) -> str:
    """Say since when nobody came; where IAM knows better, that the log that was read cannot hold everything."""
    first, last, _ = window
    nobody = f"Nobody from {first} to {last}, by the events that were read"
    if first <= used_on <= last:
        return f"{nobody}; yet it was used on {used_on}: by an older session, or events are missing."
    return f"{nobody}; see coverage for days that were not."


def _assumed(entry: Row) -> AssumedView:
    return AssumedView(
        principal=entry["principal"],
        outside=bool(entry["is_outside"]),
        new=entry["is_new"] == "yes",
        note=", ".join(part for part in (_how_often(entry), _when(entry), _from_where(entry), _mfa(entry)) if part),
    )


def _how_often(entry: Row) -> str:
    refused = f"{counted(entry['refused'], 'time')} refused"
    if not entry["assumed"]:
        return refused
    return counted(entry["assumed"], "time") + (f" and {refused}" if entry["refused"] else "")


def _when(entry: Row) -> str:
    first, last = entry["first_seen"][:10], entry["last_seen"][:10]
    return f"on {first}" if first == last else f"{first} to {last}"


def _from_where(entry: Row) -> str:
    networks = parts(entry["networks"])
    if not networks:
        return ""
    more = len(networks) - _NETWORKS
    return f"from {', '.join(networks[:_NETWORKS])}{f' and {more} more' if more > 0 else ''}"


def _mfa(entry: Row) -> str:
    if entry["with_mfa"] is None or not entry["assumed"]:
        return ""
    if entry["with_mfa"]:
        return f"{counted(entry['with_mfa'], 'time')} with MFA"
    # The session of a role never says more: its own caller may have used MFA or be a machine.
    return "without MFA" if entry["principal_kind"] in ("user", "root") else ""


def _event(entry: Row) -> str:
    what = f"{entry['action']} {entry['subject']}".strip()
    origin = f" from {entry['network']}" if entry["network"] else ""
    return f"{moment(entry['time'])}: {what}, by {entry['by']}{origin}. {entry['effect']}. Event {entry['event_id']}"
