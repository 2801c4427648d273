"""A trial without a server: every message becomes an `.eml` file that any mail program opens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hygiene.deliver.transport import Outcome, Receipt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hygiene.store import Store


class EmlTransport:
    """Writes messages into a folder, numbered in the order they would go out."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._number = 0

    def send(self, sender: str, recipients: Sequence[str], content: bytes) -> Receipt:  # noqa: ARG002 (the interface)
        """Write one message; its file is named after the recipient."""
        self._number += 1
        name = re.sub(r"[^A-Za-z0-9@._-]", "-", recipients[0])[:80]
        self._store.write(f"{self._number:04d}-{name}.eml", content)
        return Receipt(Outcome.ACCEPTED)

    def close(self) -> None:
        """Nothing is open."""
