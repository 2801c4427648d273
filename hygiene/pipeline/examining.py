"""Snapshot and settings → the rules by which its accounts are examined, and the examination itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from importlib import metadata
from ipaddress import ip_network
from typing import TYPE_CHECKING

from hygiene.analyse.activity import callers_elsewhere
from hygiene.analyse.examination import Examiner
from hygiene.analyse.organization import Analyst, FirstPass, NoOpinions, Parts, examined_here
from hygiene.analyse.owners import OwnerRules, parse_mapping
from hygiene.analyse.reference import Reference
from hygiene.documents import parse_time
from hygiene.pipeline.earlier import EarlierFacts
from hygiene.pipeline.parts import SpilledParts
from hygiene.pipeline.people_files import parsed_file
from hygiene.policy.actions import catalogue_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from hygiene.activity import Assumption
    from hygiene.analyse.catalogue import ConfiguredCheck
    from hygiene.analyse.organization import Analysis, Opinions
    from hygiene.config import Settings
    from hygiene.snapshot import Snapshot
    from hygiene.store import Store


@dataclass(frozen=True)
class Examination:
    """A snapshot, the moment it is judged at, and the rules: the same for every account of it.

    `earlier`: what an earlier snapshot gives to compare with. `callers`: account id → who of other accounts called
    its roles, as their logs say; None: the logs in the snapshot are asked. `owners`: None: as the settings say.
    """

    snapshot: Snapshot
    settings: Settings
    as_of: datetime
    checks: Sequence[ConfiguredCheck]
    earlier: EarlierFacts = field(default_factory=EarlierFacts)
    callers: Mapping[str, tuple[Assumption, ...]] | None = None
    owners: OwnerRules | None = None

    @cached_property
    def reference(self) -> Reference:
        """What every account is judged against. Raises ConfigError for a mapping of owners that cannot be read."""
        return replace(
            reference_of(self.snapshot, self.settings, self.as_of, self.owners),
            earlier_policies=self.earlier.policies,
            earlier_callers=self.earlier.callers,
            callers_elsewhere=self._callers() if self.callers is None else self.callers,
        )

    def _callers(self) -> Mapping[str, tuple[Assumption, ...]]:
        activities = (self.snapshot.activity(account_id) for account_id in self.snapshot.account_ids)
        return callers_elsewhere(activity for activity in activities if activity is not None)

    def examiner(self) -> Examiner:
        """Return who examines the accounts of the snapshot."""
        return Examiner(self.reference, self.checks, self._started_at)

    def account_ids(self) -> list[str]:
        """Return the accounts to examine, sorted."""
        return sorted(set(self.snapshot.account_ids) - set(skipped_accounts(self.snapshot, self.settings)))

    def key(self, account_id: str) -> str:
        """Return a digest of all that an account's part is made from: its files, and what it is judged against.

        A part with another key is one of other rules, of another moment or of other files.
        """
        return digest_of(
            self.rules,
            self.snapshot.fingerprint(account_id),
            self.reference.earlier_callers.get(account_id),
            self.reference.callers_elsewhere.get(account_id, ()),
        )

    @cached_property
    def rules(self) -> str:
        """A digest of what is the same for all accounts: settings and checks that count, the moment, the versions."""
        shared = replace(self.reference, earlier_callers={}, callers_elsewhere={})
        checks = [(one.check.id, one.severity, one.is_severity_set, one.thresholds) for one in self.checks]
        return digest_of(metadata.version("role-hygiene"), catalogue_version(), self._started_at, checks, shared)

    @property
    def _started_at(self) -> datetime | None:
        return parse_time(self.snapshot.manifest.get("started_at"))


Examining = Callable[[Examination, SpilledParts], tuple[FirstPass, Parts]]
"""Where the accounts are examined: in this process, by a cluster, or already, by shards; and where their parts lie.

The parts it is given are there to be filled where nobody else keeps any.
"""


def here(examination: Examination, parts: SpilledParts) -> tuple[FirstPass, Parts]:
    """Examine in this process."""
    return examined_here(examination.snapshot, examination.examiner(), parts.put), parts


@contextmanager
def analysed(
    examination: Examination, out: Store, opinions: Opinions | None = None, examining: Examining = here
) -> Iterator[Analysis]:
    """Give the analysis of a whole snapshot; what its tables are made of lies beside OUT until the block ends."""
    snapshot = examination.snapshot
    with SpilledParts(out) as spilled:
        first_pass, parts = examining(examination, spilled)
        analyst = Analyst(examination.reference, examination.checks, parts, opinions or NoOpinions())
        skipped = skipped_accounts(snapshot, examination.settings)
        yield analyst.analyse(snapshot.account_ids, skipped, first_pass)


def digest_of(*values: object) -> str:
    """Return a digest of plain values, dataclasses of them, sets and moments: the same in every process."""
    return hashlib.sha256(json.dumps(values, default=_plain, sort_keys=True).encode()).hexdigest()


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    if isinstance(value, AbstractSet):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def reference_of(
    snapshot: Snapshot, settings: Settings, as_of: datetime, owners: OwnerRules | None = None
) -> Reference:
    """Return what the accounts of a snapshot are judged against, without what an earlier one says."""
    return Reference(
        as_of=as_of,
        organization=snapshot.organization,
        known_accounts=frozenset(settings.review.known_accounts),
        unused_after_days=settings.review.unused_after_days,
        owner_rules=owners or owner_rules(settings),
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
