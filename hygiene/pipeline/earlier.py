"""What the judgement of today takes from an earlier snapshot: AWS's policies as they were, and who assumed roles."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hygiene.analyse.reference import EarlierCallers, EarlierPolicy
from hygiene.documents import aws_managed_policies
from hygiene.pipeline.earlier_callers import callers_of
from hygiene.pipeline.earlier_snapshot import earlier_snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping


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
