"""Takes unused actions out of a policy statement: statement and excess in, a statement that allows no more out.

A narrowed statement keeps its resources, conditions and effect to the letter; only its list of actions changes. An
action list is rewritten with wildcards only where the original's own wildcard covers them, so that nothing is allowed
that was not before, actions AWS adds tomorrow included.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from hygiene.policy.actions import catalogue
from hygiene.policy.reach import action_mask
from hygiene.policy.wildcards import glob, literal_prefix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.model import JsonObject
    from hygiene.policy.document import Statement

_VERB = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_WORTH_A_WILDCARD = 3
"""Fewer actions with the same verb are written out."""


@dataclass(frozen=True)
class Excess:
    """What is to be taken away: the known `actions` as a mask, and everything in these `services`, known or not.

    `seen`: actions in use, `service:Action`; they stay, even those the catalogue does not know.
    `seen_services`: services in use that the catalogue does not know.
    """

    actions: int
    services: frozenset[str] = frozenset()
    seen: tuple[str, ...] = ()
    seen_services: tuple[str, ...] = ()

    @cached_property
    def unknown_seen(self) -> tuple[str, ...]:
        """The actions in use that no mask can hold."""
        return catalogue().unknown(self.seen)


def narrowed(raw: JsonObject, statement: Statement, excess: Excess) -> JsonObject | None:
    """Return the statement without the excess: `raw` itself when there is none in it, None when nothing is left.

    `raw` is the statement as AWS holds it, `statement` the same as read. A Deny stays as it is.
    """
    if not statement.is_allow or not _has_excess(statement, excess):
        return raw
    actions = tuple(dict.fromkeys(_kept(statement, excess)))
    if not actions:
        return None
    kept = {("Action" if key == "NotAction" else key): value for key, value in raw.items()}
    return {**kept, "Action": list(actions)}


def _has_excess(statement: Statement, excess: Excess) -> bool:
    if action_mask(statement) & excess.actions:
        return True
    return any(_service_of(pattern) in excess.services for pattern in catalogue().unknown(statement.actions))


def _kept(statement: Statement, excess: Excess) -> Iterator[str]:
    """Yield the action patterns that are left."""
    if not statement.actions:
        yield from _rest_of(_Excluding(statement.not_actions), excess)
        return
    for pattern in statement.actions:
        mask = catalogue().mask_of_pattern(pattern)
        if not mask:
            if _service_of(pattern) not in excess.services:
                yield pattern
        elif mask & excess.actions:
            yield from _rest_of(_Matching(pattern), excess)
        else:
            yield pattern


class _Matching:
    """The actions of one pattern."""

    def __init__(self, pattern: str) -> None:
        self.mask = catalogue().mask_of_pattern(pattern)
        self._pattern = pattern.lower()

    def covers(self, action: str) -> bool:
        """Whether the action, known or not, is one of these."""
        return self._pattern == "*" or glob(self._pattern).fullmatch(action.lower()) is not None

    def covers_all(self, prefix: str) -> bool:
        """Whether every action there is or will be with this prefix is one of these."""
        literal = literal_prefix(self._pattern)
        return self._pattern in {"*:*", f"{literal}*"} and prefix.lower().startswith(literal)


class _Excluding:
    """The actions outside a NotAction list."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self.mask = catalogue().everything & ~catalogue().mask(patterns)
        self._patterns = tuple(pattern.lower() for pattern in patterns)
        self._literals = tuple(map(literal_prefix, self._patterns))

    def covers(self, action: str) -> bool:
        """Whether the action, known or not, is outside the list."""
        return not any(_Matching(pattern).covers(action) for pattern in self._patterns)

    def covers_all(self, prefix: str) -> bool:
        """Whether no action there is or will be with this prefix can be in the list."""
        wanted = prefix.lower()
        return not any(wanted.startswith(literal) or literal.startswith(wanted) for literal in self._literals)


def _rest_of(source: _Matching | _Excluding, excess: Excess) -> Iterator[str]:
    """Yield the source's actions less the excess, service by service."""
    left = source.mask & ~excess.actions & catalogue().known
    for service in catalogue().services_in(left) if left else ():
        yield from _written(service, left & catalogue().services[service], source)
    yield from (f"{service}:*" for service in excess.seen_services if source.covers_all(f"{service}:"))
    yield from filter(source.covers, excess.unknown_seen)


def _written(service: str, left: int, source: _Matching | _Excluding) -> Iterator[str]:
    """Yield the actions of one service, with a wildcard where all of a verb is left and the source covers it."""
    if left == catalogue().services[service] and source.covers_all(f"{service}:"):
        yield f"{service}:*"
        return
    whole: dict[str, bool] = {}
    for name in catalogue().names_in(left):
        verb = _verb_of(name)
        if verb not in whole:
            run = catalogue().mask_of_pattern(f"{verb}*")
            is_worth_it = run.bit_count() >= _WORTH_A_WILDCARD
            whole[verb] = is_worth_it and not run & ~left and source.covers_all(verb)
            if whole[verb]:
                yield f"{verb}*"
        if not whole[verb]:
            yield name


@lru_cache(maxsize=32_768)
def _verb_of(action: str) -> str:
    """Return the service and the first word: `s3:GetObject` is `s3:Get`."""
    service, _, name = action.partition(":")
    word = _VERB.match(name)
    return f"{service}:{word[0] if word else name}"


def _service_of(pattern: str) -> str:
    """Return the part before the colon in lower case; `*` for the pattern `*`."""
    return pattern.partition(":")[0].lower()
