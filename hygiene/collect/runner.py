"""Reads many accounts at the same time into a sink, each whole or not at all."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from hygiene.collect.deadline import StoppedError
from hygiene.collect.workers import for_each_account

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from hygiene.collect.account import AccountRead
    from hygiene.collect.progress import Progress
    from hygiene.model import Gap

logger = logging.getLogger(__name__)


class AccountSink(Protocol):
    """Takes an account when it is complete: the snapshot's writer."""

    def write_account(
        self, account_id: str, documents: Mapping[str, object], gaps: Sequence[Gap], read_at: datetime
    ) -> None:
        """Keep one account's documents and gaps."""
        ...


class Runner:
    """Collects many accounts into a sink."""

    def __init__(
        self,
        read: Callable[[str], AccountRead],
        sink: AccountSink,
        progress: Progress,
        clock: Callable[[], datetime],
        stop: threading.Event,
        from_hub: Callable[[], Mapping[str, Mapping[str, object]]] = dict,
    ) -> None:
        """Take `read`, which reads an account, here or elsewhere; several threads call it.

        `from_hub`: account id → documents that were read for it from one place, to lie with its own. It is asked for
        when the first account is finished, so that they can be read meanwhile.
        """
        self._read = read
        self._sink = sink
        self._progress = progress
        self._clock = clock
        self._stop = stop
        self._from_hub = from_hub

    def run(self, account_ids: Sequence[str], at_once: int) -> tuple[Gap, ...]:
        """Read the accounts, so many at once, and return every gap.

        An error that is no refusal is our bug and stops the run.
        """
        self._progress.accounts_found(len(account_ids))
        gaps = for_each_account(self._read_into, account_ids, at_once, self._stop)
        self._from_hub()
        return tuple(gap for of_account in gaps for gap in of_account)

    def _read_into(self, account_id: str) -> list[Gap]:
        found = self._read(account_id)
        if self._stop.is_set():
            # The lock may be somebody else's by now.
            raise StoppedError
        documents, gaps = found.documents, found.gaps
        held = {**self._from_hub().get(account_id, {}), **documents}
        self._sink.write_account(account_id, held, gaps, self._clock())
        details = documents.get("authorization-details")
        roles = len(details["RoleDetailList"]) if isinstance(details, dict) else 0
        self._progress.account_done(account_id, roles, len(gaps))
        log_account_read(account_id, roles, len(gaps))
        return gaps


def log_account_read(account_id: str, roles: int, gaps: int) -> None:
    """Log that an account was read, by whomever: as a warning where something is missing."""
    logger.log(
        logging.WARNING if gaps else logging.INFO,
        "account %s: roles read: %d, gaps: %d",
        account_id,
        roles,
        gaps,
        extra={"account_id": account_id},
    )
