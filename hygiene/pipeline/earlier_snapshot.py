"""An earlier snapshot, from which last-accessed answers that cannot have changed are taken over.

Apart from what the analysis takes from it: whoever only collects loads no table.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from hygiene.collect.context import Previous
from hygiene.errors import HygieneError
from hygiene.model import AccountDocuments
from hygiene.snapshot import Snapshot, open_snapshot

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class EarlierSnapshot:
    """An earlier snapshot, read account by account."""

    snapshot: Snapshot
    run_id: str

    def previous(self, account_id: str) -> Previous | None:
        """Return what collecting takes over from the account, or None when the snapshot does not have it."""
        if account_id not in self.snapshot.account_ids:
            return None
        there = self.snapshot.documents(account_id)
        return Previous(
            self.run_id,
            AccountDocuments(
                account_id, authorization_details=there.authorization_details, last_accessed=there.last_accessed
            ),
        )


def earlier_snapshot(location: str) -> EarlierSnapshot | None:
    """Return the earlier snapshot, or None when it cannot be used: everything is then asked anew."""
    try:
        snapshot = open_snapshot(location)
    except HygieneError as error:
        logger.warning("the earlier snapshot is not used: %s", error)
        return None
    return EarlierSnapshot(snapshot, str(snapshot.manifest.get("run_id", "")))
