"""What is asked of a delivery, what came of it, and the ledger on its place: an intent before each, its end after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hygiene.deliver.transport import Outcome
from hygiene.errors import DeliveryError
from hygiene.pipeline.ledgers import SENT_FILE
from hygiene.pipeline.places import LEDGER
from hygiene.review.sent import INTENT, NOT_SENT, SENT, line_of, parse_sent

if TYPE_CHECKING:
    from hygiene.deliver.transport import Receipt
    from hygiene.model import Channel
    from hygiene.review.sent import Entry, SentLedger
    from hygiene.store import Store

_TRIES = 20


@dataclass(frozen=True, slots=True)
class DeliveryRequest:
    """What a user asked of `hygiene deliver`.

    `dry_run`: messages become files and nothing is remembered. `override`: every mail goes to this address instead,
    and nothing is remembered either. `owner`: this owner alone; None: everybody. `only`: these channels alone; None:
    all that are configured.
    """

    report: str
    dry_run: bool = False
    dry_run_folder: str | None = None
    override: str = ""
    resend: bool = False
    owner: str | None = None
    only: frozenset[Channel] | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of delivering, as sentences: what was sent, what a person must look at, what a dry run would send."""

    sent: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    folder: str = ""
    planned: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """Say 0 complete, 3 when something was not sent."""
        return 3 if self.problems else 0

    def __add__(self, other: Delivered) -> Delivered:
        """Return both together."""
        return Delivered(
            (*self.sent, *other.sent),
            (*self.problems, *other.problems),
            self.folder or other.folder,
            (*self.planned, *other.planned),
        )


def sent_file(out: Store, review_id: str) -> SentFile:
    """Return the ledger of what a review sent."""
    return SentFile(out, f"{LEDGER}/{review_id}/{SENT_FILE}")


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
                if ledger.was_sent(entry.identity) or ledger.is_uncertain(entry.identity):
                    return False
            if self._store.write_if(self._name, content + line_of(entry), there.tag if there else None) is not None:
                return True
        raise DeliveryError(
            f"{self._store.location}/{self._name} is written by others all the time; try again later."
        )
