"""Roles that can give themselves more than they were given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.escalation import Escalations, HeldPath, Neighbour
from hygiene.analyse.known_use import KnownUse
from hygiene.analyse.people import worth_becoming
from hygiene.analyse.wording import confidence_of, held_back_clause, some_of
from hygiene.policy.actions import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield, per fate, the paths of the catalogue that a role holds; `detail` names them by id."""
    neighbours = {
        arn: Neighbour(arn, permissions, estate.trusted[arn]) for arn, permissions in estate.permissions.items()
    }
    details = estate.documents.authorization_details or {}
    known_use = KnownUse(estate.reference.references or {}, neighbours)
    escalations = Escalations(neighbours, lambda: worth_becoming(details, estate.policy_documents), known_use)
    for arn in estate.editable:
        by_fate: dict[str, list[HeldPath]] = {}
        for held in escalations.of(arn):
            by_fate.setdefault(held.held_back_by, []).append(held)
        for fate, paths in by_fate.items():
            yield _finding(estate, arn, fate, paths)


def _finding(estate: Estate, arn: str, fate: str, paths: list[HeldPath]) -> Finding:
    plainest = sorted(paths, key=_plainness)
    example = plainest[0].path
    needed = catalogue().mask(tuple(permission for held in paths for permission in held.path.permissions))
    given = (policy for policy in estate.permissions[arn].policies if policy.reach.grant.somewhere_if & needed)
    return Finding(
        role_arn=arn,
        evidence=f"Can raise its own privileges by {some_of([held.path.id for held in plainest], 'way')}, for example "
        f"with {' + '.join(example.permissions)}{held_back_clause(fate)}.",
        detail=tuple(sorted(held.path.id for held in paths)),
        policies=tuple(policy.name for policy in given),
        held_back_by=fate,
        confidence=confidence_of(fate),
    )


def _plainness(held: HeldPath) -> tuple[bool, int, str]:
    """Put first what a reader understands at once: changing one's own permissions, then the fewest steps."""
    path = held.path
    return path.category != "self-escalation", len(path.permissions), path.id


CHECK = Check(
    id="privilege-escalation",
    title="Can raise its own privileges",
    group="Permissions",
    severity="high",
    why="Whoever holds the role can make themselves an administrator, so the role is one in disguise.",
    remedy="Take one permission of each path away, or limit it: to named roles for iam:PassRole and sts:AssumeRole, by a permissions boundary for changes in IAM.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
    find=find,
)
