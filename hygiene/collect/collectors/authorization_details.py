"""GetAccountAuthorizationDetails: roles with trust, policies, boundary, tags and last use in one sweep.

The only listing that carries RoleLastUsed; reading each role by GetRole instead costs hundreds of times the calls.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.collect.context import AccountContext, Collector
from hygiene.collect.refusal import RefusedError

if TYPE_CHECKING:
    from hygiene.model import JsonObject

NAME = "authorization-details"
LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
# A review of roles needs no user and no group; leaving them out saves pages and keeps their data at home.
FILTER = ["Role", "LocalManagedPolicy", "AWSManagedPolicy"]


def collect(context: AccountContext) -> JsonObject:
    """Return all pages merged. When a later page is refused, what was read is kept and marked as cut off."""
    merged: JsonObject = {name: [] for name in LISTS}
    try:
        for page in context.client.pages("iam", "GetAccountAuthorizationDetails", Filter=FILTER, MaxItems=1000):
            for name in LISTS:
                merged[name].extend(page.get(name, []))
    except RefusedError as error:
        if not merged["RoleDetailList"]:
            raise
        context.gap(NAME, error)
        merged["IsTruncated"] = True
    return merged


COLLECTOR = Collector(NAME, collect)
