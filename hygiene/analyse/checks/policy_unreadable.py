"""Policies that could not be read, so that nobody can say what the role may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles with a document, or a statement in one, that does not follow the policy grammar."""
    for arn, permissions in estate.permissions.items():
        trust = tuple(f"trust policy: {problem}" for problem in estate.trust_problems.get(arn, ()))
        problems = permissions.problems + trust
        if problems:
            yield Finding(role_arn=arn, evidence=f"Not read: {'; '.join(problems)}.", detail=problems)


CHECK = Check(
    id="policy-unreadable",
    title="Policy not readable",
    group="Permissions",
    severity="medium",
    why="What was not read is not judged: the role may do more than the other findings say.",
    remedy="Collect the account again; if the document itself is broken, replace it.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
    find=find,
)
