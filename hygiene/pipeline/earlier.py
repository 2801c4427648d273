"""What an earlier snapshot gives: last-accessed answers that cannot have changed, and AWS's policies as they were."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hygiene.analyse.activity import callers_elsewhere
from hygiene.analyse.reference import EarlierCallers, EarlierPolicy
from hygiene.documents import aws_managed_policies, whole_activity
from hygiene.errors import HygieneError
from hygiene.snapshot import Snapshot, open_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hygiene.activity import Activity, Assumption
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


def earlier_facts(location: str | None) -> EarlierFacts:
    """Return the facts of the earlier snapshot; nothing without a usable one."""
    earlier = earlier_snapshot(location) if location else None
    policies: dict[str, EarlierPolicy] = {}
    callers: dict[str, EarlierCallers] = {}
    elsewhere: dict[str, set[tuple[str, str]]] = {}
    for account_id in earlier.snapshot.account_ids if earlier else ():
        documents = earlier.snapshot.documents(account_id) if earlier else None
        if documents is None:
            continue
        for arn, policy in aws_managed_policies(documents).items():
            policies.setdefault(arn, EarlierPolicy(*policy))
        if documents.activity is not None:
            callers[account_id] = _callers(documents.activity, has_holes=whole_activity(documents) is None)
            for owner, assumptions in callers_elsewhere([documents.activity]).items():
                elsewhere.setdefault(owner, set()).update(_pairs(assumptions))
    joined = {
        account_id: replace(known, callers=known.callers | elsewhere.get(account_id, set()))
        for account_id, known in callers.items()
    }
    return EarlierFacts(policies, joined, earlier.snapshot.location if earlier else "")


def _callers(activity: Activity, *, has_holes: bool) -> EarlierCallers:
    return EarlierCallers(activity.begins, activity.ends, has_holes, frozenset(_pairs(activity.assumptions)))


def _pairs(assumptions: Iterable[Assumption]) -> Iterator[tuple[str, str]]:
    return ((one.role_arn, one.principal) for one in assumptions if one.count)
