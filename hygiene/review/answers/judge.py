"""Holds a reviewer's rows against the report they answer: which are answers, and what is wrong with the others."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from hygiene.documents import parse_time
from hygiene.frames import DECISIONS
from hygiene.review.answers.dates import parse_date
from hygiene.review.answers.sheet import DECISION, FINGERPRINT, ROLE_ID
from hygiene.review.ledger import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from hygiene.review.answers.sheet import AnswerRow

GIVEN = ("decision", "justification", "target_date", "ticket")
PRIVILEGED = ("critical", "high")
_KEPT_AGAINST = ("remove", "investigate")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?(?:E\+?\d+)?", re.IGNORECASE)
_DIGEST_LENGTH = 64
_MAX_TEXT = 4_000
_A_YEAR = timedelta(days=366)
_CLOCKS_DIFFER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Question:
    """One row of the report's decisions, with the worst severity of the role; empty: it has no finding.

    `given` is the answer the report itself shows, as its cells: decision, justification, target date, ticket.
    """

    role_id: str
    role_arn: str
    account_id: str
    group_id: str
    row_sha256: str
    suggestion: str
    severity: str
    given: tuple[str, ...] = ("", "", "", "")


@dataclass(frozen=True, slots=True)
class Asked:
    """The report that is answered: its review, moment and snapshot, and its questions by role id."""

    review_id: str
    as_of: datetime
    snapshot_location: str
    snapshot_sha256: str
    questions: Mapping[str, tuple[Question, ...]]


@dataclass(frozen=True, slots=True)
class Receipt:
    """How the file came: who imports it, when (UTC), and under which name it is kept."""

    imported_by: str
    imported_at: datetime
    original: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is refused, or a remark about it."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What a file says. With `problems`, none of it is taken; `remarks` stand in no way."""

    answers: tuple[Answer, ...]
    problems: tuple[Problem, ...]
    remarks: tuple[Problem, ...]


class _RefusedError(Exception):
    """The row cannot be taken; the message says why and what to do."""


def judge(rows: Sequence[AnswerRow], asked: Asked, receipt: Receipt) -> Judged:
    """Return the answers in the rows, one per role, or everything that is wrong with them."""
    filled = [row for row in rows if row[DECISION]]
    groups = _group_sizes(filled, asked)
    answers: dict[str, Answer] = {}
    problems: list[Problem] = []
    for row in filled:
        try:
            answer = _answer(row, asked, receipt, groups)
            _refuse_contradiction(answers.setdefault(answer.role_id, answer), answer)
        except _RefusedError as refusal:
            problems.append(Problem(row.line, str(refusal)))
    remarks = (*_remarks(rows), *_far_away(answers.values()))
    return Judged(tuple(answers.values()), tuple(problems), remarks)


def _refuse_contradiction(first: Answer, second: Answer) -> None:
    if not first.says_the_same(second):
        raise _RefusedError(f"answers the same role as line {first.line}, otherwise; leave one of them")


def _answer(row: AnswerRow, asked: Asked, receipt: Receipt, groups: Mapping[tuple[str, str], int]) -> Answer:
    question = _question(row, asked)
    decision = _decision(row[DECISION])
    for name in ("justification", "ticket", "reviewer"):
        if len(row[name]) > _MAX_TEXT:
            raise _RefusedError(f"{name} is longer than {_MAX_TEXT:,} characters")
    # An answer that was taken already and only comes back with its sheet is no new one, to be asked for more.
    is_new = tuple(row[name] for name in GIVEN) != question.given
    reason = _why_justify(question, decision, is_group=groups[question.group_id, decision] > 1)
    if is_new and reason and not row["justification"]:
        raise _RefusedError(f"write a justification: {reason}")
    return Answer(
        review_id=asked.review_id,
        role_id=question.role_id,
        role_arn=question.role_arn,
        account_id=question.account_id,
        group_id=question.group_id,
        row_sha256=question.row_sha256,
        suggestion=question.suggestion,
        decision=decision,
        justification=row["justification"],
        target_date=_target_date(row["target_date"], asked.as_of if is_new else None),
        ticket=row["ticket"],
        reviewer=row["reviewer"] or receipt.imported_by,
        decided_at=_decided_at(row["decided_at"], receipt.imported_at),
        review_as_of=asked.as_of,
        snapshot_location=asked.snapshot_location,
        snapshot_sha256=asked.snapshot_sha256,
        imported_by=receipt.imported_by,
        imported_at=receipt.imported_at,
        original=receipt.original,
        line=row.line,
    )


