"""GetAlternateContact: who AWS itself would write to about the account, where `[aws] account_contact` asks for it.

https://docs.aws.amazon.com/accounts/latest/reference/API_GetAlternateContact.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.collect.context import AccountContext, Collector
from hygiene.collect.refusal import RefusedError
from hygiene.model import GapKind

if TYPE_CHECKING:
    from hygiene.model import JsonObject


def collect(context: AccountContext) -> JsonObject | None:
    """Return `{"AlternateContact": {"AlternateContactType", "EmailAddress", …}}`, or `{}` where none is set."""
    wanted = context.settings.account_contact
    if wanted == "off":
        return None
    try:
        # Without an account id it is the caller's own account that is meant; with one it would have to be the hub's.
        return context.client.call("account", "GetAlternateContact", AlternateContactType=wanted.upper())
    except RefusedError as error:
        if error.kind is GapKind.GONE:
            return {}
        raise


COLLECTOR = Collector("contacts", collect)
