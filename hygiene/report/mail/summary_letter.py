"""The letter to the security team: the review in numbers, who was asked, and the roles with nobody to ask."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hygiene.report.in_words import passages
from hygiene.report.mail.letter import Fact, Letter, OwnerLine, bar_of, long_date, named, roles, short_date, shown
from hygiene.report.mail.owner_letter import footer_of, page_link, sheet_name
from hygiene.report.wording import headline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from hygiene.report.mail.questions import Question
    from hygiene.report.sealed import SealedReport

OWNERS_SHOWN, ROLES_SHOWN = 15, 10
"""Together no more rows than any other mail has."""


def summary_letter(
    report: SealedReport, owners: Sequence[OwnerLine], queue: Sequence[Question], due: date, link: str = ""
) -> Letter:
    """Return the summary. `queue`: open questions whose owner is not known or cannot be reached."""
    summary = report.summary
    said = headline(summary)
    by_need = sorted(owners, key=lambda line: (line.is_reached, -line.roles, line.owner))
    return Letter(
        subject=_subject(summary, len(queue), due),
        brand=f"Access review {report.quarter} · summary",
        heading=f"{said.population}; {said.ask}",
        lead=tuple(text for text in (said.coverage, f"Answers are due on {long_date(due)}.") if text),
        warnings=tuple(notice["text"] for notice in summary["notices"] if notice["level"] in {"gap", "warning"}),
        facts=_facts(summary),
        compared=summary.get("in_words", {}).get("compared", ""),
        words=passages(summary),
        words_first=True,
        bar=bar_of(queue),
        items_heading=_queue_heading(len(queue)),
        items=shown(queue, ROLES_SHOWN, with_owner=True),
        owners=tuple(replace(line, owner=named(line.owner)) for line in by_need[:OWNERS_SHOWN]),
        owners_unseen=max(0, len(by_need) - OWNERS_SHOWN),
        link=page_link(report, "index.html", link),
        link_text="Open the report",
        steps_heading="What to do with your queue",
        steps=_steps(report, len(queue)),
        footer=footer_of(report),
    )


def _subject(summary: Mapping[str, Any], queue: int, due: date) -> str:
    number, urgent = summary["needs_decision"], summary["needs_decision_critical_or_high"]
    need = f"{roles(number)} {'needs' if number == 1 else 'need'} a decision by {short_date(due)}"
    if not number:
        need = "no role needs a decision"
    unseen = summary["accounts"]["failed"] + summary["accounts"]["partial"]
    asides = [
        f"{urgent:,} critical or high" if urgent else "",
        f"{queue:,} with nobody to ask" if queue else "",
        f"{unseen:,} {'account' if unseen == 1 else 'accounts'} not wholly read" if unseen else "",
    ]
    told = ", ".join(aside for aside in asides if aside)
    return f"Access review {summary['quarter']}: {need}{f' ({told})' if told else ''}"


def _facts(summary: Mapping[str, Any]) -> tuple[Fact, ...]:
    numbers = (
        (summary["needs_decision"], "need a decision"),
        (summary["needs_decision_critical_or_high"], "of them critical or high"),
        (summary["roles"]["unused"], "unused"),
        (summary["without_owner"], "without an owner"),
    )
    return tuple(Fact(f"{number:,}", label) for number, label in numbers)


def _queue_heading(number: int) -> str:
    if not number:
        return ""
    return f"{roles(number)} with nobody to ask: your queue"


def _steps(report: SealedReport, queue: int) -> tuple[str, ...]:
    if not queue:
        return ()
    return (
        f"Open the attached {sheet_name(report)}: roles without an owner, or with one that has no usable address.",
        "Decide about them as any owner does, or give them an owner with an address; the next report asks them.",
        "Answers are read back with hygiene decisions import.",
    )
