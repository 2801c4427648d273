"""The catalogue: every module of this folder that holds a CHECK. There is no list to edit."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from hygiene.analyse.check import GROUPS, Check


@cache
def all_checks() -> tuple[Check, ...]:
    """Return every check, in the order of the report: by group, then by id."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    checks = [importlib.import_module(f"{__name__}.{name}").CHECK for name in names]
    return tuple(sorted(checks, key=lambda check: (GROUPS.index(check.group), check.id)))
