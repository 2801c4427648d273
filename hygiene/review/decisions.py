"""What people are asked: one row per role that is not excluded, those that need a decision first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.frames import Decisions, columns_of, validated

if TYPE_CHECKING:
    import pandas as pd


def decisions_to_ask(roles: pd.DataFrame, review_id: str) -> pd.DataFrame:
    """Return the Decisions table of a review without answers yet.

    `decision` stays empty: a suggestion that is already filled in is an answer nobody gave.
    """
    asked = roles[roles["usage_status"] != "excluded"]
    needs = (asked["suggestion"] != "keep").map({True: "yes", False: "no"})
    table = asked.assign(review_id=review_id, needs_decision=needs).reindex(columns=columns_of(Decisions))
    # "yes" comes before "no" when sorted downwards.
    ordered = table.sort_values(["needs_decision", "account_id", "role_arn"], ascending=[False, True, True])
    return validated(Decisions, ordered.reset_index(drop=True))
