"""The letter to one owner: what is asked, by when, about which roles, and how to answer."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hygiene.model import MessageKind
from hygiene.report.in_words import passages
from hygiene.report.links import owner_page
from hygiene.report.mail.letter import MAX_ROWS, Letter, bar_of, long_date, roles, severities, short_date, shown
from hygiene.report.summary import URGENT
from hygiene.report.wording import listed, moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hygiene.report.mail.questions import Question
    from hygiene.report.sealed import SealedReport

SILENCE = (
    "A role without an answer stays open: nothing is decided by silence, and the review itself never changes IAM. "
    "Suggestions come from rules; you decide."
)
CONFIDENTIAL = "This list tells an attacker where to look. Please do not pass it on outside your team."


def owner_letter(
    report: SealedReport, kind: MessageKind, questions: Sequence[Question], due: date, link: str = ""
) -> Letter:
    """Return the letter about these questions, all of one owner.

    `link` is where people can open the folder the reports lie in; empty: the letter has no links.
    """
    number = len(questions)
    owner = questions[0].owner
    items = shown(questions, MAX_ROWS)
    return Letter(
        subject=_subject(report, kind, questions, due),
        brand=f"Access review {report.quarter}",
        heading=_heading(kind, number, due),
        lead=tuple(_lead(kind, questions)),
        warnings=(),
        facts=(),
        compared=report.summary.get("in_words", {}).get("compared", ""),
        words=passages(report.summary),
        words_first=False,
        bar=bar_of(questions),
        items_heading="The riskiest first" if items.more else "",
        items=items,
        owners=(),
        owners_unseen=0,
        link=page_link(report, owner_page(owner), link),
        link_text="Open the page of your roles",
        steps_heading="How to answer",
        steps=steps_of(report, owner),
        footer=footer_of(report),
    )


def page_link(report: SealedReport, page: str, link: str) -> str:
    """Return the address of a page of the report, of the index where it has no such page, empty without a link."""
    known = next((path for path in (page, "index.html") if path in report.paths), "")
    return f"{link.rstrip('/')}/{report.quarter}/{known}" if link and known else ""


def sheet_name(report: SealedReport) -> str:
    """Return the file name of the attached sheet; nothing in it comes from AWS."""
    return f"access-review-{report.quarter}.xlsx"


def steps_of(report: SealedReport, owner: str) -> tuple[str, ...]:
    """Return how an answer is given, in whichever of the three ways this report has."""
    ways = [f"in the attached {sheet_name(report)}, which holds all of these roles"]
    if owner_page(owner) in report.paths:
        ways.append("on the page of your roles, which saves your decisions as a file for you")
    if "decisions.csv" in report.paths:
        ways.append("in decisions.csv of the report")
    equal = {2: "; both count the same", 3: "; all three count the same"}.get(len(ways), "")
    return (
        "Choose keep, reduce, remove or not-mine. Say why you keep what could go, or who should be asked instead.",
        f"Write it down {', or '.join(ways)}{equal}.",
        "Reply to this mail with that file attached.",
    )


def footer_of(report: SealedReport) -> tuple[str, ...]:
    """Return what stands below every mail."""
    as_of = moment(str(report.summary["as_of"]))
    return SILENCE, CONFIDENTIAL, f"Review {report.review_id}, data as of {as_of}."


def _subject(report: SealedReport, kind: MessageKind, questions: Sequence[Question], due: date) -> str:
    number = len(questions)
    need = {
        MessageKind.ASK: "needs your decision" if number == 1 else "need your decision",
        MessageKind.ESCALATION: "has no decision, due" if number == 1 else "have no decision, due",
    }.get(kind, "still needs your decision" if number == 1 else "still need your decision")
    word = {MessageKind.ASK: "Access review", MessageKind.ESCALATION: "Overdue: access review"}.get(
        kind, "Reminder: access review"
    )
    by = "" if kind is MessageKind.ESCALATION else "by "
    urgent = severities(questions)
    return f"{word} {report.quarter}: {roles(number)} {need} {by}{short_date(due)}{f' ({urgent})' if urgent else ''}"


def _heading(kind: MessageKind, number: int, due: date) -> str:
    if kind is MessageKind.ESCALATION:
        return f"{roles(number)} {'has' if number == 1 else 'have'} no decision; it was due on {long_date(due)}"
    still = "" if kind is MessageKind.ASK else "still "
    return f"{roles(number)} {still}{'needs' if number == 1 else 'need'} your decision by {long_date(due)}"


def _lead(kind: MessageKind, questions: Sequence[Question]) -> list[str]:
    told = {
        MessageKind.REMINDER_1: ["This is a reminder."],
        MessageKind.REMINDER_2: ["This is the second reminder; after the due date the security team is told."],
        MessageKind.ESCALATION: ["The security team has a copy of this mail."],
    }.get(kind, [])
    return [*told, f"{_risk(questions)} {_why_you(questions)}"]


def _risk(questions: Sequence[Question]) -> str:
    """Return how many are critical or high; one role alone has its severity beside its name."""
    numbers = {word: sum(question.severity == word for question in questions) for word in URGENT}
    if not any(numbers.values()):
        return "None of them is critical or high." if len(questions) > 1 else "It is neither critical nor high."
    parts = [f"{number:,} {'is' if number == 1 else 'are'} {word}" for word, number in numbers.items() if number]
    return f"By their worst finding, {listed(parts)}." if len(questions) > 1 else f"It is {questions[0].severity}."


def _why_you(questions: Sequence[Question]) -> str:
    """Return how the owner was found; several ways name the most frequent one."""
    source = Counter(question.owner_source for question in questions).most_common(1)[0][0]
    kind, _, _ = source.partition(":")
    how = {
        "tag": "the owner tag of these roles names you",
        "mapping": "the organization's list of owners names you",
        "contact": "you are the contact of the account",
        "fallback": "nobody else is written down as their owner",
    }.get(kind, "you are written down as their owner")
    return f"You are asked because {how}; answer not-mine where that is wrong."
