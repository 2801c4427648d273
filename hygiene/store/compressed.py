"""gzip bytes → what they hold, up to a limit: a file of a few megabytes can hold gigabytes of zeros."""

from __future__ import annotations

import gzip
from io import BytesIO

_STEP_BYTES = 1 << 20


class TooLargeError(Exception):
    """A file holds more than anybody would write; the message says how much is taken."""


def expanded(content: bytes, limit_bytes: int) -> bytes:
    """Return what the file holds. Raises TooLargeError beyond the limit, and what gzip raises for a damaged file.

    It is expanded twice, the first time only to be counted, so that what is refused was never in memory whole.
    """
    with gzip.GzipFile(fileobj=BytesIO(content)) as file:
        size = 0
        while step := len(file.read(_STEP_BYTES)):
            size += step
            if size > limit_bytes:
                raise TooLargeError(f"holds more than {limit_bytes >> 20} MiB once expanded")
    return gzip.decompress(content)
