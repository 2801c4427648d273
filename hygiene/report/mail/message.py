"""A letter into the bytes of a mail: text and HTML, and a sheet with these roles alone."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from hygiene.frames import Decisions, columns_of
from hygiene.report.mail.html import html_of
from hygiene.report.mail.text import text_of
from hygiene.report.workbook import write_decisions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hygiene.report.mail.letter import Letter
    from hygiene.report.mail.questions import Question

_SENDER_NAME = "Access review"
_POLICY = SMTP.clone(cte_type="7bit")
"""CRLF, lines a relay does not break, and a ValueError for a header that holds a line end."""
_ON_THE_WIRE = _POLICY.clone(max_line_length=998)
"""Subjects stay on one line: folded at 78, some would begin with an empty one, which spam filters dislike."""
_XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who writes to whom. Addresses are plain ones; ids are whole, with their angle brackets.

    `answers_to` names the first message of the thread, so that a reminder stands below the question.
    """

    sender: str
    to: str
    date: datetime
    message_id: str
    copy_to: str = ""
    reply_to: str = ""
    answers_to: str = ""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Every address the message goes to."""
        return tuple(address for address in (self.to, self.copy_to) if address)


def mail_bytes(letter: Letter, envelope: Envelope, attached: Sequence[Question], sheet: str) -> bytes:
    """Return the message as it goes over the wire; the same arguments give the same bytes.

    `attached` are the rows of the sheet of that name; none: nothing is attached.
    """
    message = EmailMessage(policy=_POLICY)
    for name, value in _headers(letter, envelope).items():
        message[name] = value
    message.set_content(text_of(letter))
    message.add_alternative(html_of(letter), subtype="html")
    if attached:
        message.add_attachment(_workbook(attached), maintype="application", subtype=_XLSX, filename=sheet)
    _set_boundaries(message, envelope.message_id)
    return message.as_bytes(policy=_ON_THE_WIRE)


def _headers(letter: Letter, envelope: Envelope) -> dict[str, object]:
    """Return the headers; https://www.rfc-editor.org/rfc/rfc3834 keeps auto-responders from answering."""
    headers = {
        "From": Address(_SENDER_NAME, addr_spec=envelope.sender),
        "To": Address(addr_spec=envelope.to),
        "Cc": Address(addr_spec=envelope.copy_to) if envelope.copy_to else None,
        "Reply-To": Address(addr_spec=envelope.reply_to) if envelope.reply_to else None,
        "Subject": letter.subject,
        "Date": format_datetime(envelope.date),
        "Message-ID": envelope.message_id,
        "In-Reply-To": envelope.answers_to,
        "References": envelope.answers_to,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    return {name: value for name, value in headers.items() if value}


def _workbook(questions: Sequence[Question]) -> bytes:
    """Return the sheet of these questions: the same as the review's `decisions.xlsx`, and no other rows."""
    rows = pd.DataFrame([dict(question.row) for question in questions], columns=pd.Index(columns_of(Decisions)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "decisions.xlsx"
        write_decisions([rows], len(rows), path)
        return path.read_bytes()


def _set_boundaries(message: EmailMessage, message_id: str) -> None:
    """Replace the random boundaries, so that a message is the same whenever it is made."""
    key = "".join(letter for letter in message_id if letter.isalnum())[:40]
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{key}_{number}")
