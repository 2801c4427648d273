"""Roles for which nobody answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles without an owner of their own; a fallback answers the mail, but does not know the role.

    AWS's own roles (service-linked, SSO-reserved) are owned through their service or permission set.
    """
    looked = ", ".join(estate.reference.owner_rules.tags) or "none configured"
    evidence = f"No owner: no tag ({looked}) and no line in the owners' mapping."
    for arn, row in estate.rows.items():
        is_ownerless = not row["owner"] or row["owner_source"] == "fallback"
        if is_ownerless and row["usage_status"] != "excluded":
            yield Finding(role_arn=arn, evidence=evidence)


CHECK = Check(
    id="no-owner",
    title="No owner",
    group="Housekeeping",
    severity="low",
    why="A review needs somebody who knows what the role is for; without one, nothing is ever removed.",
    remedy="Tag the role with its owner, or add a line to the owners' mapping file.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags_roles.html",
    find=find,
)
