"""Says of every role whether it is used, with the reason; vectorised over an account's roles.

Data that was not read is `unknown`, never `unused`; what AWS does not report in its tracking period is
`not_used_in_tracking_period`, never "never used", unless the role is younger than that period.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage_delete.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hygiene.model import TRACKING_PERIOD_DAYS
from hygiene.policy.trust import SERVICE_LINKED_PATH, SSO_RESERVED_PATH

if TYPE_CHECKING:
    from datetime import datetime


USAGE_COLUMNS = ("age_days", "unused_days", "usage_status", "usage_reason")


def whole_days(since: pd.Series, as_of: datetime) -> pd.Series:
    """Return the whole days from each instant to as_of, as Int64; never negative, empty where the instant is."""
    days: pd.Series = (pd.Timestamp(as_of) - since).dt.days
    return days.clip(lower=0).astype("Int64")


def add_usage(roles: pd.DataFrame, as_of: datetime, unused_after_days: int) -> pd.DataFrame:
    """Return the roles with `age_days`, `unused_days`, `usage_status` and `usage_reason`.

    Needs `path`, `created_at`, `last_used_at` and the boolean `has_last_used` (RoleLastUsed was read). Used exactly
    `unused_after_days` ago is unused; created exactly so long ago and not used since is too.
    """
    age, idle = whole_days(roles["created_at"], as_of), whole_days(roles["last_used_at"], as_of)
    used = roles["last_used_at"].notna()
    proven_idle = ~used & roles["has_last_used"] & age.notna()
    long_ago = (idle >= unused_after_days).fillna(value=False)
    old_enough = (age >= unused_after_days).fillna(value=False)
    beyond_tracking = (age >= TRACKING_PERIOD_DAYS).fillna(value=False)
    rules: list[tuple[pd.Series, str, str]] = [
        (roles["path"].str.startswith(SERVICE_LINKED_PATH), "excluded", "service_linked"),
        (roles["path"].str.startswith(SSO_RESERVED_PATH), "excluded", "sso_reserved"),
        # Evidence of use counts whatever else is missing; stale needs RoleLastUsed, which sees every service.
        (used & ~long_ago, "in_use", "recent"),
        (used & long_ago & roles["has_last_used"], "unused", "stale"),
        (proven_idle & ~old_enough, "too_new", "too_new"),
        (proven_idle & beyond_tracking, "unused", "not_used_in_tracking_period"),
        (proven_idle & old_enough, "unused", "never_used"),
    ]
    conditions = [rule.to_numpy(dtype=bool) for rule, _, _ in rules]
    return roles.assign(
        age_days=age,
        unused_days=idle,
        usage_status=np.select(conditions, [status for _, status, _ in rules], "unknown"),
        usage_reason=np.select(conditions, [reason for _, _, reason in rules], "no_data"),
    )
