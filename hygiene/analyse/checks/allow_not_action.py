"""Policies that allow everything but a list: NotAction together with Allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.allow_statements import AllowStatement, allow_statements, by_fate, finding_about
from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.wording import some_of
from hygiene.policy.actions import catalogue
from hygiene.policy.reach import covers_any_resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate
    from hygiene.policy.document import Statement


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield, per fate, the Allow statements of a role that list what they do not allow."""
    for arn in estate.editable:
        # Everything but a few actions includes those that nobody knows yet.
        unknown = catalogue().unknown_bit
        statements = allow_statements(estate.permissions[arn], lambda one: bool(one.not_actions), unknown)
        for _, found in by_fate(statements):
            is_wide = any(_is_wide(allowed.statement) for allowed in found)
            yield finding_about(arn, found, _sentence(found[0]), "" if is_wide else "low")


def _is_wide(statement: Statement) -> bool:
    """Whether the statement is not about named resources; on those it lets in what can be done to them, no more."""
    return bool(statement.not_resources) or covers_any_resource(statement)


def _sentence(allowed: AllowStatement) -> str:
    """Say what the statement lets in, which is what a reader of a list of exclusions cannot see."""
    statement = allowed.statement
    place = f"Statement {statement.number} of {allowed.policy}"
    but = some_of(statement.not_actions, "exclusion")
    if not statement.not_resources and not _is_wide(statement):
        return f"{place} allows everything but {but} on {some_of(statement.resources, 'resource')}"
    where = (
        f"any resource but {some_of(statement.not_resources, 'resource')}"
        if statement.not_resources
        else "any resource"
    )
    services = catalogue().count_services(allowed.mask)
    return f"{place} allows everything but {but} on {where}: {services} services, and those AWS adds later"


CHECK = Check(
    id="allow-not-action",
    title="Allows everything but a list (NotAction)",
    group="Permissions",
    severity="medium",
    why="NotAction with Allow grants every service and action that is not on the list, those included that AWS adds "
    "tomorrow.",
    remedy="List the actions that are needed instead; if everything but a few is meant, allow little and deny those few.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html",
    find=find,
)
