"""Texts of strangers in a shell script: each becomes one word on one line, whatever it holds."""

from __future__ import annotations

import re
import shlex
from functools import lru_cache

_PLAIN = re.compile(r"[\x20-\x7e]*", re.ASCII)


@lru_cache(maxsize=1024)
def word(text: str) -> str:
    """Return the text as one word of bash, in printable ASCII.

    `shlex.quote` leaves a line break as it is, which ends a comment, and leaves characters that turn the reading
    direction round; these are written as bytes (`$'…'`). A NUL, which no argument can hold, becomes `?`.
    """
    if _PLAIN.fullmatch(text):
        return shlex.quote(text)
    content = text.replace("\0", "?").encode("utf-8", "surrogatepass")
    return "$'" + "".join(_escaped(byte) for byte in content) + "'"


def _escaped(byte: int) -> str:
    is_harmless = 0x20 <= byte <= 0x7E and byte not in b"'\\"
    return chr(byte) if is_harmless else f"\\x{byte:02x}"


def option(name: str, value: str) -> str:
    """Return `--name=value` as one word: a value that begins with a dash is then still a value."""
    return word(f"--{name}={value}")
