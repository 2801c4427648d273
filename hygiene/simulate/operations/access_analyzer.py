"""IAM Access Analyzer's unused-access findings.

https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListFindingsV2.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.simulate.errors import AwsError
from hygiene.simulate.evidence import UNUSED_ROLE, Analyzer, AnalyzerFinding, UnusedService
from hygiene.simulate.identifiers import job_id
from hygiene.simulate.incoming import Answer, Incoming
from hygiene.simulate.paging import page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hygiene.simulate.state import State

PAGE = 100


def validation(message: str) -> AwsError:
    """A request Access Analyzer cannot read."""
    return AwsError("ValidationException", message)


def analyzer_page(
    state: State,
    call: Incoming,
    name: str,
    items: Sequence[Any],
    key: Callable[[Any], str],
    show: Callable[[Any], Any],
    **more: Any,
) -> Answer:
    """One page of a list of this service, at most a hundred."""
    size = int(call.parameters.get("maxResults", PAGE))
    if not 1 <= size <= PAGE:
        raise validation("maxResults must be between 1 and 100")
    found = page(
        sorted(items, key=key),
        key,
        service=call.service,
        operation=call.operation,
        size=size,
        marker=call.parameters.get("nextToken"),
        faults=state.faults,
        bad_marker=validation("Invalid nextToken"),
    )
    shown = [show(item) for item in found.items]
    token = {"nextToken": found.marker} if found.marker else {}
    return Answer({**more, name: shown, **token}, len(shown))


def _arn(state: State, analyzer: Analyzer) -> str:
    region = analyzer.region or state.world.region
    return f"arn:{state.world.partition}:access-analyzer:{region}:{analyzer.account_id}:analyzer/{analyzer.name}"


def _analyzers(state: State, call: Incoming) -> list[Analyzer]:
    """Those of the caller's account in the Region that was called."""
    return [
        a
        for a in state.world.analyzers
        if a.account_id == call.account_id and (a.region or state.world.region) == call.region
    ]


def _analyzer(state: State, call: Incoming) -> Analyzer:
    wanted = call.parameters.get("analyzerArn")
    found = next((a for a in _analyzers(state, call) if _arn(state, a) == wanted), None)
    if found is None:
        raise AwsError("ResourceNotFoundException", f"Analyzer {wanted} not found", 404)
    return found


def list_analyzers(state: State, call: Incoming) -> Answer:
    """The analyzers of this account and Region."""
    kind = call.parameters.get("type")
    wanted = [a for a in _analyzers(state, call) if kind in (None, a.kind)]

    def show(analyzer: Analyzer) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "arn": _arn(state, analyzer),
            "name": analyzer.name,
            "type": analyzer.kind,
            "createdAt": state.ago(400),
            "status": analyzer.status,
            "tags": {},
        }
        if analyzer.kind.endswith("UNUSED_ACCESS"):
            shown["configuration"] = {"unusedAccess": {"unusedAccessAge": analyzer.unused_days}}
        return shown

    return analyzer_page(state, call, "analyzers", wanted, lambda a: str(a.name), show)


def _id(finding: AnalyzerFinding) -> str:
    return job_id(f"finding {finding.kind} {finding.role_arn}")


def _shown(state: State, finding: AnalyzerFinding) -> dict[str, Any]:
    return {
        "id": _id(finding),
        "findingType": finding.kind,
        "resource": finding.role_arn,
        "resourceType": "AWS::IAM::Role",
        "resourceOwnerAccount": finding.role_arn.split(":")[4],
        "status": finding.status,
        "createdAt": state.ago(finding.found_days_ago),
        "analyzedAt": state.ago(0.25),
        "updatedAt": state.ago(finding.found_days_ago),
    }


_CRITERIA: Mapping[str, Callable[[str, list[str]], bool]] = {
    "eq": lambda value, wanted: value in wanted,
    "neq": lambda value, wanted: value not in wanted,
    "contains": lambda value, wanted: any(part in value for part in wanted),
}


def _passes(shown: Mapping[str, Any], filters: Mapping[str, Mapping[str, list[str]]]) -> bool:
    for name, criteria in filters.items():
        if name not in shown:
            raise validation(f"The filter key {name} is not valid for this analyzer.")
        for criterion, wanted in criteria.items():
            if criterion not in _CRITERIA:
                raise validation(f"The criterion {criterion} is not supported by the simulated AWS.")
            if not _CRITERIA[criterion](str(shown[name]), wanted):
                return False
    return True


def list_findings(state: State, call: Incoming) -> Answer:
    """The findings of an analyzer, without their details; archived and resolved ones too unless filtered."""
    filters = call.parameters.get("filter", {})
    shown = [_shown(state, finding) for finding in _analyzer(state, call).findings]
    wanted = [finding for finding in shown if _passes(finding, filters)]
    return analyzer_page(state, call, "findings", wanted, lambda f: str(f["id"]), lambda f: f)


def _moment(state: State, days_ago: float | None) -> dict[str, Any]:
    return {} if days_ago is None else {"lastAccessed": state.ago(days_ago)}


def _detail(state: State, service: UnusedService) -> dict[str, Any]:
    actions = [{"action": name, **_moment(state, days)} for name, days in sorted(service.actions.items())]
    detail = {"serviceNamespace": service.namespace, **_moment(state, service.used_days_ago)}
    return {"unusedPermissionDetails": {**detail, "actions": actions} if actions else detail}


def get_finding(state: State, call: Incoming) -> Answer:
    """A finding with one page of its details: an entry per service, or when the role was last used."""
    analyzer, wanted = _analyzer(state, call), call.parameters.get("id")
    finding = next((f for f in analyzer.findings if _id(f) == wanted), None)
    if finding is None:
        raise AwsError("ResourceNotFoundException", f"Finding {wanted} not found", 404)
    details = [_detail(state, service) for service in sorted(finding.services, key=lambda s: s.namespace)]
    if finding.kind == UNUSED_ROLE:
        details = [{"unusedIamRoleDetails": _moment(state, finding.used_days_ago)}]
    numbered = list(enumerate(details))
    return analyzer_page(
        state, call, "findingDetails", numbered, lambda d: f"{d[0]:09d}", lambda d: d[1], **_shown(state, finding)
    )


OPERATIONS = {
    ("access-analyzer", "ListAnalyzers"): list_analyzers,
    ("access-analyzer", "ListFindingsV2"): list_findings,
    ("access-analyzer", "GetFindingV2"): get_finding,
}
