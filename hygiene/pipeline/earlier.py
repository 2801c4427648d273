"""What an earlier snapshot gives: last-accessed answers that cannot have changed, and AWS's policies as they were."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hygiene.analyse.reference import EarlierPolicy
from hygiene.documents import aws_managed_policies
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


def earlier_policies(location: str | None) -> dict[str, EarlierPolicy]:
    """Return AWS's managed policies as the earlier snapshot has them, by ARN; empty without a usable one."""
    earlier = earlier_snapshot(location) if location else None
    found: dict[str, EarlierPolicy] = {}
    for account_id in earlier.snapshot.account_ids if earlier else ():
        policies = aws_managed_policies(earlier.snapshot.documents(account_id)) if earlier else {}
        found.update({arn: EarlierPolicy(*policy) for arn, policy in policies.items() if arn not in found})
    return found
