"""Accounts that are close to their quota of roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate

_CRITICAL_PERCENT = 95


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield the account when its roles fill at least `percent` of its live quota; not when the quota was not read."""
    summary = estate.account_summary or {}
    quota, count = summary.get("RolesQuota", 0), summary.get("Roles", 0)
    if not quota or count * 100 < quota * thresholds["percent"]:
        return
    unused = sum(1 for _ in estate.roles_by_usage("unused"))
    yield Finding(
        subject=f"account {estate.account.id}",
        evidence=f"{count} of {quota} roles ({count * 100 // quota} %); removing the {unused} unused ones leaves "
        f"{count - unused}.",
        detail=(str(count), str(quota), str(unused)),
        severity="high" if count * 100 >= quota * _CRITICAL_PERCENT else "",
    )


CHECK = Check(
    id="role-quota",
    title="Account close to its role quota",
    group="Housekeeping",
    severity="medium",
    why="At the quota no role can be made any more: deployments fail, and service-linked roles count too.",
    remedy="Remove the unused roles first; then ask for a higher quota.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    find=find,
    thresholds={"percent": 80},
)
