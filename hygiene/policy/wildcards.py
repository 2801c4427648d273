"""Texts with IAM's two wildcards: `*` stands for any run of characters, `?` for exactly one.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, Protocol

_ARN_PARTS = 6
_KEPT = 4096


class Piece(NamedTuple):
    """A part of a text; in a literal one `*` and `?` stand for themselves."""

    text: str
    is_literal: bool = False


Pattern = tuple[Piece, ...]


def literal_text(pattern: Pattern) -> str:
    """Return the pattern as plain text, for operators that know no wildcards."""
    return "".join(piece.text for piece in pattern)


def matches(pattern: Pattern, value: str) -> bool:
    """Whether the value is one the pattern stands for; letter case counts."""
    return bool(_matcher(pattern).fullmatch(value))


def literal_prefix(pattern: str) -> str:
    """Return what stands before the first wildcard of a plain pattern."""
    return pattern.partition("*")[0].partition("?")[0]


def matches_arn(pattern: Pattern, value: str) -> bool:
    """Whether the ARN fits part by part, as Arn condition operators compare: a `*` stays inside its part.

    A shorter pattern that ends in `*` (`arn:aws:iam::*`, or `*` alone) covers the parts that are left.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
    """
    wanted, found = _arn_parts(pattern), value.split(":", _ARN_PARTS - 1)
    if len(found) != _ARN_PARTS or not value.startswith("arn:"):
        return False
    if len(wanted) < _ARN_PARTS:
        if not wanted[-1] or wanted[-1][-1].is_literal or not wanted[-1][-1].text.endswith("*"):
            return False
        found = [*found[: len(wanted) - 1], ":".join(found[len(wanted) - 1 :])]
    return all(matches(part, text) for part, text in zip(wanted, found, strict=True))


def _arn_parts(pattern: Pattern) -> list[Pattern]:
    """Split the pattern at its first five colons; what a variable stood for may hold colons of its own."""
    parts: list[list[Piece]] = [[]]
    for piece in pattern:
        first, *others = piece.text.split(":", _ARN_PARTS - len(parts))
        parts[-1].append(Piece(first, piece.is_literal))
        parts.extend([Piece(text, piece.is_literal)] for text in others)
    return [tuple(piece for piece in part if piece.text) for part in parts]


class Matcher(Protocol):
    """What tells whether a text is one that a pattern stands for."""

    def fullmatch(self, text: str, /) -> object:
        """Return something true when the whole text fits, else None, as a regular expression does."""


class _Exactly(NamedTuple):
    """A pattern without wildcards."""

    text: str

    def fullmatch(self, text: str, /) -> object:
        return True if text == self.text else None


class _Beginning(NamedTuple):
    """A pattern whose only wildcard is one `*` at its end."""

    text: str

    def fullmatch(self, text: str, /) -> object:
        return True if text.startswith(self.text) else None


@lru_cache(maxsize=2 * _KEPT)
def glob(pattern: str) -> Matcher:
    """Return the matcher of a plain pattern; use its `fullmatch`. Letter case counts."""
    return _matcher((Piece(pattern),))


@lru_cache(maxsize=_KEPT)
def _matcher(pattern: Pattern) -> Matcher:
    """Return what compares: most patterns are plain texts or end in `*`, and need no regular expression.

    Compiling one takes a hundred times as long.
    """
    if len(pattern) == 1:
        text, is_literal = pattern[0]
        stem = text.rstrip("*")
        if is_literal or not set(text) & {"*", "?"}:
            return _Exactly(text)
        if literal_prefix(stem) == stem:
            return _Beginning(stem)
    return _compiled(pattern)


def _compiled(pattern: Pattern) -> re.Pattern[str]:
    """Return the regular expression; atomic groups keep `*a*a*a*…` from taking for ever (as in `fnmatch`)."""
    runs = [""]
    for piece in pattern:
        first, *others = [piece.text] if piece.is_literal else piece.text.split("*")
        runs[-1] += _escaped(first, is_literal=piece.is_literal)
        runs.extend(_escaped(run, is_literal=False) for run in others)
    if len(runs) == 1:
        return re.compile(runs[0], re.DOTALL)
    head, *middle, tail = runs
    between = "".join(f"(?>.*?{run})" for run in middle if run)
    return re.compile(f"{head}{between}.*{tail}", re.DOTALL)


def _escaped(text: str, *, is_literal: bool) -> str:
    escaped = re.escape(text)
    return escaped if is_literal else escaped.replace(r"\?", ".")
