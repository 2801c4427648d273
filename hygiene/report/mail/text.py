"""A letter into the text part of a mail: the same content for people and programs that show no HTML."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from hygiene.report.in_words import NOTHING
from hygiene.report.mail.letter import WORDS_HEADING, alike

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.report.mail.letter import Item, Letter, OwnerLine

_WIDTH = 76


def text_of(letter: Letter) -> str:
    """Return the text part: lines of at most 76 characters, long names and addresses aside."""
    return "\n".join(line for block in _blocks(letter) for line in (*block, "")).rstrip("\n") + "\n"


def _blocks(letter: Letter) -> Iterator[list[str]]:
    yield from _opening(letter)
    yield from _roles(letter)
    yield from _closing(letter)


def _opening(letter: Letter) -> Iterator[list[str]]:
    yield [letter.brand.upper()]
    yield _wrapped(letter.heading)
    for paragraph in letter.lead:
        yield _wrapped(paragraph)
    for warning in letter.warnings:
        yield _wrapped(f"! {warning}", "  ")
    if letter.facts:
        yield [f"{fact.number:>7}  {fact.label}" for fact in letter.facts]
    if letter.words_first:
        yield from _words(letter)


def _roles(letter: Letter) -> Iterator[list[str]]:
    if letter.items_heading:
        yield _underlined(letter.items_heading)
    for one in (*letter.items.first, *letter.items.more):
        yield list(_item(one))
    if letter.items.unseen:
        yield _wrapped(f"… and {letter.items.unseen:,} more in the attached sheet.")
    if letter.link:
        yield [f"{letter.link_text}:", letter.link]


def _closing(letter: Letter) -> Iterator[list[str]]:
    if letter.steps:
        yield _underlined(letter.steps_heading)
        yield [line for n, step in enumerate(letter.steps, 1) for line in _wrapped(f"{n}. {step}", "   ")]
    if letter.owners:
        yield _underlined("Who was asked")
        yield [line for owner in letter.owners for line in _owner(owner)]
    if letter.owners_unseen:
        yield _wrapped(f"… and {letter.owners_unseen:,} more owners.")
    if not letter.words_first:
        yield from _words(letter)
    yield ["-- "]
    for sentence in letter.footer:
        yield _wrapped(sentence)


def _words(letter: Letter) -> Iterator[list[str]]:
    if not letter.words:
        return
    yield [*_underlined(WORDS_HEADING), *_wrapped(letter.compared)]
    for part in letter.words:
        told = [line for sentence in part.sentences for line in _wrapped(f"* {sentence}", "  ")]
        yield [f"{part.heading}:", *(told or [f"  {NOTHING}"])]


def _item(one: Item) -> Iterator[str]:
    severity = f" [{one.severity}]" if one.severity else ""
    yield f"* {one.role}{severity}"
    yield f"  {one.account}"
    if one.owner:
        yield f"  owner: {one.owner}"
    yield f"  suggested: {one.suggestion}; last use: {one.last_use}"
    yield from _wrapped(f"  {one.reason}", "  ")
    if one.alike:
        yield f"  + {alike(one.alike)}"


def _owner(line: OwnerLine) -> list[str]:
    urgent = f", {line.urgent:,} critical or high" if line.urgent else ""
    return _wrapped(f"* {line.owner}: {line.roles:,} to decide{urgent}; {line.how}", "  ")


def _underlined(heading: str) -> list[str]:
    return [*_wrapped(heading), "-" * min(len(heading), _WIDTH)]


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
