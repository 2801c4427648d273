"""Names the files of proposals by their roles, whatever characters a stranger put into a name."""

from __future__ import annotations

import hashlib
import re

# What IAM allows in a role's name, less a leading dot: nothing here climbs out of a folder or hides in one.
_PLAIN = re.compile(r"[A-Za-z0-9+=,@_-][A-Za-z0-9+=,.@_-]{0,63}", re.ASCII)
_DIGITS = 16


class FileNames:
    """File names inside one folder, no two alike on a file system that takes `A` for `a`."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._taken: set[str] = set()

    def of(self, role_name: str, role_arn: str) -> str:
        """Return `folder/role name.json`; a name that is odd or taken carries digits of the ARN."""
        name = role_name
        if not _PLAIN.fullmatch(name) or name.lower() in self._taken:
            digest = hashlib.sha256(role_arn.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
            readable = re.sub(r"[^A-Za-z0-9_-]+", "-", name)[:64].strip("-")
            name = f"{readable or 'role'}-{digest}"
        self._taken.add(name.lower())
        return f"{self._folder}/{name}.json"
