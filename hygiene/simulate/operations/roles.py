"""ListRoles: the listing that knows Description and MaxSessionDuration, but neither tags, boundary nor last use.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.simulate.errors import validation_error
from hygiene.simulate.incoming import Answer, Incoming
from hygiene.simulate.operations.authorization_details import role_basics
from hygiene.simulate.paging import marker_fields, page

if TYPE_CHECKING:
    from moto.iam.models import Role as MotoRole

    from hygiene.simulate.state import State


def _listed(state: State, role: MotoRole) -> dict[str, Any]:
    listed = {**role_basics(role), "MaxSessionDuration": int(role.max_session_duration or 3600)}
    if role.description:
        listed["Description"] = role.description
    template = state.source_templates.get(role.id)
    if template:
        listed["SourceRoleTemplate"] = {"TemplateArn": template, "TemplateMinorVersion": 1}
    return listed


def list_roles(state: State, call: Incoming) -> Answer:
    """One page of roles below PathPrefix."""
    size = call.max_items()
    prefix = call.parameters.get("PathPrefix", "/")
    found = page(
        [role for role in state.roles(call.account_id) if role.path.startswith(prefix)],
        lambda role: role.arn,
        service=call.service,
        operation=call.operation,
        size=size,
        marker=call.parameters.get("Marker"),
        faults=state.faults,
        bad_marker=validation_error("Invalid Marker."),
    )
    listed = [_listed(state, role) for role in found.items]
    return Answer({"Roles": listed, **marker_fields(found)}, len(listed))


OPERATIONS = {("iam", "ListRoles"): list_roles}
