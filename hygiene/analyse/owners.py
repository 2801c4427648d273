"""Finds who answers for a role: its tag, the mapping file, the account's contact, the fallback; how is shown."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hygiene.model import JsonObject

_CONTACTS = ("SECURITY", "OPERATIONS", "BILLING")


@dataclass(frozen=True, slots=True)
class OwnerRules:
    """`tags`: keys in order of preference, any letter case. `mapping`: (pattern, owner), first match wins."""

    tags: tuple[str, ...] = ()
    mapping: tuple[tuple[str, str], ...] = ()
    fallback: str = ""


def owner_of(role: JsonObject, account_id: str, rules: OwnerRules, contact: str = "") -> tuple[str, str]:
    """Return the owner and where it was found; both empty when nobody was.

    Found by `tag:Owner`, `mapping`, `contact` or `fallback`; `contact` is the account's, as `contact_of` has it.
    """
    tags = role_tags(role)
    for wanted in rules.tags:
        for key, value in tags.items():
            if key.lower() == wanted.lower() and value.strip():
                return value.strip(), f"tag:{key}"
    for pattern, owner in rules.mapping:
        if pattern == account_id or fnmatch.fnmatchcase(str(role["Arn"]), pattern):
            return owner, "mapping"
    if contact:
        return contact, "contact"
    return (rules.fallback, "fallback") if rules.fallback else ("", "")


def contact_of(contacts: JsonObject | None) -> str:
    """Return the mail address in an account's `contacts.json`; empty where there is none.

    The file holds what the AWS CLI prints for one kind of contact, or such answers by kind; of several the first of
    security, operations and billing counts.
    """
    if not contacts:
        return ""
    listed = contacts.values() if "AlternateContact" not in contacts else [contacts]
    inner = [answer.get("AlternateContact", answer) for answer in listed if isinstance(answer, dict)]
    answers = [answer for answer in inner if isinstance(answer, dict)]
    known = {str(answer.get("AlternateContactType", "")).upper(): answer for answer in answers}
    for kind in _CONTACTS:
        address = str(known.get(kind, {}).get("EmailAddress") or "").strip()
        if address:
            return address
    return ""


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
