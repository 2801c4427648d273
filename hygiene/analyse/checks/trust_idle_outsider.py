"""Outside accounts that may assume a role, and did not for long: trust joined to use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from hygiene.activity.bounded import OTHER
from hygiene.analyse.activity import window_in_words
from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.trust_rows import accounts_of, by_role, outsiders
from hygiene.analyse.wording import some_of
from hygiene.documents import whole_activity
from hygiene.model import TRACKING_PERIOD_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.activity import Activity
    from hygiene.analyse.estate import Estate, RoleRow


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield roles with a trusted outsider that was not seen, by the role's last use or by CloudTrail.

    Where the role is in use, CloudTrail must have been read whole and for `min_days`: else nobody can say who used it,
    and nothing is claimed.
    """
    activity = whole_activity(estate.documents)
    if activity is not None and (activity.ends - activity.begins).days < thresholds["min_days"]:
        activity = None
    for arn, rows in by_role(outsiders(estate)):
        accounts = accounts_of(rows)
        row = estate.role(arn)
        if row["usage_status"] == "unused":
            idle, since = accounts, _since(row)
        elif activity is not None and _is_older(row, activity):
            came = [one for one in activity.assumptions if one.role_arn == arn and one.count]
            if any(one.principal == OTHER for one in came):
                continue  # More came than could be kept apart: nobody knows who is among them.
            seen = {one.principal_account_id for one in came}
            idle = tuple(account for account in accounts if account not in seen)
            since = f"between {window_in_words(activity)}, by CloudTrail".replace(" to ", " and ")
        else:
            continue
        if idle:
            yield Finding(
                role_arn=arn,
                evidence=f"Outside {some_of(idle, 'account')} may assume it, and nobody of there did {since}.",
                detail=idle,
            )


def _since(row: RoleRow) -> str:
    days = row["unused_days"]
    return f"in the {TRACKING_PERIOD_DAYS}-day tracking period" if pd.isna(days) else f"for {int(days)} days"


def _is_older(row: RoleRow, activity: Activity) -> bool:
    created_at = row["created_at"]
    return bool(created_at is not None and created_at <= activity.begins)


CHECK = Check(
    id="trust-idle-outsider",
    title="Trusted outsider that does not come",
    group="Trust",
    severity="low",
    why="Trust that nobody uses is a door left open for a company you may have stopped working with.",
    remedy="Ask whether the contract still runs; if not, take the account out of the trust policy.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html",
    find=find,
    thresholds={"min_days": 30},
)
