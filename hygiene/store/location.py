"""Turns what a user writes for a place (`reports`, `/var/lib/hygiene`, `s3://bucket/prefix`) into a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hygiene.errors import ConfigError
from hygiene.store.local import LocalStore

if TYPE_CHECKING:
    from hygiene.store.base import Store

S3 = "s3://"


def open_store(location: str | Path) -> Store:
    """Return the store of a location. Nothing is asked of S3 yet; boto3 is only loaded where it is needed.

    Raises ConfigError for another scheme, or an address without a bucket.
    """
    text = str(location)
    if text.startswith(S3):
        return _s3(text)
    if "://" in text:
        raise ConfigError(f"{text}: name a local folder or s3://bucket/prefix.")
    return LocalStore(Path(text))


def is_local_file(location: str) -> bool:
    """Whether it is a file of this machine. Of a place that does not even tell, whoever reads from it says why."""
    try:
        return "://" not in location and Path(location).is_file()
    except OSError:
        return False


def split_location(location: str) -> tuple[str, str]:
    """Return the place that holds a folder or file, and its name there: `s3://b/out` and `2026-Q4`.

    Raises ConfigError where there is nothing above it.
    """
    if location.startswith(S3):
        above, _, name = location.rstrip("/").rpartition("/")
        if not name or above in {"s3:/", "s3:"}:
            raise ConfigError(f"{location}: names a whole bucket; write s3://bucket/prefix/folder.")
        return above, name
    path = Path(location).absolute()
    if not path.name:
        raise ConfigError(f"{location}: names a whole disk; name a folder inside it.")
    return str(path.parent), path.name


def _s3(text: str) -> Store:
    bucket, _, prefix = text.removeprefix(S3).partition("/")
    parts = [part for part in prefix.split("/") if part]
    if not bucket or {".", ".."} & set(parts):
        raise ConfigError(f"{text}: write s3://bucket/prefix.")
    from hygiene.store.s3 import S3Store
    from hygiene.store.s3_bucket import Bucket

    return S3Store(Bucket(bucket), "".join(f"{part}/" for part in parts))
