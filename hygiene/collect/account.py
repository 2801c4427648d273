"""Reads one account: every document of it, in a session of its own; a refusal is a gap."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from hygiene.collect.collectors import BESIDE, FIRST, LAST, MEANWHILE, ORDER
from hygiene.collect.context import AccountContext, Previous
from hygiene.collect.readiness import Readiness
from hygiene.collect.refusal import RefusedError
from hygiene.model import Gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hygiene.collect.client import AwsClient
    from hygiene.collect.context import Collector
    from hygiene.collect.trail.reader import EventReader
    from hygiene.config import Aws

logger = logging.getLogger(__name__)

_PLACES = {collector.name: place for place, collector in enumerate(ORDER)}


@dataclass(frozen=True, slots=True)
class AccountRead:
    """What came of one account; plain values, as it may come from another process."""

    account_id: str
    was_entered: bool
    documents: dict[str, Any] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)


ReadAccount = Callable[[str, Previous | None], AccountRead]
"""Reads an account, here or elsewhere. Several threads call it; what is no refusal is raised."""


class AccountReader:
    """Reads accounts, any number at the same time."""

    def __init__(
        self,
        enter: Callable[[str], AwsClient],
        settings: Aws,
        events: EventReader | None = None,
    ) -> None:
        """`enter`: account id → its client; raises RefusedError. `events`: reads CloudTrail, None to leave it out."""
        self._enter = enter
        self._settings = settings
        self._events = events
        self._readiness = Readiness(settings.last_accessed_first_poll_seconds)

    def __call__(self, account_id: str, previous: Previous | None = None) -> AccountRead:
        """Return what the account gives. An error that is no refusal is our bug."""
        try:
            client = self._enter(account_id)
        except RefusedError as error:
            gap = Gap(account_id, "assume-role", error.kind, error.operation, error.code, error.message)
            return AccountRead(account_id, was_entered=False, gaps=[gap])
        context = AccountContext(
            account_id,
            client,
            self._settings,
            previous=previous,
            events=self._events,
            readiness=self._readiness,
        )
        _collect_all(context)
        return AccountRead(account_id, was_entered=True, documents=context.documents, gaps=context.gaps)


def read_more(
    collectors: Sequence[Collector], found: AccountRead, client: AwsClient, settings: Aws, events: EventReader
) -> None:
    """Add documents to those of an account that was entered, as if they had been read with the others."""
    context = AccountContext(
        found.account_id, client, settings, events=events, documents=found.documents, gaps=found.gaps
    )
    _collect(collectors, context)
    _sort(found.gaps)


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
    _sort(context.gaps)


def _sort(gaps: list[Gap]) -> None:
    gaps.sort(key=lambda gap: _PLACES[gap.collector])


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
