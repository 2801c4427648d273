"""Bytes of a snapshot's file → a JSON document, or a sentence about what is wrong with it."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

from hygiene.store.compressed import TooLargeError, expanded

if TYPE_CHECKING:
    from hygiene.store import Store

MAX_EXPANDED_BYTES = 512 << 20
"""A `.gz` that holds more is refused: as objects it would take more memory than a review of any size may.

An account of 5,000 roles has some 50 MiB. A file that is not compressed comes with no surprise.
"""


class DamagedError(Exception):
    """A file is not what it should be; the message says what is wrong with it."""


def content_of(store: Store, name: str) -> bytes | None:
    """Return a file's bytes, expanded where somebody has compressed it; None when there is none."""
    content = store.read(name)
    if content is not None:
        return content
    content = store.read(f"{name}.gz")
    return None if content is None else _expanded(content)


def document_of(content: bytes, *, gzipped: bool = False) -> Any:
    """Return the document in a file's bytes. Raises DamagedError."""
    content = _expanded(content) if gzipped else content
    if not content.strip():
        raise DamagedError("is empty")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"is not JSON ({error})") from None
    if document is None:
        raise DamagedError("holds nothing (null)")
    return document


def _expanded(content: bytes) -> bytes:
    try:
        return expanded(content, MAX_EXPANDED_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise DamagedError(f"cannot be expanded ({error})") from None
    except TooLargeError as error:
        raise DamagedError(f"{error}; if that is right, put the file there without .gz") from None
