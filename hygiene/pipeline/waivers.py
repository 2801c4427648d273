"""Reads the file of exceptions that the configuration names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.checks import all_checks
from hygiene.errors import ConfigError
from hygiene.review.exceptions import parse_exceptions

if TYPE_CHECKING:
    from hygiene.config import Settings
    from hygiene.review.exceptions import Waiver


def waivers_of(settings: Settings) -> tuple[Waiver, ...]:
    """Return the waivers; none where no file is named. Raises ConfigError with file, entry and what to write."""
    path = settings.review.exceptions
    if path is None:
        return ()
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return parse_exceptions(content, [check.id for check in all_checks()])
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"[review] exceptions: {path} cannot be read ({error}).") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"[review] exceptions: {path} is no YAML: {error}") from error
    except ValueError as error:
        lines = "\n".join(f"{path}: {line}" for line in str(error).splitlines())
        raise ConfigError(f"[review] exceptions:\n{lines}") from error
