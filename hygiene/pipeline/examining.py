"""Snapshot and settings → the rules by which its accounts are examined, and the examination itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from ipaddress import ip_network
from typing import TYPE_CHECKING

from hygiene.analyse.activity import callers_elsewhere
from hygiene.analyse.examination import Examiner
from hygiene.analyse.organization import Analyst, FirstPass, NoOpinions, examined_here
from hygiene.analyse.owners import OwnerRules, parse_mapping
from hygiene.analyse.reference import Reference
from hygiene.documents import parse_time
from hygiene.pipeline.earlier import EarlierFacts
from hygiene.pipeline.parts import SpilledParts
from hygiene.pipeline.people_files import parsed_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from hygiene.analyse.catalogue import ConfiguredCheck
    from hygiene.analyse.organization import Analysis, Opinions
    from hygiene.config import Settings
    from hygiene.snapshot import Snapshot
    from hygiene.store import Store


@dataclass(frozen=True)
class Examination:
    """A snapshot, the moment it is judged at, and the rules: the same for every account of it.

    `earlier`: what an earlier snapshot gives to compare with.
    """

    snapshot: Snapshot
    settings: Settings
    as_of: datetime
    checks: Sequence[ConfiguredCheck]
    earlier: EarlierFacts = field(default_factory=EarlierFacts)

    @cached_property
    def reference(self) -> Reference:
        """What every account is judged against. Raises ConfigError for a mapping of owners that cannot be read."""
        activities = (self.snapshot.activity(account_id) for account_id in self.snapshot.account_ids)
        return replace(
            reference_of(self.snapshot, self.settings, self.as_of),
            earlier_policies=self.earlier.policies,
            earlier_callers=self.earlier.callers,
            callers_elsewhere=callers_elsewhere(activity for activity in activities if activity is not None),
        )

    def examiner(self) -> Examiner:
        """Return who examines the accounts of the snapshot."""
        started_at = parse_time(self.snapshot.manifest.get("started_at"))
        return Examiner(self.reference, self.checks, started_at)


Examining = Callable[[Examination, SpilledParts], FirstPass]
"""Where the accounts are examined: in this process, by a cluster, or already, by shards."""


def here(examination: Examination, parts: SpilledParts) -> FirstPass:
    """Examine in this process."""
    return examined_here(examination.snapshot, examination.examiner(), parts)


@contextmanager
def analysed(
    examination: Examination, out: Store, opinions: Opinions | None = None, examining: Examining = here
) -> Iterator[Analysis]:
    """Give the analysis of a whole snapshot; what its tables are made of lies beside OUT until the block ends."""
    snapshot = examination.snapshot
    with SpilledParts(out) as parts:
        analyst = Analyst(examination.reference, examination.checks, parts, opinions or NoOpinions())
        skipped = skipped_accounts(snapshot, examination.settings)
        yield analyst.analyse(snapshot.account_ids, skipped, examining(examination, parts))


def reference_of(snapshot: Snapshot, settings: Settings, as_of: datetime) -> Reference:
    """Return what the accounts of a snapshot are judged against, without what an earlier one says."""
    return Reference(
        as_of=as_of,
        organization=snapshot.organization,
        known_accounts=frozenset(settings.review.known_accounts),
        unused_after_days=settings.review.unused_after_days,
        owner_rules=owner_rules(settings),
        permission_sets=snapshot.permission_sets,
        references=snapshot.references,
        expected_networks=tuple(ip_network(str(network)) for network in settings.activity.expected_networks),
    )


def skipped_accounts(snapshot: Snapshot, settings: Settings) -> dict[str, str]:
    """Return account id → reason: left out when collecting, or by the configuration now."""
    from hygiene.collect.selection import select

    recorded = snapshot.manifest.get("skipped") or ()
    reasons = {
        str(entry.get("account_id")): str(entry.get("reason")) for entry in recorded if isinstance(entry, dict)
    }
    accounts = snapshot.organization.accounts if snapshot.organization else ()
    return {**reasons, **{skip.account_id: skip.reason for skip in select(accounts, settings.accounts)[1]}}


def owner_rules(settings: Settings) -> OwnerRules:
    """Return the rules of `[owners]`. Raises ConfigError for a mapping that cannot be read."""
    path = settings.owners.mapping
    mapping = parsed_file(path, settings.named("[owners] mapping"), parse_mapping) if path is not None else ()
    return OwnerRules(settings.review.owner_tags, mapping, settings.owners.fallback)
