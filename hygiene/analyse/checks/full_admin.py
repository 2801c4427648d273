"""Roles that may do everything on everything, whatever the policy that gives it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.wording import confidence_of, held_back_clause
from hygiene.policy.actions import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate
    from hygiene.policy.effective import EffectivePermissions, Verdict

_SELF_SERVICE = (
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreatePolicyVersion",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
)
"""An administrator who keeps one of these can give back whatever a Deny or a ceiling took away."""


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles whose own policies together allow every action on any resource."""
    everything = catalogue().known
    for arn in estate.editable:
        permissions = estate.permissions[arn]
        effective = permissions.effective
        if effective.own.grant.anywhere_if & everything != everything:
            continue
        held_back_by = _held_back_by(effective)
        yield Finding(
            role_arn=arn,
            evidence=f"May do every action on every resource{held_back_clause(held_back_by)}.",
            detail=("*",),
            policies=permissions.policies_giving(everything),
            held_back_by=held_back_by,
            confidence=confidence_of(held_back_by),
        )


def _held_back_by(effective: EffectivePermissions) -> str:
    """Return what leaves less than an administrator; a Deny of a few actions does not."""
    verdicts = effective.on_any_resource(catalogue().known)
    left = 0
    for verdict in verdicts:
        left |= verdict.mask if verdict.is_effective else 0
    if not left & catalogue().mask(_SELF_SERVICE) or left.bit_count() * 2 < catalogue().known.bit_count():
        return _largest(tuple(verdict for verdict in verdicts if not verdict.is_effective))
    proven = any(not verdict.held_back_by and verdict.mask & catalogue().mask(_SELF_SERVICE) for verdict in verdicts)
    if proven:
        return ""
    return _largest(tuple(verdict for verdict in verdicts if verdict.held_back_by.startswith("not-evaluated")))


def _largest(verdicts: tuple[Verdict, ...]) -> str:
    return max(verdicts, key=lambda verdict: verdict.mask.bit_count()).held_back_by


CHECK = Check(
    id="full-admin",
    title="Full administrator",
    group="Permissions",
    severity="high",
    why="Whoever gets hold of the role owns the account, its data and its logs.",
    remedy="Replace the wildcard by the services in use (see used against granted), or keep it as a named, watched "
    "break-glass role with few principals and a short session.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
    find=find,
)
