"""A secret from where it is kept: a variable or a file, never the configuration, never a command line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hygiene.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def secret_of(setting: str, variable: str, file: Path | None) -> str:
    """Return the secret; empty where neither is named. `setting` is its name without `_env` and `_file`.

    Raises ConfigError when it is not there; the sentence names the place and never the secret.
    """
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{setting}_file: {file} cannot be read.") from error
    if not variable:
        return ""
    secret = os.environ.get(variable, "")
    if not secret:
        raise ConfigError(f"{setting}_env: the variable {variable} is not set.")
    return secret