def _question(row: AnswerRow, asked: Asked) -> Question:
    if row["review_id"] and row["review_id"] != asked.review_id:
        raise _RefusedError(f"belongs to the review {row['review_id']!r}, not to {asked.review_id}")
    known = asked.questions.get(row[ROLE_ID], ())
    if not known:
        raise _RefusedError(f"role id {row[ROLE_ID]!r} is not in this review; leave the column role_id as it was")
    fitting = [question for question in known if row["role_arn"] in ("", question.role_arn)]
    if not fitting:
        raise _RefusedError(f"role id {row[ROLE_ID]} is {known[0].role_arn}, not {row['role_arn']!r}")
    if len(fitting) > 1:
        raise _RefusedError(f"{len(fitting)} roles have the id {row[ROLE_ID]}; keep the column role_arn")
    if len(row[FINGERPRINT]) < _DIGEST_LENGTH and _NUMBER.fullmatch(row[FINGERPRINT]):
        raise _RefusedError(
            f"row_sha256 is the number {row[FINGERPRINT]}: a spreadsheet made it of the 64 letters and digits that "
            "stood there; copy the column from the report's sheet again, as text"
        )
    if not row[FINGERPRINT]:
        raise _RefusedError("row_sha256 is empty; it says which state of the role is answered: leave it as it was")
    if row[FINGERPRINT].lower() != fitting[0].row_sha256:
        raise _RefusedError(
            f"{fitting[0].role_arn} changed since this file was made (row_sha256 differs): look at the role in the "
            "newest report, and answer in its file"
        )
    return fitting[0]


def _decision(text: str) -> str:
    word = _word(text)
    if word in DECISIONS:
        return word
    if text.startswith("="):
        raise _RefusedError("decision is a formula whose result is not in the file; write the word itself")
    near = difflib.get_close_matches(word, DECISIONS, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise _RefusedError(f"{text[:60]!r} is no decision; write one of {', '.join(DECISIONS)}{hint}")


def _word(text: str) -> str:
    """Return a decision as it is spelt here; people quote it, or type the apostrophe that makes a cell text."""
    return text.strip("'\"“” ").lower().replace(" ", "-").replace("_", "-")


def _why_justify(question: Question, decision: str, *, is_group: bool) -> str:
    """Return why this answer needs a reason in words; empty where it speaks for itself."""
    if decision == "keep" and question.suggestion in _KEPT_AGAINST:
        return f"the role is kept although the review suggests {question.suggestion}"
    if decision == "keep" and question.severity in PRIVILEGED:
        return f"a role with a {question.severity} finding is kept as it is"
    if is_group:
        return "the same answer is given for several roles of one group"
    return ""


def _target_date(text: str, as_of: datetime | None) -> date | None:
    """Return the day; one before the review is refused, unless no `as_of` is given."""
    if not text:
        return None
    try:
        day = parse_date(text)
    except ValueError as error:
        raise _RefusedError(f"target_date: {error}") from None
    if as_of and day < as_of.date():
        raise _RefusedError(f"target_date: {day} lies before the review itself ({as_of:%Y-%m-%d})")
    return day


def _decided_at(text: str, imported_at: datetime) -> datetime:
    """Return when the reviewer decided: as the file says, to the second, else when it was imported."""
    if not text:
        return imported_at
    moment = parse_time(text) or _midnight(text)
    if moment is None or moment > imported_at + _CLOCKS_DIFFER:
        raise _RefusedError(f"decided_at: {text!r} is no past moment; leave it empty, or write 2026-12-31T06:00:00Z")
    return moment.replace(microsecond=0)


def _midnight(text: str) -> datetime | None:
    try:
        return parse_time(parse_date(text).isoformat())
    except ValueError:
        return None


def _group_sizes(filled: Iterable[AnswerRow], asked: Asked) -> Counter[tuple[str, str]]:
    """Count the roles of each group that this file answers alike."""
    alike: dict[str, tuple[str, str]] = {}
    for row in filled:
        for question in asked.questions.get(row[ROLE_ID], ())[:1]:
            alike[question.role_arn] = (question.group_id, _word(row[DECISION]))
    return Counter(alike.values())


def _far_away(answers: Iterable[Answer]) -> Iterable[Problem]:
    for answer in answers:
        day = answer.target_date
        if day and day - answer.review_as_of.date() > _A_YEAR:
            yield Problem(answer.line, f"target_date: {day} is more than a year away, and it is not overdue before")


def _remarks(rows: Iterable[AnswerRow]) -> Iterable[Problem]:
    for row in rows:
        if not row[DECISION] and (row["justification"] or row["target_date"] or row["ticket"]):
            yield Problem(row.line, "has a remark but no decision: it stays open")
