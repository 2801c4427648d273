"""Turns what a user writes for a place (`reports`, `/var/lib/hygiene`, `s3://…`) into a store."""

from __future__ import annotations

from pathlib import Path

from hygiene.errors import ConfigError
from hygiene.store.local import LocalStore


def open_store(location: str | Path) -> LocalStore:
    """Return the store of a location. Raises ConfigError for a scheme that this version cannot use."""
    text = str(location)
    if "://" in text:
        scheme = text.split("://", 1)[0]
        raise ConfigError(f"{text}: {scheme}:// places are not available in this version; name a local folder.")
    return LocalStore(Path(text))
