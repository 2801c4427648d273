"""Reads accounts in parallel, each with a session of its own; a refusal is a gap."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from hygiene.collect.collectors import BESIDE, FIRST, LAST, MEANWHILE, ORDER
from hygiene.collect.context import AccountContext
from hygiene.collect.deadline import StoppedError
from hygiene.collect.readiness import Readiness
from hygiene.collect.refusal import RefusedError
from hygiene.collect.workers import for_each_account
from hygiene.model import Gap

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from hygiene.collect.client import AwsClient
    from hygiene.collect.context import Collector
    from hygiene.collect.progress import Progress
    from hygiene.collect.trail.reader import EventReader
    from hygiene.config import Aws
    from hygiene.model import AccountDocuments

logger = logging.getLogger(__name__)


class AccountSink(Protocol):
    """Takes an account when it is complete: the snapshot's writer."""

    def write_account(
        self, account_id: str, documents: Mapping[str, object], gaps: Sequence[Gap], read_at: datetime
    ) -> None:
        """Keep one account's documents and gaps."""
        ...


class Earlier(Protocol):
    """The previous snapshot, where last-accessed data that cannot have changed is taken from."""

    @property
    def run_id(self) -> str:
        """The run that made it."""
        ...

    def documents(self, account_id: str) -> AccountDocuments | None:
        """Return the account's documents, or None when the snapshot has none."""
        ...


class Runner:
    """Collects many accounts into a sink."""

    def __init__(
        self,
        enter: Callable[[str], AwsClient],
        sink: AccountSink,
        settings: Aws,
        progress: Progress,
        clock: Callable[[], datetime],
        stop: threading.Event,
        earlier: Earlier | None = None,
        from_hub: Callable[[], Mapping[str, Mapping[str, object]]] = dict,
        events: EventReader | None = None,
    ) -> None:
        """Take `from_hub`: account id → documents that were read for it from one place, to lie with its own.

        It is asked for when the first account is finished, so that they can be read meanwhile.
        """
        self._enter = enter
        self._sink = sink
        self._settings = settings
        self._progress = progress
        self._clock = clock
        self._stop = stop
        self._earlier = earlier
        self._from_hub = from_hub
        self._events = events
        self._readiness = Readiness(settings.last_accessed_first_poll_seconds)

    def run(self, account_ids: Sequence[str]) -> tuple[Gap, ...]:
        """Read the accounts and return every gap. An error that is no refusal is our bug and stops the run."""
        self._progress.accounts_found(len(account_ids))
        gaps = for_each_account(self._read, account_ids, self._settings.max_workers, self._stop)
        self._from_hub()
        return tuple(gap for of_account in gaps for gap in of_account)

    def _read(self, account_id: str) -> list[Gap]:
        try:
            client = self._enter(account_id)
        except RefusedError as error:
            gap = Gap(account_id, "assume-role", error.kind, error.operation, error.code, error.message)
            return self._finish(account_id, {}, [gap])
        earlier = self._earlier
        context = AccountContext(
            account_id,
            client,
            self._settings,
            previous=earlier.documents(account_id) if earlier else None,
            previous_run_id=earlier.run_id if earlier else "",
            events=self._events,
            readiness=self._readiness,
        )
        _collect_all(context)
        return self._finish(account_id, context.documents, context.gaps)

    def _finish(self, account_id: str, documents: Mapping[str, object], gaps: list[Gap]) -> list[Gap]:
        if self._stop.is_set():
            # The lock may be somebody else's by now.
            raise StoppedError
        held = {**self._from_hub().get(account_id, {}), **documents}
        self._sink.write_account(account_id, held, gaps, self._clock())
        details = documents.get("authorization-details")
        roles = len(details["RoleDetailList"]) if isinstance(details, dict) else 0
        self._progress.account_done(account_id, roles, len(gaps))
        level = logging.WARNING if gaps else logging.INFO
        logger.log(
            level,
            "account %s: roles read: %d, gaps: %d",
            account_id,
            roles,
            len(gaps),
            extra={"account_id": account_id},
        )
        return gaps


def _collect_all(context: AccountContext) -> None:
    """Read every document; gaps are told in the order of the collectors, whichever ended first."""
    _collect(FIRST, context)
    beside = replace(context, gaps=[])
    with ThreadPoolExecutor(1, thread_name_prefix="beside") as pool:
        jobs = pool.submit(_collect, (BESIDE,), beside)
        _collect(MEANWHILE, context)
    jobs.result()
    _collect(LAST, context)
    context.gaps.extend(beside.gaps)
    places = {collector.name: place for place, collector in enumerate(ORDER)}
    context.gaps.sort(key=lambda gap: places[gap.collector])


def _collect(collectors: Sequence[Collector], context: AccountContext) -> None:
    for collector in collectors:
        try:
            document = collector.collect(context)
        except RefusedError as error:
            context.gap(collector.name, error)
            logger.info("account %s: %s", context.account_id, error, extra={"account_id": context.account_id})
            continue
        if document is not None:
            context.documents[collector.name] = document
