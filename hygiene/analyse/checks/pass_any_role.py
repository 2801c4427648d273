"""Roles that may hand any role of the account to an AWS service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.allow_statements import policies_of
from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.iam_scope import on_any
from hygiene.analyse.wording import confidence_of, held_back_clause, some_of
from hygiene.policy.actions import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate

_ACTION = "iam:PassRole"


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles with iam:PassRole on any role, one finding each: what is held back least."""
    for arn in estate.editable:
        giving, fate = on_any(estate, arn, catalogue().mask((_ACTION,)), "role")
        if giving:
            places = list(dict.fromkeys(allowed.place for allowed in giving))
            yield Finding(
                role_arn=arn,
                evidence=f"May pass any role to an AWS service ({some_of(places, 'statement')})"
                f"{held_back_clause(fate)}.",
                detail=(_ACTION,),
                policies=policies_of(giving),
                held_back_by=fate,
                confidence=confidence_of(fate),
            )


CHECK = Check(
    id="pass-any-role",
    title="Passes any role to a service",
    group="Permissions",
    severity="medium",
    why="Whoever may pass a role to a service can have the service act with that role's permissions, an "
    "administrator's included.",
    remedy="Name the roles that may be passed, and the service in a condition on iam:PassedToService.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
    find=find,
)
