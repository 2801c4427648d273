"""Who writes the accounts of a report: this process, or others that are told what it knows by then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from hygiene.pipeline.examining import Examination
    from hygiene.pipeline.reviewing import Brief, Reviewing
    from hygiene.report.write import WrittenElsewhere

    Writing = Callable[["Unwritten"], WrittenElsewhere | None]
    """Returns who writes the accounts; None: this process."""


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A review that is judged and not written yet; `previous`: the review to compare with, where a user named it."""

    examination: Examination
    brief: Brief
    review: Reviewing
    formats: tuple[str, ...]
    previous: str | None


def here(_: Unwritten) -> None:
    """Write in this process."""
