"""Roles in use that may use services they do not use."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.services import ServiceUse, role_service_use
from hygiene.analyse.wording import some_of
from hygiene.model import TRACKING_PERIOD_DAYS

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping
    from datetime import datetime

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield roles in use with at least `min_unused_services` tracked services unused; what was not read says nothing."""
    for arn in estate.editable():
        use = role_service_use(estate, arn)
        if use is None or not use.unused or use.unused < thresholds["min_unused_services"]:
            continue
        yield Finding(
            role_arn=arn,
            evidence=_sentence(use, estate.role(arn), estate.reference.as_of),
            detail=use.unused_services,
            severity="" if estate.is_powerful(arn) else "low",
        )


def _sentence(use: ServiceUse, row: Mapping[Hashable, Any], as_of: datetime) -> str:
    """Say how many of the granted services AWS tracks were used, and since when the others were not."""
    services = f"{use.used} of {use.used + use.unused} tracked services used"
    unused = some_of(use.unused_services, "service")
    sentence = f"{services}; {use.unused} not since {_since(use, row, as_of):%Y-%m-%d} ({unused})."
    if use.actions is not None and use.actions.unused:
        sentence += f" In the services used, {use.actions.unused} of {use.actions.tracked} tracked actions were not."
    return sentence


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
    why="Permissions nobody uses help only whoever takes the role over; without them the role works as before.",
    remedy="Remove the services from the role's policies (of an Identity Center role: from its permission set); keep what "
    "is for emergencies or once a year, and say so in an exception.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html",
    find=find,
    # As IAM Access Analyzer does: one service that was forgotten is one line to take out.
    thresholds={"min_unused_services": 1},
)
