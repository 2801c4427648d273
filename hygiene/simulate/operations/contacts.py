"""GetAlternateContact, from the world's contacts of the caller's own account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.simulate.errors import AwsError
from hygiene.simulate.incoming import Answer, Incoming

if TYPE_CHECKING:
    from hygiene.simulate.state import State


def get_alternate_contact(state: State, call: Incoming) -> Answer:
    """The contact of one kind; AWS answers 404 where none is set."""
    kind, account = call.parameters["AlternateContactType"], state.accounts.get(call.account_id)
    address = account.contacts.get(kind) if account is not None else None
    if not address:
        raise AwsError("ResourceNotFoundException", "No contact of the inputted alternate contact type found.", 404)
    contact = {"AlternateContactType": kind, "EmailAddress": address, "Name": kind.title(), "PhoneNumber": "0"}
    return Answer({"AlternateContact": contact})


OPERATIONS = {("account", "GetAlternateContact"): get_alternate_contact}
