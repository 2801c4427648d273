"""Answers by account: a review of half a million roles has more of them than should lie in memory as values."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from hygiene.review.ledger import ledger_bytes, parse_ledger

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hygiene.review.ledger import Answer

_OPEN_BYTES = 8 << 20
"""Lines of a ledger that wait as they are; beyond, each account's are compressed, to a tenth or less."""


class AnswerBook:
    """Answers in the order they came, account by account."""

    def __init__(self, answers: Iterable[Answer] = ()) -> None:
        self._open: dict[str, list[bytes]] = {}
        self._closed: dict[str, list[bytes]] = {}
        self._size = 0
        for answer in answers:
            self.add(answer)

    @property
    def account_ids(self) -> frozenset[str]:
        """The accounts of the roles that somebody answered about."""
        return frozenset(self._open.keys() | self._closed.keys())

    def add(self, answer: Answer) -> None:
        """Add an answer that came after all others."""
        line = ledger_bytes([answer])
        self._open.setdefault(answer.account_id, []).append(line)
        self._size += len(line)
        if self._size > _OPEN_BYTES:
            self._close()

    def of(self, account_id: str) -> tuple[Answer, ...]:
        """Return the answers about roles of an account."""
        lines = [zlib.decompress(block) for block in self._closed.get(account_id, ())]
        return parse_ledger(b"".join([*lines, *self._open.get(account_id, ())]), account_id)

    def _close(self) -> None:
        for account_id, lines in self._open.items():
            self._closed.setdefault(account_id, []).append(zlib.compress(b"".join(lines)))
        self._open, self._size = {}, 0
