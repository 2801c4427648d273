"""What costs much to make from the package's own files is kept where Python keeps compiled modules.

That is `__pycache__`, by Python's own switches (`PYTHONDONTWRITEBYTECODE`, `PYTHONPYCACHEPREFIX`), and trusted as far
as compiled modules are. What cannot be kept is made anew, as with Python.
"""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path


class Kept:
    """One thing, kept beside the module `beside`.

    It is made anew as soon as one of `made_by` changes: files of ours, and texts such as the version of a library.
    """

    def __init__(self, name: str, beside: str, *made_by: Path | str) -> None:
        parts = [part.read_bytes() if isinstance(part, Path) else part.encode() for part in made_by]
        self._mark = hashlib.sha256(b"\0".join(parts)).digest()
        self._file = Path(cache_from_source(str(Path(beside).with_name(f"{name}.py"))))

    def load(self) -> bytes | None:
        """Return what was kept; None where there is nothing, or what others made."""
        try:
            content = self._file.read_bytes()
        except OSError:
            return None
        return content[len(self._mark) :] if content.startswith(self._mark) else None

    def keep(self, content: bytes) -> None:
        """Keep this, in one step: another process may be reading. What cannot be written is not kept."""
        if sys.dont_write_bytecode:
            return
        aside = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(self._mark + content)
            aside.replace(self._file)
        except OSError:
            with suppress(OSError):
                aside.unlink()
