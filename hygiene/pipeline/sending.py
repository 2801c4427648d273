"""The ledger of sent messages on its place: an intent before each message, its end after, no other run in between."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hygiene.deliver.transport import Outcome
from hygiene.errors import DeliveryError
from hygiene.review.sent import INTENT, NOT_SENT, SENT, line_of, parse_sent

if TYPE_CHECKING:
    from hygiene.deliver.transport import Receipt
    from hygiene.review.sent import Entry, SentLedger
    from hygiene.store import Store

_TRIES = 20


class SentFile:
    """`sent.jsonl` of one review. Every line is on the disk before the next step is taken."""

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name

    def ledger(self) -> SentLedger:
        """Return what is written so far."""
        return parse_sent(self._store.read(self._name), f"{self._store.location}/{self._name}")

    def begin(self, intent: Entry, *, again: bool) -> bool:
        """Write the intent to send; False when another run began or sent this message meanwhile."""
        return self._add(intent, unless_begun=not again)

    def end(self, intent: Entry, receipt: Receipt) -> None:
        """Write what came of it; an uncertain one stays an intent, which the next run asks about."""
        if receipt.outcome is Outcome.UNCERTAIN:
            self._add(replace(intent, state=INTENT, detail=receipt.detail), unless_begun=False)
            return
        state = SENT if receipt.outcome is Outcome.ACCEPTED else NOT_SENT
        self._add(replace(intent, state=state, detail=receipt.detail), unless_begun=False)

    def _add(self, entry: Entry, *, unless_begun: bool) -> bool:
        for _ in range(_TRIES):
            there = self._store.read_tagged(self._name)
            content = there.content if there else b""
            if unless_begun:
                ledger = parse_sent(content, self._name)
                if ledger.was_sent(entry.owner, entry.kind) or ledger.is_uncertain(entry.owner, entry.kind):
                    return False
            if self._store.write_if(self._name, content + line_of(entry), there.tag if there else None) is not None:
                return True
        raise DeliveryError(
            f"{self._store.location}/{self._name} is written by others all the time; try again later."
        )
