"""Whose address belongs to an owner: the owner's own text where we may write to it, else the list people keep.

An owner tag is a stranger's text: whoever may tag a role could have its weaknesses mailed anywhere. An address from
AWS counts in trusted domains alone, and everybody else's roles go to the security team.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hygiene.config import EMAIL_ADDRESS

if TYPE_CHECKING:
    from collections.abc import Mapping

_ADDRESS = re.compile(EMAIL_ADDRESS)


@dataclass(frozen=True, slots=True)
class Recipient:
    """An owner's address; empty with a reason when there is none we may write to."""

    address: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AddressBook:
    """`addresses`: a team's name, in any letter case, to its address. `trusted_domains` in lower case."""

    trusted_domains: frozenset[str]
    addresses: Mapping[str, str] = field(default_factory=dict)

    def recipient(self, owner: str) -> Recipient:
        """Return where to write to an owner."""
        if not owner:
            return Recipient("", "no owner is known")
        listed = self.addresses.get(owner.strip().lower())
        if listed:
            return Recipient(listed)
        if not _ADDRESS.fullmatch(owner):
            return Recipient("", "no address is listed for this name")
        if owner.rpartition("@")[2].lower() not in self.trusted_domains:
            return Recipient("", "not written to: its domain is not in [email] domains")
        return Recipient(owner)


def parse_addresses(content: Any) -> dict[str, str]:
    """Return name → address from the `addresses:` of the owners file; names in lower case.

    Raises ValueError with a sentence for what is no address.
    """
    entries = content.get("addresses", {}) if isinstance(content, dict) else {}
    if not isinstance(entries, dict):
        raise ValueError("expected `addresses:` with lines such as payments: payments@example.com")
    for name, address in entries.items():
        if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
            raise ValueError(f"addresses: {name}: write one plain mail address")
    return {str(name).strip().lower(): address for name, address in entries.items()}
