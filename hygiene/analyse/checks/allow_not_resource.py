"""Policies that allow actions on everything but a list: NotResource together with Allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.allow_statements import AllowStatement, allow_statements, by_fate, finding_about
from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.wording import some_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate
    from hygiene.policy.document import Statement


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield, per fate, the Allow statements of a role that list the resources they do not reach."""
    for arn in estate.editable:
        permissions = estate.permissions[arn]
        # Most roles have no list of exceptions anywhere, and one mask says so.
        carved_out = permissions.effective.own.carved_out
        if carved_out:
            for _, found in by_fate(allow_statements(permissions, _lists_exceptions, carved_out)):
                yield finding_about(arn, found, _sentence(found[0]))


def _lists_exceptions(statement: Statement) -> bool:
    """Whether NotResource leaves anything: with `*` on the list the statement reaches nothing."""
    return bool(statement.not_resources) and "*" not in statement.not_resources


def _sentence(allowed: AllowStatement) -> str:
    statement = allowed.statement
    if statement.not_actions:
        what = f"everything but {some_of(statement.not_actions, 'exclusion')}"
    else:
        what = some_of(statement.actions, "action")
    but = some_of(statement.not_resources, "resource")
    return f"Statement {statement.number} of {allowed.policy} allows {what} on every resource but {but}"


CHECK = Check(
    id="allow-not-resource",
    title="Allows everything but some resources (NotResource)",
    group="Permissions",
    severity="medium",
    why="NotResource with Allow reaches every resource that is not on the list, in every service its actions belong to, "
    "and whatever is made later.",
    remedy="Name the resources that are needed; protect the others by a Deny on them.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html",
    find=find,
)
