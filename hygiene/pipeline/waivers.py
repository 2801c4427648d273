"""Reads the file of exceptions that the configuration names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.checks import all_checks
from hygiene.pipeline.people_files import parsed_file
from hygiene.review.exceptions import parse_exceptions

if TYPE_CHECKING:
    from hygiene.config import Settings
    from hygiene.review.exceptions import Waiver


def waivers_of(settings: Settings) -> tuple[Waiver, ...]:
    """Return the waivers; none where no file is named. Raises ConfigError with file, entry and what to write."""
    path = settings.review.exceptions
    if path is None:
        return ()
    check_ids = [check.id for check in all_checks()]
    setting = settings.named("[review] exceptions")
    return parsed_file(path, setting, lambda content: parse_exceptions(content, check_ids))
