"""Roles whose AWS managed policy grew since the last snapshot, without anybody in the company deciding it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.wording import some_of
from hygiene.documents import aws_managed_policies
from hygiene.policy.actions import catalogue
from hygiene.policy.document import parse_document
from hygiene.policy.reach import reach_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles with an AWS managed policy that allows more than in the earlier snapshot; `detail`: the new actions."""
    grown = dict(_grown(estate))
    if not grown:
        return
    for arn in estate.editable:
        carried = {policy.arn: policy.name for policy in estate.permissions[arn].policies if policy.arn in grown}
        if not carried:
            continue
        added = 0
        for policy_arn in carried:
            added |= grown[policy_arn]
        names = tuple(catalogue().names_in(added))
        manages = added & catalogue().level("Permissions management")
        yield Finding(
            role_arn=arn,
            evidence=f"AWS changed {some_of(tuple(sorted(carried.values())), 'policy')} since the last snapshot: it now also "
            f"allows {some_of(names, 'action')}.",
            detail=names,
            policies=tuple(sorted(carried.values())),
            severity="medium" if manages else "",
        )


def _grown(estate: Estate) -> Iterator[tuple[str, int]]:
    """Yield each policy whose default version changed and allows more, with what it allows beyond the earlier one."""
    for arn, (version, document) in aws_managed_policies(estate.documents).items():
        earlier = estate.reference.earlier_policies.get(arn)
        if earlier is None or earlier.version == version:
            continue
        then, now = parse_document(earlier.document), parse_document(document)
        if then.problems or now.problems:
            continue  # What was not read then, or now, cannot be compared; `policy-unreadable` says so.
        more = reach_of(now).grant.somewhere_if & ~reach_of(then).grant.somewhere_if & catalogue().known
        if more:
            yield arn, more


CHECK = Check(
    id="managed-policy-drift",
    title="AWS policy now allows more",
    group="Housekeeping",
    severity="low",
    why="AWS adds actions to its managed policies; the role got them without anybody deciding it.",
    remedy="Look at the added actions; replace the policy by one of your own where they are too much.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html#aws-managed-policies",
    find=find,
)
