"""What stands in a mail, as plain values: the text part and the HTML part show the same letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hygiene.frames import SUGGESTIONS
from hygiene.report.visible import visible
from hygiene.report.wording import counted, shortened, whole_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hygiene.report.in_words import Passage
    from hygiene.report.mail.questions import Question

MAX_ROWS = 25
"""Inlined styles multiply a row's size, and Gmail hides what comes after about 102 KB."""
FIRST = 3
"""Roles that are shown with their whole reason before anything else."""

WORDS_HEADING = "The whole review in words"
_LONG, _SHORT, _NAME = 300, 140, 80
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """A role as a mail shows it; `reason` is shortened, `alike` counts further ones with the same permissions.

    `account` is the first one's where several roles are alike.
    """

    role: str
    account: str
    owner: str
    severity: str
    suggestion: str
    reason: str
    last_use: str
    alike: int


@dataclass(frozen=True, slots=True)
class Fact:
    """A number of the first screen and what it counts."""

    number: str
    label: str


@dataclass(frozen=True, slots=True)
class OwnerLine:
    """An owner in the summary: how many roles, and how they were asked, or why they could not be."""

    owner: str
    roles: int
    urgent: int
    how: str
    is_reached: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A share of a bar, as a percentage of at least 1."""

    suggestion: str
    number: int
    percent: int


@dataclass(frozen=True, slots=True)
class Shown:
    """The roles a mail shows: `first` with their whole reason, `more` in short, `unseen` counts what is left out."""

    first: tuple[Item, ...]
    more: tuple[Item, ...]
    unseen: int


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail. All texts are plain; the roles and owners shown are at most MAX_ROWS rows.

    `words` are the review in plain sentences; with `words_first` they stand before the roles, else at the end.
    """

    subject: str
    brand: str
    heading: str
    lead: tuple[str, ...]
    warnings: tuple[str, ...]
    facts: tuple[Fact, ...]
    compared: str
    words: tuple[Passage, ...]
    words_first: bool
    bar: tuple[Part, ...]
    items_heading: str
    items: Shown
    owners: tuple[OwnerLine, ...]
    owners_unseen: int
    link: str
    link_text: str
    steps_heading: str
    steps: tuple[str, ...]
    footer: tuple[str, ...]


def shown(questions: Sequence[Question], limit: int, *, with_owner: bool = False) -> Shown:
    """Return at most `limit` rows for the questions; what is the same in many accounts takes one row."""
    groups: dict[tuple[str, ...], list[Question]] = {}
    for question in questions:
        key = (question.row["group_id"], question.owner, question.suggestion, question.severity, question.promise)
        groups.setdefault(key, []).append(question)
    kept = list(groups.values())[:limit]
    items = tuple(
        _item(group, _LONG if number < FIRST else _SHORT, with_owner=with_owner) for number, group in enumerate(kept)
    )
    return Shown(items[:FIRST], items[FIRST:], len(questions) - sum(map(len, kept)))


def _item(group: Sequence[Question], reason_length: int, *, with_owner: bool) -> Item:
    question = group[0]
    return Item(
        role=question.role_name,
        account=shortened(question.account, _NAME),
        owner=named(question.owner) if with_owner else "",
        severity=question.severity,
        suggestion=question.suggestion,
        reason=" ".join(filter(None, (question.promise, whole_sentences(question.reason, reason_length)))),
        last_use=question.last_use,
        alike=len(group) - 1,
    )


def bar_of(questions: Sequence[Question]) -> tuple[Part, ...]:
    """Return the shares of what is suggested, whole percentages that add up to 100."""
    numbers = {word: sum(question.suggestion == word for question in questions) for word in SUGGESTIONS}
    present = {word: number for word, number in numbers.items() if number}
    percents = {word: max(1, 100 * number // len(questions)) for word, number in present.items()}
    largest = max(present, key=lambda word: present[word], default="")
    return tuple(
        Part(word, number, percents[word] + (100 - sum(percents.values()) if word == largest else 0))
        for word, number in present.items()
    )


def severities(questions: Sequence[Question]) -> str:
    """Return `1 critical, 2 high`, empty when there is neither."""
    numbers = [(sum(question.severity == word for question in questions), word) for word in ("critical", "high")]
    return ", ".join(f"{number:,} {word}" for number, word in numbers if number)


def roles(number: int) -> str:
    """Return `1 role` or `12 roles`."""
    return counted(number, "role")


def alike(number: int) -> str:
    """Return `6 more roles with the same permissions and trust`."""
    return f"{counted(number, 'more role')} with the same permissions and trust"


def short_date(day: date) -> str:
    """Return `15 Dec`: in a subject the year is the review's."""
    return f"{day.day} {_MONTHS[day.month - 1][:3]}"


def long_date(day: date) -> str:
    """Return `15 December 2026`, the same whatever the machine's language."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def named(owner: str) -> str:
    """Return an owner's name as a mail shows it: nothing invisible in it, and not too long."""
    return shortened(visible(owner), _NAME)
