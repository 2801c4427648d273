"""What an earlier snapshot gives: last-accessed answers that cannot have changed, and AWS's policies as they were."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hygiene.analyse.reference import EarlierCallers, EarlierPolicy
from hygiene.documents import aws_managed_policies
from hygiene.errors import HygieneError
from hygiene.pipeline.earlier_callers import callers_of
from hygiene.snapshot import Snapshot, open_snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

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


@dataclass(frozen=True)
class EarlierFacts:
    """What the judgement of today takes from an earlier snapshot."""

    policies: Mapping[str, EarlierPolicy] = field(default_factory=dict)
    """AWS's managed policies as they were, by ARN."""
    callers: Mapping[str, EarlierCallers] = field(default_factory=dict)
    """Who assumed roles then, by account id."""
    location: str = ""
    """Where the snapshot lies."""
    reviewed: str = ""
    """Where the callers are from: the report of the review before, or a snapshot that was named."""


def earlier_facts(location: str | None, reviewed: str | None) -> EarlierFacts:
    """Return the policies of the earlier snapshot, and the callers of the review before; nothing of unusable ones."""
    earlier = earlier_snapshot(location) if location else None
    policies: dict[str, EarlierPolicy] = {}
    for account_id in earlier.snapshot.account_ids if earlier else ():
        documents = earlier.snapshot.documents(account_id) if earlier else None
        for arn, policy in aws_managed_policies(documents).items() if documents else ():
            policies.setdefault(arn, EarlierPolicy(*policy))
    callers = callers_of(reviewed) if reviewed else {}
    return EarlierFacts(policies, callers, earlier.snapshot.location if earlier else "", reviewed or "")
