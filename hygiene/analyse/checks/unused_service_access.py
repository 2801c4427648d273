"""Roles in use that may use services, or single actions, they do not use."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.services import UNTRACKED_ACTIONS, ServiceUse, role_service_use
from hygiene.analyse.wording import listed, some_of
from hygiene.model import TRACKING_PERIOD_DAYS
from hygiene.policy.actions import catalogue

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping
    from datetime import datetime

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield roles in use with at least `min_unused_services` services, or `min_unused_actions` actions, unused.

    Only what AWS tracks counts, and what was not read says nothing. Actions are known where the reports were asked for
    at action level.
    """
    for arn in estate.editable:
        use = role_service_use(estate, arn)
        if use is None:
            continue
        # Zero asks for nothing unused, which is no finding.
        has_services = use.unused >= max(1, thresholds["min_unused_services"])
        actions = use.actions.unused if use.actions else 0
        if not has_services and actions.bit_count() < max(1, thresholds["min_unused_actions"]):
            continue
        yield Finding(
            role_arn=arn,
            evidence=_evidence(use, estate, arn),
            detail=use.unused_services or tuple(catalogue().names_in(actions)),
            severity="" if has_services and estate.is_powerful(arn) else "low",
        )


def _evidence(use: ServiceUse, estate: Estate, role_arn: str) -> str:
    since = f"{_since(use, estate.role(role_arn), estate.reference.as_of):%Y-%m-%d}"
    allowed = estate.permissions[role_arn].effective.final.somewhere_if
    return " ".join(
        part for part in (_services(use, since), _actions(use, since), _not_tracked(use, allowed)) if part
    )


def _services(use: ServiceUse, since: str) -> str:
    """Say how many of the granted services AWS tracks were used, and since when the others were not."""
    counted = f"{use.used} of {use.used + use.unused} tracked services used"
    if not use.unused:
        return f"{counted}."
    return f"{counted}; {use.unused} not since {since} ({some_of(use.unused_services, 'service')})."


def _actions(use: ServiceUse, since: str) -> str:
    if use.actions is None or not use.actions.unused:
        return ""
    unused = catalogue().names_in(use.actions.unused)
    return (
        f"In the services used, {len(unused)} of {use.actions.tracked.bit_count()} tracked actions not since {since} "
        f"({some_of(unused, 'action')})."
    )


def _not_tracked(use: ServiceUse, allowed: int) -> str:
    """Name what this role may do and no report can show; it is in none of the counts."""
    parts = list(catalogue().names_in(allowed & catalogue().mask(UNTRACKED_ACTIONS)))
    if use.untracked_services:
        parts.append(f"everything in {some_of(use.untracked_services, 'service')}")
    # What is named one by one already needs no second mention.
    untracked = use.actions.untracked & ~catalogue().mask(UNTRACKED_ACTIONS) if use.actions else 0
    if untracked:
        parts.append(f"such actions as {some_of(catalogue().names_in(untracked), 'action')}")
    return f"AWS does not track {listed(parts)}: neither used nor unused." if parts else ""


def _since(use: ServiceUse, row: Mapping[Hashable, Any], as_of: datetime) -> datetime:
    """Return where the tracking period begins, or the role, when it is younger."""
    begins = (use.written_at or as_of) - timedelta(days=TRACKING_PERIOD_DAYS)
    created = row["created_at"]
    return begins if pd.isna(created) else max(begins, created)


CHECK = Check(
    id="unused-service-access",
    title="Access to services it does not use",
    group="Usage",
    severity="medium",
    why="Permissions nobody uses help only whoever takes the role over; without them the role works as before. What a "
    "resource's own policy lets the role do is not in this data.",
    remedy="Remove the services from the role's policies (of an Identity Center role: from its permission set); keep what "
    "is for emergencies or once a year, and say so in an exception.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html",
    find=find,
    # As IAM Access Analyzer does: one service that was forgotten is one line to take out. An action alone is rarely
    # worth the work; it still stands in the evidence.
    thresholds={"min_unused_services": 1, "min_unused_actions": 10},
)
