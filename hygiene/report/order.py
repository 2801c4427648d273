"""The order of rows in every file, so that two quarters can be compared line by line.

Accounts come in order of their ids, so an account's part only has to be sorted in itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.frames import (
    AccountReview,
    Assumptions,
    Changes,
    Decisions,
    Findings,
    FollowUps,
    RoleEvents,
    Roles,
    validated,
)

if TYPE_CHECKING:
    import pandas as pd

    from hygiene.schema import Table


def ordered(account: AccountReview) -> AccountReview:
    """Return an account's tables, valid by their schemas and sorted by role and check.

    Decisions that are still needed stand before the others. Raises FrameError for a table that breaks its schema.
    """
    decisions = validated(Decisions, account.decisions)
    return AccountReview(
        account_id=account.account_id,
        roles=_by(validated(Roles, account.roles), "role_name", "role_arn"),
        findings=_by(
            validated(Findings, account.findings), "role_name", "role_arn", "check", "held_back_by", "finding_id"
        ),
        changes=_by(validated(Changes, account.changes), "role_arn", "change", "role_id"),
        decisions=_by(decisions.assign(_last=decisions["needs_decision"] != "yes"), "_last", "role_arn").drop(
            columns="_last"
        ),
        assumptions=_by(validated(Assumptions, account.assumptions), "role_arn", "principal_kind", "principal"),
        role_events=_by(validated(RoleEvents, account.role_events), "role_arn", "time", "event_id"),
        followups=_by(validated(FollowUps, account.followups), "role_arn", "role_id", "review_id"),
        right_sizing=account.right_sizing,
        compared_with=account.compared_with,
        waived=account.waived,
    )


def in_order(schema: type[Table], frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return a table of the whole population, valid and sorted. Raises FrameError as `ordered` does."""
    return _by(validated(schema, frame), *columns)


def _by(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    if len(frame) <= 1:
        return frame.reset_index(drop=True)
    return frame.sort_values(list(columns), kind="stable", na_position="first", ignore_index=True)
