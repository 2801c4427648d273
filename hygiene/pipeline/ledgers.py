"""The ledgers below OUT: reads and adds to what people answered; the values themselves are `review.ledger`'s."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hygiene.errors import LedgerError
from hygiene.pipeline.places import LEDGER
from hygiene.review.ledger import ledger_bytes, original_name, parse_ledger, read_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hygiene.review.ledger import Answer
    from hygiene.store import Store

DECISIONS, SENT_FILE, ORIGINALS = "decisions.jsonl", "sent.jsonl", "originals"
_REVIEW = re.compile(r"(.+)-(\d{4}-Q[1-4])")
_TRIES = 20


def reviews_until(out: Store, review_id: str) -> list[str]:
    """Return the reviews of this population that have a ledger, oldest first, up to this one."""
    this = _REVIEW.fullmatch(review_id)
    found = (_REVIEW.fullmatch(name) for name in out.folders(LEDGER))
    return sorted(match[0] for match in found if match and this and match[1] == this[1] and match[2] <= this[2])


def answers_of(out: Store, review_id: str) -> tuple[Answer, ...]:
    """Return what was answered in a review, in the order it came. Raises LedgerError for a damaged ledger."""
    name = f"{LEDGER}/{review_id}/{DECISIONS}"
    return parse_ledger(out.read(name), f"{out.location}/{name}")


def read_answers(out: Store, review_id: str) -> Iterator[Answer]:
    """Yield what was answered in a review, in the order it came. Raises LedgerError for a damaged ledger."""
    name = f"{LEDGER}/{review_id}/{DECISIONS}"
    return read_ledger(out.chunks(name) or (), f"{out.location}/{name}")


def keep_original(out: Store, review_id: str, file_name: str, content: bytes, sha256: str) -> None:
    """Keep a reviewer's file as it came, as evidence."""
    out.write(f"{LEDGER}/{review_id}/{ORIGINALS}/{original_name(file_name, sha256)}", content)


def add_answers(out: Store, review_id: str, answers: Sequence[Answer]) -> None:
    """Add answers at the end of the ledger, also while somebody else imports another file.

    Raises LedgerError when what stands there is damaged, or others never let this import in between.
    """
    name = f"{LEDGER}/{review_id}/{DECISIONS}"
    for _ in range(_TRIES):
        there = out.read_tagged(name)
        content = there.content if there else b""
        parse_ledger(content, f"{out.location}/{name}")
        if content and not content.endswith(b"\n"):
            content += b"\n"
        if out.write_if(name, content + ledger_bytes(answers), there.tag if there else None) is not None:
            return
    raise LedgerError(f"{out.location}/{name} is written by others all the time; try again later.")
