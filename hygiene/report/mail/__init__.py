"""A sealed report in, mail messages out: one per owner with their roles alone, one for the security team.

Numbers are those of `summary.json`, rows those of `decisions.csv`; nothing is counted anew. Nobody's message holds
another owner's role, and no text from AWS stands in a header.
"""

from hygiene.report.mail.letter import OwnerLine
from hygiene.report.mail.message import Envelope, mail_bytes
from hygiene.report.mail.owner_letter import owner_letter
from hygiene.report.mail.questions import Question, open_questions
from hygiene.report.mail.summary_letter import summary_letter

__all__ = ["Envelope", "OwnerLine", "Question", "mail_bytes", "open_questions", "owner_letter", "summary_letter"]
