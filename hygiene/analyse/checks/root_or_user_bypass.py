"""Use of the root user, and console sign-ins that failed: ways around the roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.activity.records import CONSOLE_LOGIN
from hygiene.analyse.activity import event_in_words
from hygiene.analyse.check import Check, Finding, Thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.activity import SignIn
    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield one finding for the root user, if it was used, and one per user with `min_failures` failed sign-ins."""
    activity = estate.documents.activity
    if activity is None:
        return
    root = [entry for entry in activity.sign_ins if entry.is_root]
    if root:
        yield _root(root)
    for principal in sorted({entry.principal for entry in activity.sign_ins if not entry.is_root}):
        failed = [
            one for one in activity.sign_ins if one.principal == principal and not one.is_root and _has_failed(one)
        ]
        count = sum(entry.count for entry in failed)
        if failed and count >= thresholds["min_failures"]:
            last = max(failed, key=lambda entry: entry.last_seen)
            evidence = f"{count:,} console sign-ins failed, the last on {last.last_seen:%Y-%m-%d}"
            yield Finding(
                subject=principal,
                evidence=f"{evidence}.{event_in_words(last.example)}",
                detail=tuple(sorted({entry.action for entry in failed})),
                severity="low",
            )


def _has_failed(entry: SignIn) -> bool:
    return entry.outcome.lower() not in {"success", ""}


def _root(entries: list[SignIn]) -> Finding:
    """Return what the root user did; a sign-in that failed is a try, and nobody got in."""
    tries = [entry for entry in entries if entry.action == CONSOLE_LOGIN and _has_failed(entry)]
    used = [entry for entry in entries if entry not in tries]
    last = max(used or tries, key=lambda entry: (entry.last_seen, entry.action))
    done = [*([_used(used)] if used else []), *([_tried(tries)] if tries else [])]
    return Finding(
        subject="root user",
        evidence=f"{'; '.join(done)}, the last time on {last.last_seen:%Y-%m-%d}.{event_in_words(last.example)}",
        detail=tuple(sorted({f"{entry.last_seen:%Y-%m-%d} {entry.action}" for entry in entries})),
        severity="" if used else "medium",
    )


def _used(entries: list[SignIn]) -> str:
    bare = any(not _has_failed(entry) and entry.with_mfa == 0 and entry.action == CONSOLE_LOGIN for entry in entries)
    without = ", without MFA" if bare else ""
    return f"used {_times(entries)} ({', '.join(sorted({entry.action for entry in entries})[:3])}{without})"


def _tried(entries: list[SignIn]) -> str:
    return f"sign-in failed {_times(entries)}"


def _times(entries: list[SignIn]) -> str:
    count = sum(entry.count for entry in entries)
    return "once" if count == 1 else f"{count:,} times"


CHECK = Check(
    id="root-or-user-bypass",
    title="Root user or users in place of roles",
    group="Activity",
    severity="high",
    why="No policy limits the root user, and a user's password works from anywhere: both bypass what roles enforce.",
    remedy="Keep the root user locked away with MFA and use roles; look at who signed in and why.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html",
    find=find,
    thresholds={"min_failures": 5},
)
