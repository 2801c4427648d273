"""ListRoles: description, maximum session duration and role template, which the authorization details omit.

It is also the second witness of how many roles there are.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.collect.context import AccountContext, Collector

if TYPE_CHECKING:
    from hygiene.model import JsonObject


def collect(context: AccountContext) -> JsonObject:
    """Return `{"Roles": […]}`, all pages merged."""
    return {"Roles": context.client.listed("iam", "ListRoles", "Roles", MaxItems=1000)}


COLLECTOR = Collector("roles", collect)
