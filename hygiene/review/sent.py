"""The ledger of what left the house, and which message an owner gets next. Pure: bytes ⇄ values, no clock.

`OUT/ledger/<review_id>/sent.jsonl` is only ever added to. Before a message goes out an `intent` is written, after
the server took it a `sent`; an intent without an end may have been sent, and only a person can find out. A mail is
sent once per review, owner and kind; another delivery once per review, channel and target, and those that hold the
report itself again when it was made again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hygiene.errors import DeliveryError
from hygiene.model import Channel, MessageKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    Identity = tuple[MessageKind | Channel, str, str]

INTENT, SENT, NOT_SENT = "intent", "sent", "not-sent"
_OF_ONE_REPORT = (Channel.S3, Channel.SECURITY_HUB)
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_REMINDERS = (MessageKind.REMINDER_1, MessageKind.REMINDER_2)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what happened to a mail of this kind to this owner (`""`: the security team), or to a delivery.

    `state`: intent, sent or not-sent. `at` is in UTC; `due` is the day answers are due, of a delivery that asks
    nothing its own day; `manifest_sha256` says which report it was made from. `to` is an address or a delivery's
    target, never a secret.
    """

    review_id: str
    owner: str
    kind: MessageKind | Channel
    state: str
    at: datetime
    due: date
    to: str
    message_id: str
    manifest_sha256: str
    detail: str = ""

    @property
    def identity(self) -> Identity:
        """What is sent once: two entries about the same message have the same one."""
        if isinstance(self.kind, MessageKind):
            return letter(self.owner, self.kind)
        return self.kind, self.to, self.manifest_sha256 if self.kind in _OF_ONE_REPORT else ""


def letter(owner: str, kind: MessageKind) -> Identity:
    """Return the identity of a mail."""
    return kind, owner, ""


@dataclass(frozen=True, slots=True)
class SentLedger:
    """Every entry of a review, in the order they were written."""

    entries: tuple[Entry, ...] = ()

    def last(self, identity: Identity) -> Entry | None:
        """Return the latest entry about a message; None: it was never begun."""
        return next((entry for entry in reversed(self.entries) if entry.identity == identity), None)

    def was_sent(self, identity: Identity) -> bool:
        """Whether the server ever took this message."""
        return any((entry.identity, entry.state) == (identity, SENT) for entry in self.entries)

    def is_uncertain(self, identity: Identity) -> bool:
        """Whether it was begun and nobody wrote down what came of it."""
        entry = self.last(identity)
        return entry is not None and entry.state == INTENT

    def last_kind(self, owner: str) -> MessageKind | None:
        """Return which mail to this owner was begun last."""
        kinds = (entry.kind for entry in reversed(self.entries) if entry.owner == owner)
        return next((kind for kind in kinds if isinstance(kind, MessageKind)), None)

    def question(self, owner: str) -> Entry | None:
        """Return the first message of the thread that was sent: the question, or the security team's summary."""
        firsts = (MessageKind.ASK, MessageKind.SUMMARY)
        found = (entry for entry in self.entries if entry.owner == owner and entry.kind in firsts)
        return next((entry for entry in found if entry.state == SENT), None)


def first_kind(owner: str) -> MessageKind:
    """Return what an owner gets first; the security team's summary asks about its own queue."""
    return MessageKind.ASK if owner else MessageKind.SUMMARY


def next_kind(ledger: SentLedger, owner: str, today: date, reminder_days: Sequence[int]) -> MessageKind | None:
    """Return the message that is due to somebody with open questions, None when there is none today.

    Who was not reminded in time gets the latest reminder only, never two on one day.
    """
    asked = ledger.question(owner)
    if asked is None:
        return first_kind(owner)
    if today > asked.due:
        due = MessageKind.ESCALATION
    else:
        passed = sum(today >= asked.at.date() + timedelta(days=days) for days in reminder_days)
        if not passed:
            return None
        due = _REMINDERS[passed - 1]
    return None if ledger.was_sent(letter(owner, due)) else due


def parse_sent(content: bytes | None, origin: str) -> SentLedger:
    """Return the ledger; empty where there is no file.

    Raises DeliveryError naming the line: who skips a damaged line sends a message twice.
    """
    found = []
    for number, line in enumerate((content or b"").decode("utf-8", "replace").splitlines(), start=1):
        try:
            found.append(_entry(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise DeliveryError(
                f"{origin}, line {number}: damaged ({error}). Mend it, or restore the file."
            ) from error
    return SentLedger(tuple(found))


def line_of(entry: Entry) -> bytes:
    """Return the entry as one line, its line end included."""
    record = asdict(entry) | {"at": entry.at.astimezone(UTC).strftime(_TIME), "due": entry.due.isoformat()}
    return f"{json.dumps(record)}\n".encode()


def _entry(record: dict[str, Any]) -> Entry:
    at = datetime.strptime(record["at"], _TIME).replace(tzinfo=UTC)
    kinds = MessageKind if record["kind"] in set(MessageKind) else Channel
    given = {"kind": kinds(record["kind"]), "at": at, "due": date.fromisoformat(record["due"])}
    return Entry(**(record | given))
