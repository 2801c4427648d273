"""An earlier snapshot, from which last-accessed answers that cannot have changed are taken over.

Apart from what the analysis takes from it: whoever only collects loads no table.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hygiene.errors import HygieneError
from hygiene.snapshot import Snapshot, open_snapshot

if TYPE_CHECKING:
    from hygiene.model import AccountDocuments

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class EarlierSnapshot:
    """An earlier snapshot, read account by account."""

    snapshot: Snapshot
    run_id: str

    def documents(self, account_id: str) -> AccountDocuments | None:
        """Return the account's documents, or None when the snapshot does not have the account."""
        if account_id not in self.snapshot.account_ids:
            return None
        return self.snapshot.documents(account_id)


def earlier_snapshot(location: str) -> EarlierSnapshot | None:
    """Return the earlier snapshot, or None when it cannot be used: everything is then asked anew."""
    try:
        snapshot = open_snapshot(location)
    except HygieneError as error:
        logger.warning("the earlier snapshot is not used: %s", error)
        return None
    return EarlierSnapshot(snapshot, str(snapshot.manifest.get("run_id", "")))
