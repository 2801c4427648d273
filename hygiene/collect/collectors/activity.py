"""What CloudTrail says about the account's roles, added up → `activity.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.activity import to_json
from hygiene.collect.context import AccountContext, Collector

if TYPE_CHECKING:
    from hygiene.model import JsonObject

NAME = "activity"


def collect(context: AccountContext) -> JsonObject | None:
    """Return the account's activity; None when CloudTrail is not asked, or gave nothing."""
    if context.events is None:
        return None
    activity, refusals = context.events.read(context.account_id, context.client)
    for error in refusals:
        context.gap(NAME, error)
    return None if activity is None else to_json(activity)


COLLECTOR = Collector(NAME, collect)
