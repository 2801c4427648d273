"""Counts roles with the same trust and permissions over a whole population: eight bytes a role until it is done."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable


class Groups:
    """Group ids as they come; 16 hex digits each, as `policy.fingerprint` makes them."""

    def __init__(self) -> None:
        self._ids = array("Q")

    def add(self, group_ids: Iterable[str]) -> None:
        """Add the group ids of an account's roles, one for each role."""
        self._ids.extend(int(group_id, 16) for group_id in group_ids)

    def sizes(self) -> dict[str, int]:
        """Return group id → number of roles, for groups of more than one."""
        ids, numbers = np.unique(np.array(self._ids, dtype="uint64"), return_counts=True)
        shared = numbers > 1
        return {
            f"{group_id:016x}": size
            for group_id, size in zip(ids[shared].tolist(), numbers[shared].tolist(), strict=True)
        }
