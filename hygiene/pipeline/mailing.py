"""Sealed report → mails: who gets which message today, each exactly once, and what could not be sent."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from hygiene.deliver.addresses import AddressBook, parse_addresses
from hygiene.deliver.transport import Outcome, Receipt
from hygiene.errors import ConfigError, DeliveryError
from hygiene.model import MessageKind
from hygiene.pipeline.ledgers import answers_of
from hygiene.pipeline.people_files import parsed_file
from hygiene.pipeline.sending import Delivered, DeliveryRequest, sent_file
from hygiene.report.mail import Envelope, OwnerLine, mail_bytes, open_questions, owner_letter, summary_letter
from hygiene.report.mail.owner_letter import sheet_name
from hygiene.review.ledger import latest
from hygiene.review.sent import INTENT, Entry, first_kind, letter, next_kind
from hygiene.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from hygiene.config import Email, Settings
    from hygiene.deliver.addresses import Recipient
    from hygiene.deliver.transport import Transport
    from hygiene.pipeline.sending import SentFile
    from hygiene.report.mail import Question
    from hygiene.report.mail.letter import Letter
    from hygiene.report.sealed import SealedReport
    from hygiene.store import Store

MAILS = "mails"
_NOBODY = "not-configured@example.invalid"
"""Stands for `from` and `to` in a dry run before anything is configured."""


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """A message that is due; `copy_to` is empty where nobody gets a copy."""

    owner: str
    kind: MessageKind
    to: str
    copy_to: str
    letter: Letter
    questions: Sequence[Question]
    due: date


def send_mails(
    settings: Settings, request: DeliveryRequest, clock: Callable[[], datetime], out: Store, report: SealedReport
) -> Delivered:
    """Send the mails that are due and were not sent yet. Raises ConfigError where [email] cannot be used."""
    email = _configured(settings.email, request)
    transport, folder = _transport(email, request, out, report)
    file = sent_file(out, report.review_id)
    delivery = _Delivery(report, email, file, request, clock)
    questions = open_questions(report, _answered(out, report.review_id))
    with closing(transport):
        for outgoing in delivery.due_today(questions, _book(settings, email)):
            try:
                delivery.send(outgoing, transport)
            except DeliveryError as error:
                # Without a server there is no point in trying the other messages.
                delivery.problems.append(str(error))
                break
    return Delivered(tuple(delivery.sent), tuple(delivery.problems), folder)


class _Delivery:
    """One run over a report."""

    def __init__(
        self,
        report: SealedReport,
        email: Email,
        file: SentFile,
        request: DeliveryRequest,
        clock: Callable[[], datetime],
    ) -> None:
        self._report, self._email, self._file, self._request, self._clock = report, email, file, request, clock
        self._is_trial = bool(request.dry_run or request.override)
        self._ledger = file.ledger()
        self._today = clock().date()
        self.sent: list[str] = []
        self.problems: list[str] = []
        self._unsent: dict[str, str] = {}

    def due_today(self, questions: Mapping[str, Sequence[Question]], book: AddressBook) -> Iterator[_Outgoing]:
        """Yield the messages to send: owners in order, the security team's last.

        The summary is made after the others were sent, so that it says of nobody that they were asked who were not.
        """
        recipients = {owner: book.recipient(owner) for owner in questions}
        reached = [owner for owner, recipient in recipients.items() if recipient.address]
        queue = [one for owner, asked in questions.items() if owner not in reached for one in asked]
        for owner in reached:
            kind = self._kind(owner)
            if kind is not None:
                yield self._owner_message(owner, recipients[owner].address, questions[owner], kind)
        kind = self._kind("")
        if kind is MessageKind.SUMMARY:
            yield self._summary(questions, recipients, queue)
        elif kind is not None and queue:
            yield self._owner_message("", self._email.to, queue, kind)

    def _kind(self, owner: str) -> MessageKind | None:
        if self._request.owner is not None and owner != self._request.owner:
            return None
        kind = next_kind(self._ledger, owner, self._today, self._email.reminder_days)
        if kind is None and self._request.resend:
            return self._ledger.last_kind(owner) or first_kind(owner)
        return kind

    def _due(self, owner: str) -> date:
        asked = self._ledger.question(owner)
        return asked.due if asked else self._today + timedelta(days=self._email.due_days)

    def _owner_message(self, owner: str, address: str, questions: Sequence[Question], kind: MessageKind) -> _Outgoing:
        due = self._due(owner)
        letter = owner_letter(self._report, kind, questions, due, self._email.link)
        wants_copy = kind is MessageKind.ESCALATION and address != self._email.to
        return _Outgoing(owner, kind, address, self._email.to if wants_copy else "", letter, questions, due)

    def _summary(
        self,
        questions: Mapping[str, Sequence[Question]],
        recipients: Mapping[str, Recipient],
        queue: Sequence[Question],
    ) -> _Outgoing:
        lines = [
            OwnerLine(
                owner or "(no owner)",
                len(asked),
                sum(question.is_urgent for question in asked),
                recipients[owner].reason or self._unsent.get(owner) or _how(owner, recipients[owner].address),
                is_reached=bool(recipients[owner].address) and owner not in self._unsent,
            )
            for owner, asked in questions.items()
        ]
        due = self._due("")
        letter = summary_letter(self._report, lines, queue, due, self._email.link)
        return _Outgoing("", MessageKind.SUMMARY, self._email.to, "", letter, queue, due)

    def send(self, outgoing: _Outgoing, transport: Transport) -> None:
        """Send one message and write down what came of it; raises DeliveryError when none can be sent."""
        name = f"{outgoing.kind} to {outgoing.owner or 'the security team'}"
        identity = letter(outgoing.owner, outgoing.kind)
        if self._ledger.is_uncertain(identity) and not (self._request.resend or self._is_trial):
            began = self._ledger.last(identity)
            at = f"{began.at:%Y-%m-%d %H:%M} UTC" if began else "an unknown time"
            self.problems.append(
                f"{name}: was it sent? It was begun at {at} and nobody knows what came of it. Look into the mail "
                f"server's log; `hygiene deliver --resend --owner {outgoing.owner!r}` sends it again."
            )
            self._unsent[outgoing.owner] = "perhaps asked: nobody knows whether the mail was sent"
            return
        intent = self._intent(outgoing)
        content = self._content(outgoing, intent)
        recipients = [self._request.override or intent.to]
        if outgoing.copy_to and not self._request.override:
            recipients.append(outgoing.copy_to)
        if self._is_trial:
            self._note(name, outgoing.owner, transport.send(self._email.sender, recipients, content), recipients)
        elif self._file.begin(intent, again=self._request.resend):
            try:
                receipt = transport.send(self._email.sender, recipients, content)
            except DeliveryError as error:
                self._file.end(intent, Receipt(Outcome.REFUSED, str(error)))
                raise
            self._file.end(intent, receipt)
            self._note(name, outgoing.owner, receipt, recipients)

    def _note(self, name: str, owner: str, receipt: Receipt, recipients: Sequence[str]) -> None:
        if receipt.outcome is Outcome.ACCEPTED:
            self.sent.append(f"{name} ({', '.join(recipients)})")
        else:
            what = "not sent" if receipt.outcome is Outcome.REFUSED else "perhaps sent"
            self.problems.append(f"{name}: {what}: {receipt.detail}")
            self._unsent[owner] = f"the mail was {what}"

    def _intent(self, outgoing: _Outgoing) -> Entry:
        return Entry(
            review_id=self._report.review_id,
            owner=outgoing.owner,
            kind=outgoing.kind,
            state=INTENT,
            at=self._clock(),
            due=outgoing.due,
            to=outgoing.to,
            message_id=self._message_id(outgoing.owner, outgoing.kind),
            manifest_sha256=self._report.manifest_sha256,
        )

    def _content(self, outgoing: _Outgoing, intent: Entry) -> bytes:
        envelope = Envelope(
            sender=self._email.sender,
            to=self._request.override or outgoing.to,
            copy_to="" if self._request.override else outgoing.copy_to,
            date=intent.at,
            message_id=intent.message_id,
            reply_to=self._email.reply_to or self._email.to,
            answers_to=self._thread(outgoing),
        )
        return mail_bytes(outgoing.letter, envelope, outgoing.questions, sheet_name(self._report))

    def _thread(self, outgoing: _Outgoing) -> str:
        first = first_kind(outgoing.owner)
        if outgoing.kind is first:
            return ""
        asked = self._ledger.question(outgoing.owner)
        return asked.message_id if asked else self._message_id(outgoing.owner, first)

    def _message_id(self, owner: str, kind: MessageKind) -> str:
        """Return an id that is the same for the same message: a server that has it already need not show it twice."""
        key = json.dumps([self._report.review_id, owner, str(kind)])
        domain = self._email.sender.rpartition("@")[2]
        return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def _how(owner: str, address: str) -> str:
    return "asked by mail" if owner.lower() == address.lower() else f"asked by mail: {address}"


def _configured(email: Email, request: DeliveryRequest) -> Email:
    """Return the settings; a dry run goes without a sender. Raises ConfigError where one is needed."""
    if request.dry_run:
        given = {"sender": email.sender or _NOBODY, "to": email.to or _NOBODY}
        return email.model_copy(update=given)
    missing = [key for key, value in (("from", email.sender), ("to", email.to)) if not value]
    if email.transport == "smtp" and not email.host:
        missing.append("host")
    if missing:
        raise ConfigError(f"[email] {', '.join(missing)}: not set, so no mail can be sent. --dry-run needs none.")
    return email


def _transport(email: Email, request: DeliveryRequest, out: Store, report: SealedReport) -> tuple[Transport, str]:
    """Return how to send, and the folder of a dry run."""
    if request.dry_run:
        from hygiene.deliver.eml import EmlTransport

        if request.dry_run_folder is None:
            out.remove(f"{MAILS}/{report.quarter}")
        named = request.dry_run_folder
        folder = open_store(named) if named else out.child(f"{MAILS}/{report.quarter}")
        return EmlTransport(folder), folder.location
    if email.transport == "ses":
        from hygiene.deliver.ses import SesTransport

        return SesTransport(email), ""
    from hygiene.deliver.smtp import SmtpTransport

    return SmtpTransport(email), ""


def _book(settings: Settings, email: Email) -> AddressBook:
    path = settings.owners.mapping
    addresses = parsed_file(path, settings.named("[owners] mapping"), parse_addresses) if path is not None else {}
    return AddressBook(email.trusted_domains, addresses)


def _answered(out: Store, review_id: str) -> dict[str, str]:
    """Return role id → the state of the role that was answered about, from the ledger of answers."""
    return {role_id: answer.row_sha256 for role_id, answer in latest(answers_of(out, review_id)).items()}
