"""Reads one field of a record that may be missing or of any type. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_TEXT = 1024
"""Longer than any ARN; what strangers may choose freely (user agents, session names) is cut there."""

_NOTHING: Mapping[str, Any] = {}


def mapping(value: object) -> Mapping[str, Any]:
    """Return the object, or an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def text(value: object, longest: int = MAX_TEXT) -> str:
    """Return the text, cut to a length and without half characters; empty for anything else."""
    if not isinstance(value, str):
        return ""
    cut = value if len(value) <= longest else value[:longest]
    # A lone surrogate cannot be written to any file.
    return cut if cut.isascii() else cut.encode("utf-8", "replace").decode()


def moment(value: object) -> datetime | None:
    """Return the instant in UTC of an ISO 8601 text, None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
        if parsed.tzinfo is UTC:  # As CloudTrail writes it, and nothing to convert.
            return parsed
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
