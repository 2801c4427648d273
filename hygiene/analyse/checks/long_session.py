"""Powerful roles whose sessions may last longer than a working task needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield powerful roles whose maximum session is longer than `max_hours`; an unread maximum gives no finding."""
    for arn in estate.editable:
        hours = estate.role(arn)["max_session_hours"]
        if hours is not None and hours > thresholds["max_hours"] and estate.is_powerful(arn):
            yield Finding(
                role_arn=arn,
                evidence=f"A session may last {hours:g} hours; the limit for powerful roles is "
                f"{thresholds['max_hours']:g}.",
                detail=(f"{hours:g}",),
            )


CHECK = Check(
    id="long-session",
    title="Long session on a powerful role",
    group="Housekeeping",
    severity="low",
    why="Stolen session credentials work until the session ends; nobody can call them back one by one.",
    remedy="Lower the maximum session duration (1 hour is IAM's default; chained sessions last 1 hour anyway).",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-settings.html",
    find=find,
    thresholds={"max_hours": 4},
)
