"""Sealed report → what each account's AWS Security Hub is told: findings that are there, and those that are gone.

`OUT/ledger/security-hub/<account id>.json` holds what was imported last, id → finding, so that it can be archived.
A finding is gone where its account was read wholly and does not have it any more; where it was not, nothing is gone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from hygiene.analyse.checks import all_checks
from hygiene.deliver.security_hub import SecurityHub, archived, region_of_hub
from hygiene.deliver.transport import Outcome
from hygiene.errors import LedgerError
from hygiene.frames import SEVERITIES
from hygiene.pipeline.places import LEDGER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from hygiene.config import Settings
    from hygiene.deliver.transport import Receipt
    from hygiene.model import JsonObject
    from hygiene.report.sealed import SealedReport
    from hygiene.store import Store

IMPORTED = f"{LEDGER}/security-hub"
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class AccountFindings:
    """What one account's Security Hub is told."""

    target: str
    what: str
    send: Callable[[], Receipt]


class HubFindings:
    """The findings of one report."""

    def __init__(self, settings: Settings, report: SealedReport, out: Store, clock: Callable[[], datetime]) -> None:
        self._settings, self._report, self._out, self._clock = settings, report, out, clock
        wanted = settings.delivery.security_hub.severity
        self._severities = SEVERITIES[: SEVERITIES.index(wanted) + 1]
        self._titles = {check.id: check.title for check in all_checks()}
        self._read = {row["account_id"] for row in report.rows("coverage") if row["status"] == "read"}

    @cached_property
    def _hub(self) -> SecurityHub:
        return SecurityHub(self._settings.delivery.security_hub.role_name, self._settings.aws.external_id)

    def accounts(self) -> Iterator[AccountFindings]:
        """Yield the accounts that have something to be told, one in memory at a time.

        Raises DeliveryError where no Region is set, LedgerError where it is not known what was imported.
        """
        region = region_of_hub()
        told = set()
        for account_id, rows in groupby(self._report.rows("findings"), key=lambda row: row["account_id"]):
            told.add(account_id)
            yield from self._account(account_id, region, [row for row in rows if self._counts(row)])
        kept = {name.rsplit("/", 1)[-1].removesuffix(".json") for name in self._out.names(IMPORTED)}
        for account_id in sorted(kept - told):
            yield from self._account(account_id, region, [])

    def _counts(self, row: Row) -> bool:
        """Whether it is effective, accepted by no exception, and severe enough."""
        return not row["held_back_by"] and not row["exception"] and row["severity"] in self._severities

    def _account(self, account_id: str, region: str, rows: Sequence[Row]) -> Iterator[AccountFindings]:
        imported = self._imported(account_id)
        there = {row["finding_id"] for row in rows}
        gone = [finding for key, finding in imported.items() if key not in there and account_id in self._read]
        if rows or gone:
            words = f"{len(rows)} to import, {len(gone)} to archive"
            send = partial(self._send, account_id, rows, gone)
            yield AccountFindings(f"{account_id} in {region}", words, send)

    def _send(self, account_id: str, rows: Sequence[Row], gone: Sequence[JsonObject]) -> Receipt:
        now, imported = self._clock(), self._imported(account_id)
        current = {row["finding_id"]: self._finding(row, imported, now) for row in rows}
        # Written before and after: whenever this is killed, nothing that may be there is forgotten.
        self._keep(account_id, {**imported, **current})
        receipt = self._hub.import_findings(account_id, [*current.values(), *(archived(one, now) for one in gone)])
        if receipt.outcome is Outcome.ACCEPTED:
            ids = {finding["Id"] for finding in gone}
            rest = {key: finding for key, finding in imported.items() if finding["Id"] not in ids}
            self._keep(account_id, {**rest, **current})
        return receipt

    def _finding(self, row: Row, imported: dict[str, JsonObject], now: datetime) -> JsonObject:
        created = str(imported.get(row["finding_id"], {}).get("CreatedAt", ""))
        title = self._titles.get(row["check"], row["check"])
        return self._hub.finding(row, title, self._report.quarter, created, now)

    def _imported(self, account_id: str) -> dict[str, JsonObject]:
        name = f"{IMPORTED}/{account_id}.json"
        try:
            content: Any = json.loads(self._out.read(name) or b"{}")
        except ValueError as error:
            raise LedgerError(f"{self._out.location}/{name} is damaged ({error}); restore it.") from error
        return dict(content)

    def _keep(self, account_id: str, findings: dict[str, JsonObject]) -> None:
        self._out.write(f"{IMPORTED}/{account_id}.json", f"{json.dumps(findings, indent=1)}\n".encode())
