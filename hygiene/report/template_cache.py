"""Compiled templates, kept as Python keeps modules: compiling them takes a seventh of the time of a small report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import BytecodeCache

from hygiene.kept import Kept

if TYPE_CHECKING:
    from jinja2.bccache import Bucket

_OWN = Path(__file__).parent
_COMPILED_BY = (_OWN / "escaping.py", _OWN / "render.py")
"""Modules that say how templates are compiled. Jinja itself compares its version, Python's, and the template."""


class TemplateCache(BytecodeCache):
    """To be given to an environment whose templates lie in files of this package."""

    def __init__(self) -> None:
        self._compiled_by = "".join(path.read_text(encoding="utf-8") for path in _COMPILED_BY)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was kept, if it was; Jinja throws it away where it is of another text or version."""
        content = self._kept(bucket).load()
        if content is not None:
            bucket.bytecode_from_string(content)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._kept(bucket).keep(bucket.bytecode_to_string())

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002  Jinja's signature
        """Return the template's name as a part of a file name."""
        return name.replace("/", "-").removesuffix(".j2")

    def _kept(self, bucket: Bucket) -> Kept:
        return Kept(bucket.key, str(_OWN / "templates" / "any"), self._compiled_by)
