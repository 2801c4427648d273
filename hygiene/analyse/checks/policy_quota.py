"""Roles that are close to a quota of their own: managed policies, length of trust policy, inline policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.quota import role_fills
from hygiene.analyse.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate

_ALMOST_FULL_PERCENT = 95


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield roles that fill at least `percent` of a live quota; quotas that were not read say nothing."""
    quotas, details = estate.account_summary, estate.documents.authorization_details
    if not quotas or details is None:
        return
    roles = {str(role["Arn"]): role for role in details["RoleDetailList"]}
    for arn in estate.editable:
        close = [fill for fill in role_fills(roles[arn], quotas) if fill.percent >= thresholds["percent"]]
        if close:
            yield Finding(
                role_arn=arn,
                evidence=f"Uses {listed([fill.sentence for fill in close])}.",
                detail=tuple(f"{fill.quota}: {fill.used} of {fill.limit}" for fill in close),
                severity="medium" if max(fill.percent for fill in close) >= _ALMOST_FULL_PERCENT else "",
            )


CHECK = Check(
    id="policy-quota",
    title="Role close to a policy quota",
    group="Housekeeping",
    severity="low",
    why="At the quota the next change fails: no policy can be attached, nobody more can be trusted.",
    remedy="Merge or detach policies, shorten the trust policy, or ask for a higher quota where AWS raises it.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    find=find,
    thresholds={"percent": 80},
)
