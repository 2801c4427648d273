"""The checks of a review: the catalogue with the configuration's switches, severities and thresholds."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hygiene.analyse.checks import all_checks
from hygiene.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hygiene.analyse.check import Check, Thresholds
    from hygiene.config import CheckSettings
    from hygiene.model import CheckInfo


@dataclass(frozen=True, slots=True)
class ConfiguredCheck:
    """A check as this review runs it."""

    check: Check
    severity: str
    is_severity_set: bool
    thresholds: Thresholds

    def info(self) -> CheckInfo:
        """Return what the report says about it."""
        return self.check.info(self.severity, self.thresholds)


def configured_checks(settings: Mapping[str, CheckSettings], where: str = "") -> tuple[ConfiguredCheck, ...]:
    """Return the enabled checks. Raises ConfigError for a check or a threshold that does not exist.

    `where` begins its sentence: the file that the settings come from.
    """
    known = {check.id: check for check in all_checks()}
    for name in settings:
        if name not in known:
            raise ConfigError(
                f"{where}[checks.{name}]: no such check{_nearest(name, list(known))} `hygiene checks` lists them."
            )
    configured = (_configured(check, settings.get(check.id), where) for check in all_checks())
    return tuple(check for check in configured if check is not None)


def _configured(check: Check, settings: CheckSettings | None, where: str) -> ConfiguredCheck | None:
    if settings is None:
        return ConfiguredCheck(check, check.severity, is_severity_set=False, thresholds=check.thresholds)
    for name, value in settings.thresholds().items():
        if name not in check.thresholds:
            raise ConfigError(f"{where}[checks.{check.id}] {name}: unknown key{_nearest(name, _keys(check))}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ConfigError(f"{where}[checks.{check.id}] {name} = {value!r}: write a number.")
    if not settings.enabled:
        return None
    thresholds = {**check.thresholds, **settings.thresholds()}
    return ConfiguredCheck(check, settings.severity or check.severity, settings.severity is not None, thresholds)


def _keys(check: Check) -> list[str]:
    return ["enabled", "severity", *check.thresholds]


def _nearest(wrong: str, names: list[str]) -> str:
    found = difflib.get_close_matches(wrong, names, n=1, cutoff=0.5)
    return f"; did you mean {found[0]!r}?" if found else f"; known: {', '.join(names)}."
