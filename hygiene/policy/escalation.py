"""The catalogue of ways to raise one's own privileges: a data file, read once.

To add a path, add it to `data/escalation-paths.json`. Ids and permission sets come from https://pathfinding.cloud.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

PASS_ROLE, ASSUME_ROLE = "iam:PassRole", "sts:AssumeRole"
ASSUME_PATH = "sts-001"
"""Taking a stronger role by assuming it, directly or over others."""


@dataclass(frozen=True, slots=True)
class EscalationPath:
    """One way: all `permissions` together.

    `passed_to`: the services that may receive the passed role; any one is enough. Empty: no role is passed.
    """

    id: str
    category: str
    permissions: tuple[str, ...]
    passed_to: tuple[str, ...]
    source: str


@cache
def escalation_paths() -> tuple[EscalationPath, ...]:
    """Return every known path."""
    text = resources.files("hygiene.policy").joinpath("data/escalation-paths.json").read_text(encoding="utf-8")
    return tuple(
        EscalationPath(
            id=entry["id"],
            category=entry["category"],
            permissions=tuple(entry["permissions"]),
            passed_to=tuple(entry.get("passed_to", ())),
            source=entry["source"],
        )
        for entry in json.loads(text)["paths"]
    )
