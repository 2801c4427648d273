"""Security Hub's GetFindings, with the filters moto ignores.

https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_GetFindings.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.simulate.errors import AwsError
from hygiene.simulate.incoming import Answer, Incoming
from hygiene.simulate.paging import page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hygiene.simulate.state import State

PAGE = 100

_FIELDS: Mapping[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "AwsAccountId": lambda f: [f["AwsAccountId"]],
    "GeneratorId": lambda f: [f["GeneratorId"]],
    "Id": lambda f: [f["Id"]],
    "ProductName": lambda f: [f.get("ProductName", "")],
    "RecordState": lambda f: [f.get("RecordState", "ACTIVE")],
    "ResourceId": lambda f: [resource["Id"] for resource in f["Resources"]],
    "WorkflowStatus": lambda f: [f.get("Workflow", {}).get("Status", "NEW")],
    "ResourceType": lambda f: [resource["Type"] for resource in f["Resources"]],
}

_COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {
    "EQUALS": lambda value, wanted: value == wanted,
    "PREFIX": lambda value, wanted: value.startswith(wanted),
}


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidInputException", message)


def _passes(finding: Mapping[str, Any], filters: Mapping[str, list[Mapping[str, str]]]) -> bool:
    """Every field must fulfil one of its conditions."""
    for name, conditions in filters.items():
        wrong = name not in _FIELDS or any(c["Comparison"] not in _COMPARISONS for c in conditions)
        if wrong:
            raise _invalid(f"The filter {name} is not supported by the simulated AWS.")
        values = _FIELDS[name](finding)
        if not any(_COMPARISONS[c["Comparison"]](value, c["Value"]) for c in conditions for value in values):
            return False
    return True


def get_findings(state: State, call: Incoming) -> Answer:
    """One page of the findings of this account and Region, of the whole organization in the administrator's."""
    hub = next((h for h in state.world.security_hubs if h.account_id == call.account_id), None)
    if hub is None or (hub.region or state.world.region) != call.region:
        raise AwsError(
            "InvalidAccessException", f"Account {call.account_id} is not subscribed to AWS Security Hub", 401
        )
    size = int(call.parameters.get("MaxResults", PAGE))
    if not 1 <= size <= PAGE:
        raise _invalid("MaxResults must be between 1 and 100.")
    filters = call.parameters.get("Filters", {})
    found = page(
        sorted((f for f in hub.findings if _passes(f, filters)), key=lambda f: str(f["Id"])),
        lambda f: str(f["Id"]),
        service=call.service,
        operation=call.operation,
        size=size,
        marker=call.parameters.get("NextToken"),
        faults=state.faults,
        bad_marker=_invalid("Invalid NextToken."),
    )
    token = {"NextToken": found.marker} if found.marker else {}
    seen_at = f"{state.ago(hub.seen_days_ago):%Y-%m-%dT%H:%M:%SZ}"
    seen = {"CreatedAt": seen_at, "UpdatedAt": seen_at}
    return Answer({"Findings": [{**seen, **finding} for finding in found.items], **token}, len(found.items))


OPERATIONS = {("securityhub", "GetFindings"): get_findings}
