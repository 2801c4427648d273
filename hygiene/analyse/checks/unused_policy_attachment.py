"""Policies on a role in use that give nothing the role uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.services import ServiceUse, role_service_use
from hygiene.analyse.wording import some_of
from hygiene.policy.actions import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate
    from hygiene.analyse.permissions import CompiledPolicy


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles in use with a policy none of whose actions was used; every one must be tracked to say so."""
    for arn in estate.editable:
        use = role_service_use(estate, arn)
        if use is None or not use.unused_mask:
            continue
        unused = [policy.name for policy in estate.permissions[arn].policies if _gives_only_unused(policy, use)]
        if unused:
            yield Finding(
                role_arn=arn,
                evidence=f"Nothing granted by {some_of(unused, 'attachment')} was used in the tracking period; AWS tracks "
                "all of it.",
                detail=tuple(dict.fromkeys(unused)),
                policies=tuple(dict.fromkeys(unused)),
            )


def _gives_only_unused(policy: CompiledPolicy, use: ServiceUse) -> bool:
    """Whether the policy allows something, and nothing of it was used for all AWS can tell.

    A policy with a Deny is a guardrail whatever else it gives: detaching it would allow more. What the answer cannot
    show (a service AWS does not track or we do not know, iam:PassRole) may well be in use.
    """
    statements = policy.document.statements
    if any(not statement.is_allow or catalogue().unknown(statement.actions) for statement in statements):
        return False
    given = policy.reach.grant.somewhere_if
    return bool(given) and not given & ~use.unused_mask


CHECK = Check(
    id="unused-policy-attachment",
    title="Policy that gives nothing the role uses",
    group="Usage",
    severity="low",
    why="The whole policy can go without anybody noticing; a later version of a shared policy would widen this role too.",
    remedy="Detach the policy, or delete it when it is inline; keep its text, so that it can be put back.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html",
    find=find,
)
