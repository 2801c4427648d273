"""Fingerprints of what is judged: one role exactly, and roles that are the same but for account and Region."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import orjson

from hygiene.policy.document import decode_document

if TYPE_CHECKING:
    from collections.abc import Mapping

_REGION = re.compile(
    r"\b(?:af|ap|ca|cn|eu|il|me|mx|sa|us)-(?:gov-|iso[a-z]?-)?"
    r"(?:north|south|east|west|central|northeast|northwest|southeast|southwest)-\d\b"
)
_IN_REGIONS = ("east-", "west-", "north-", "south-", "central-")
"""One of them is in every Region's name, and none in most texts: looking for them takes a tenth of the time."""


def canonical(value: object) -> str:
    """Return JSON text with sorted keys and no spaces: the same content gives the same text."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:
        # Half of a surrogate pair or a number beyond 64 bits: no JSON for everybody, but an export may hold it.
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(text: str) -> str:
    """Return the hexadecimal SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def readable(document: object) -> object:
    """Return the document as an object whichever way it was written, or as it came when it cannot be read."""
    try:
        return decode_document(document)
    except ValueError:
        return document


def row_sha256(role_id: str, judged: Mapping[str, Any]) -> str:
    """Return the fingerprint of one role: its id, trust policy, policy documents and boundary; no dates, no usage."""
    return sha256(canonical({"role_id": role_id, **judged}))


def group_id(account_id: str, judged: Mapping[str, Any]) -> str:
    """Return the fingerprint shared by roles whose trust and permissions differ by account and Region alone."""
    return sha256(normalised(canonical(judged), account_id))[:16]


def normalised(text: str, account_id: str) -> str:
    """Return the text with the account's id and every Region replaced by words that stand for any."""
    general = text.replace(account_id, "{account}")
    return _REGION.sub("{region}", general) if any(map(general.__contains__, _IN_REGIONS)) else general
