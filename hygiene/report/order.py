"""The order of rows in every file, so that two quarters can be compared line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.frames import (
    Assumptions,
    Changes,
    Coverage,
    Decisions,
    Exceptions,
    Findings,
    FollowUps,
    ReviewTables,
    RoleEvents,
    Roles,
    validated,
)

if TYPE_CHECKING:
    import pandas as pd


def ordered(tables: ReviewTables) -> ReviewTables:
    """Return the tables, valid by their schemas and sorted by account, role and check.

    Decisions that are still needed stand before the others. Raises FrameError for a table that breaks its schema.
    """
    decisions = validated(Decisions, tables.decisions)
    return ReviewTables(
        roles=_by(validated(Roles, tables.roles), "account_id", "role_name", "role_arn"),
        findings=_by(
            validated(Findings, tables.findings),
            *("account_id", "role_name", "role_arn", "check", "held_back_by", "finding_id"),
        ),
        coverage=_by(validated(Coverage, tables.coverage), "account_id"),
        changes=_by(validated(Changes, tables.changes), "account_id", "role_arn", "change", "role_id"),
        decisions=_by(
            decisions.assign(_last=decisions["needs_decision"] != "yes"), "_last", "account_id", "role_arn"
        ).drop(columns="_last"),
        exceptions=_by(validated(Exceptions, tables.exceptions), "number"),
        assumptions=_by(
            validated(Assumptions, tables.assumptions), "account_id", "role_arn", "principal_kind", "principal"
        ),
        role_events=_by(validated(RoleEvents, tables.role_events), "account_id", "role_arn", "time", "event_id"),
        followups=_by(validated(FollowUps, tables.followups), "account_id", "role_arn", "role_id"),
    )


def _by(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return frame.sort_values(list(columns), kind="stable", na_position="first", ignore_index=True)
