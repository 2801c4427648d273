"""A request the overlay understood: what every operation receives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hygiene.simulate.errors import constraint_error
from hygiene.simulate.state import State

if TYPE_CHECKING:
    from hygiene.simulate.credentials import Caller


@dataclass(frozen=True)
class Incoming:
    """An authenticated call with its parameters."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    caller: Caller
    region: str
    context: Mapping[str, str]

    @property
    def account_id(self) -> str:
        """The account the call is about: IAM knows none but the caller's."""
        return self.caller.account_id

    def max_items(self) -> int:
        """MaxItems of an IAM list, 1 to 1000, 100 by default; raises ValidationError."""
        asked = int(self.parameters.get("MaxItems", 100))
        if asked < 1:
            raise constraint_error(asked, "maxItems", "Member must have value greater than or equal to 1")
        if asked > 1000:
            raise constraint_error(asked, "maxItems", "Member must have value less than or equal to 1000")
        return asked


@dataclass(frozen=True)
class Answer:
    """The result of an operation and how many list items it holds."""

    result: Mapping[str, Any]
    items: int = 0


Operation = Callable[[State, Incoming], Answer]
