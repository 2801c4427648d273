"""The first pass: examines accounts one after the other, each by itself, whichever process and machine that is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.account import examine_account
from hygiene.analyse.coverage import failed_row, read_row
from hygiene.analyse.part import Part
from hygiene.analyse.permissions import PolicyCompiler
from hygiene.model import Account, AccountState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hygiene.analyse.catalogue import ConfiguredCheck
    from hygiene.analyse.reference import Reference
    from hygiene.model import AccountDocuments


class Examiner:
    """Examines accounts by the same rules; policies that many of them share are understood once."""

    def __init__(
        self, reference: Reference, checks: Sequence[ConfiguredCheck], started_at: datetime | None = None
    ) -> None:
        """`started_at`: when collecting began; None where the snapshot does not say."""
        self._reference = reference
        self._checks = checks
        self._started_at = started_at
        self._compiler = PolicyCompiler()

    def examine(self, documents: AccountDocuments) -> Part:
        """Return the account's part; one of which nothing was read has no more than its row in the coverage."""
        account = account_of(self._reference, documents.account_id)
        if documents.authorization_details is None:
            return Part(account.id, failed_row(account, documents.gaps))
        examined = examine_account(documents, account, self._reference, self._checks, self._compiler)
        return Part(account.id, read_row(account, documents, self._started_at), examined)


def account_of(reference: Reference, account_id: str) -> Account:
    """Return the account as the organization lists it; of one that it does not list, no more than the id is known."""
    return reference.accounts.get(account_id) or Account(account_id, state=AccountState.UNKNOWN)
