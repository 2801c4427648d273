"""Roles that may change or delete any resource of a kind, where a resource could have been named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.named_actions import find_changed_services
from hygiene.analyse.permissions import changing_mask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield, per fate, the services in which a role may change any resource."""
    yield from find_changed_services(estate, changing_mask(), "May change any resource")


CHECK = Check(
    id="infrastructure-modification",
    title="Changes any resource",
    group="Permissions",
    severity="low",
    why="A mistake or an intruder in this role reaches every resource of the kind, not only the role's own.",
    remedy="Name the resources, or limit them by tag.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
    find=find,
)
