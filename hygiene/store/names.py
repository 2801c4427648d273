"""Names of files inside a store: parts joined by `/`, none of which leads out of it."""

from __future__ import annotations

from hygiene.errors import StoreError

_MAX_BYTES = 900
"""S3 takes keys of 1,024 bytes, the prefix included.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
"""


def checked_name(name: str) -> str:
    """Return the name unchanged. Raises StoreError when it could leave the store or cannot be kept everywhere."""
    if not is_name(name):
        raise StoreError(f"{name[:80]!r} is no name for a file or folder of a review.")
    return name


def is_name(name: str) -> bool:
    """Whether a file of a store can have the name: it stays inside, and can be kept everywhere."""
    parts = name.split("/")
    bad = any(part in {"", ".", ".."} for part in parts) or "\0" in name or "\\" in name
    return not bad and len(name.encode("utf-8", "surrogatepass")) <= _MAX_BYTES
