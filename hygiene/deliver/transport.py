"""What every way to send a message has in common: bytes in, a receipt out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

ATTEMPTS = 3
"""How often a message that is refused for the moment is tried in one run."""
WAITS_SECONDS = (2.0, 10.0)


class Outcome(Enum):
    """What became of a message. UNCERTAIN: it was handed over, and the answer never came."""

    ACCEPTED = auto()
    REFUSED = auto()
    UNCERTAIN = auto()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The outcome, and the server's words where it refused."""

    outcome: Outcome
    detail: str = ""


class Transport(Protocol):
    """A way to send. Use as a context manager."""

    def send(self, sender: str, recipients: Sequence[str], content: bytes) -> Receipt:
        """Send one message. Raises DeliveryError when no message at all can be sent this way."""
        ...

    def close(self) -> None:
        """Say goodbye; harmless when nothing is open."""
        ...
