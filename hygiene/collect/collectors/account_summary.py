"""GetAccountSummary: the account's live quotas and IAM's own count of its roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.collect.context import AccountContext, Collector

if TYPE_CHECKING:
    from hygiene.model import JsonObject


def collect(context: AccountContext) -> JsonObject:
    """Return `{"SummaryMap": {…}}`."""
    return context.client.call("iam", "GetAccountSummary")


COLLECTOR = Collector("account-summary", collect)
