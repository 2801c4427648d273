"""Which accounts a review is about: the organization's, those the configuration lists, or the caller's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hygiene.model import Account, AccountState
from hygiene.snapshot.organization import read_organization as parse_organization

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hygiene.collect.sessions import Sessions
    from hygiene.config import Settings
    from hygiene.model import JsonObject, Skip

SINGLE_ACCOUNT = "single account"


@dataclass(frozen=True, slots=True)
class Population:
    """The accounts to read, those to skip, the document they came from, and where the list comes from."""

    chosen: tuple[Account, ...]
    skipped: tuple[Skip, ...]
    document: JsonObject | None
    problems: tuple[str, ...]
    basis: str


def find_population(sessions: Sessions, settings: Settings) -> Population:
    """Return the accounts of the review. Raises PopulationError when the account list was refused."""
    from hygiene.collect.organization import read_organization
    from hygiene.collect.selection import listed_ids, uses_tags

    listed = listed_ids(settings.accounts)
    document = read_organization(sessions.hub, with_tags=uses_tags(settings.accounts), may_be_refused=bool(listed))
    return population_in(document, sessions, settings)


def population_in(document: JsonObject | None, sessions: Sessions, settings: Settings) -> Population:
    """Return the accounts of the review by an account list; None: the caller's account is in no organization."""
    from hygiene.collect.selection import listed_ids, select

    if document is None:
        own = Account(sessions.caller.account_id, state=AccountState.UNKNOWN)
        return Population((own,), (), None, (), SINGLE_ACCOUNT)
    organization, problems = parse_organization(document)
    if organization is None:
        listed = listed_ids(settings.accounts)
        accounts: Sequence[Account] = [Account(account_id, state=AccountState.UNKNOWN) for account_id in listed]
        basis = "listed in the configuration"
    else:
        accounts, basis = organization.accounts, "organization"
    chosen, skipped = select(accounts, settings.accounts)
    return Population(chosen, skipped, document, problems, basis)
