"""GetAccountSummary: true counts, and quotas a world may set per account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.simulate.incoming import Answer, Incoming

if TYPE_CHECKING:
    from hygiene.simulate.state import State


def get_account_summary(state: State, call: Incoming) -> Answer:
    """Counts from moto, quotas from the world."""
    summary = dict(state.iam(call.account_id).get_account_summary().summary_map)
    account = state.accounts.get(call.account_id)
    if account is not None:
        summary.update(account.quotas)
    return Answer({"SummaryMap": summary})


OPERATIONS = {("iam", "GetAccountSummary"): get_account_summary}
