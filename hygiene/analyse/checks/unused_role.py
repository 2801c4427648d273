"""Roles that were not used for so long that somebody has to say why they are still there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.wording import usage_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (the threshold is [review]'s)
    """Yield every role whose usage status is `unused`."""
    for row in estate.roles_by_usage("unused"):
        yield Finding(role_arn=str(row["role_arn"]), evidence=usage_sentence(row), detail=(str(row["usage_reason"]),))


CHECK = Check(
    id="unused-role",
    title="Unused role",
    group="Usage",
    severity="medium",
    why="A role nobody uses still lets in whoever it trusts; nobody would notice if it were taken over.",
    remedy="Ask the owner. Deny everything first (a quarantine policy), delete the role when nothing broke.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage_delete.html",
    find=find,
)
