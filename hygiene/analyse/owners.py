"""Finds who answers for a role: its tag, then the mapping file, then the fallback; how it was found is shown."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hygiene.model import JsonObject


@dataclass(frozen=True, slots=True)
class OwnerRules:
    """`tags`: keys in order of preference, any letter case. `mapping`: (pattern, owner), first match wins."""

    tags: tuple[str, ...] = ()
    mapping: tuple[tuple[str, str], ...] = ()
    fallback: str = ""


def owner_of(role: JsonObject, account_id: str, rules: OwnerRules) -> tuple[str, str]:
    """Return the owner and where it was found (`tag:Owner`, `mapping`, `fallback`); both empty when nobody was."""
    tags = role_tags(role)
    for wanted in rules.tags:
        for key, value in tags.items():
            if key.lower() == wanted.lower() and value.strip():
                return value.strip(), f"tag:{key}"
    for pattern, owner in rules.mapping:
        if pattern == account_id or fnmatch.fnmatchcase(str(role["Arn"]), pattern):
            return owner, "mapping"
    return (rules.fallback, "fallback") if rules.fallback else ("", "")


def parse_mapping(content: Any) -> tuple[tuple[str, str], ...]:
    """Return the rules of a mapping file: role ARN pattern or account id → owner.

    Raises ValueError with a sentence when the file holds something else.
    """
    entries: Mapping[Any, Any] | None = content.get("owners") if isinstance(content, dict) else None
    if not isinstance(entries, dict):
        raise ValueError('expected `owners:` with lines such as "arn:aws:iam::*:role/billing-*": billing@example.com')
    for pattern, owner in entries.items():
        if not isinstance(pattern, str):
            raise ValueError(f'write {pattern!r} in quotes: "{pattern}" (account ids are text)')
        if not isinstance(owner, str) or not owner.strip():
            raise ValueError(f"{pattern}: the owner must be a text")
    return tuple((pattern, owner.strip()) for pattern, owner in entries.items())


def role_tags(role: JsonObject) -> dict[str, str]:
    """Return the role's tags; none where they are not in the document as AWS writes them."""
    listed = role.get("Tags")
    tags = listed if isinstance(listed, list) else []
    return {str(tag.get("Key", "")): str(tag.get("Value", "")) for tag in tags if isinstance(tag, dict)}
