"""The names of a snapshot's files, once: who reads and who writes both look here."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

MANIFEST = "manifest.json"
STARTED = "started.json"
LOCK = "lock.json"
"""Who is writing the snapshot just now; gone when it is finished."""

ORGANIZATION = "organization.json"
IDENTITY_CENTER = "identity-center.json"
REFERENCES = "references.json"
ACCOUNTS = "accounts"
GAPS = "gaps"
AUTHORIZATION_DETAILS = "authorization-details"
ACTIVITY = "activity"
TRAIL = "cloudtrail"
"""A folder of an account where somebody may put CloudTrail's own files, each `{"Records": [events]}`."""

ACCOUNT_DOCUMENTS = (
    AUTHORIZATION_DETAILS,
    "roles",
    "account-summary",
    "last-accessed",
    "identity-providers",
    "contacts",
    "credential-report",
    "reconciliation",
    "access-analyzer",
    "security-hub",
    ACTIVITY,
)
"""Documents of one account, each `accounts/<account id>/<name>.json`, possibly with `.gz`."""

_OPTIONS = (
    orjson.OPT_INDENT_2
    | orjson.OPT_APPEND_NEWLINE
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
"""Whatever json would not write, or would write in another way, orjson is to hand back."""


def account_folder(account_id: str) -> str:
    """Return the folder of an account inside the snapshot."""
    return f"{ACCOUNTS}/{account_id}"


def encode(document: object) -> bytes:
    """Return the document as the AWS CLI prints it: indented JSON, times in ISO 8601.

    orjson writes it twenty times as fast; what it refuses (half a surrogate pair, a very large number) json writes.
    """
    try:
        return orjson.dumps(document, default=_text, option=_OPTIONS)
    except orjson.JSONEncodeError:
        return _encode_anything(document)


def _encode_anything(document: object) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False, default=_text) + "\n").encode("utf-8", "surrogatepass")


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a snapshot")


def encode_all(documents: Mapping[str, object]) -> dict[str, bytes]:
    """Return file name → bytes for documents named without `.json`."""
    return {f"{name}.json": encode(document) for name, document in documents.items()}
