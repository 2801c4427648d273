"""The sentences findings and suggestions share, so that the page, the mail and the CSV say the same thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from hygiene.model import TRACKING_PERIOD_DAYS

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

_SHOWN = 3


def usage_sentence(row: Mapping[Hashable, Any]) -> str:
    """Return what is known of a role's last use, in one sentence that claims no more than the data."""
    reason = row["usage_reason"]
    if reason in {"stale", "recent"}:
        return f"Last used {days_ago(row['unused_days'])}, on {row['last_used_at'].date()}."
    if reason == "not_used_in_tracking_period":
        return f"No use in the {TRACKING_PERIOD_DAYS}-day tracking period; created on {row['created_at'].date()}."
    if reason == "never_used":
        return f"Never used since it was created on {row['created_at'].date()} ({days_ago(row['age_days'])})."
    if reason == "too_new":
        return f"Not used yet, but too new to judge: created {days_ago(row['age_days'])}."
    if reason == "service_linked":
        return "Belongs to an AWS service, which alone can remove it."
    if reason == "sso_reserved":
        return "Made by IAM Identity Center for a permission set; change the assignment, not the role."
    return "Nobody can say whether it is used: the data was not read."


def references_sentence(row: Mapping[Hashable, Any]) -> str:
    """Return how a suggestion to remove goes on when AWS Config names resources that use the role; empty when not.

    No reference is said nowhere as a reason: it proves nothing.
    """
    if pd.isna(row["references"]):
        return ""
    named = str(row["references"]).split(";")
    return f" First look at what AWS Config says uses it: {some_of(named, 'resource')}."


def days_ago(days: Any) -> str:
    """Return `today`, `1 day ago` or `12 days ago`."""
    if pd.isna(days) or int(days) < 1:
        return "today"
    return "1 day ago" if int(days) == 1 else f"{int(days)} days ago"


def some_of(names: Sequence[str], noun: str) -> str:
    """Return the first few names, and how many more there are: `s3, sqs, sns and 4 more services`."""
    if len(names) > _SHOWN:
        more = len(names) - _SHOWN
        return f"{', '.join(names[:_SHOWN])} and {more} more {noun}{'' if more == 1 else 's'}"
    return listed(names)


def listed(names: Sequence[str]) -> str:
    """Return `a`, `a and b`, or `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


_HOLDERS = {
    "deny": "a Deny statement",
    "boundary": "the permissions boundary",
    "scp": "a service control policy",
    "rcp": "a resource control policy",
}


def held_back_clause(held_back_by: str) -> str:
    """Return how a finding's sentence goes on when something holds it back; empty when nothing does."""
    if not held_back_by:
        return ""
    if held_back_by.startswith("not-evaluated"):
        return f", under a condition that was not evaluated ({held_back_by.partition(': ')[2]})"
    return f", but {_HOLDERS[held_back_by]} holds that back"


def confidence_of(held_back_by: str) -> str:
    """Return how sure a permissions finding is: a condition we did not evaluate makes it only possible."""
    return "possible" if held_back_by.startswith("not-evaluated") else "certain"
