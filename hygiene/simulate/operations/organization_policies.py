"""AWS Organizations: service and resource control policies, their content and their targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.organizations.models import FakePolicy, OrganizationsBackend

from hygiene.simulate.errors import AwsError
from hygiene.simulate.incoming import Answer, Incoming
from hygiene.simulate.operations.organization import check_membership, invalid_input, organization_page

if TYPE_CHECKING:
    from hygiene.simulate.state import State


def _summary(policy: FakePolicy) -> dict[str, Any]:
    summary: dict[str, Any] = policy.describe()["Policy"]["PolicySummary"]
    if policy.aws_managed:
        kind = policy.type.lower()
        partition = summary["Arn"].split(":")[1]
        return {**summary, "Arn": f"arn:{partition}:organizations::aws:policy/{kind}/{policy.id}"}
    return summary


def _policy(backend: OrganizationsBackend, policy_id: str) -> FakePolicy:
    found = next((policy for policy in backend.policies if policy.id == policy_id), None)
    if found is None:
        message = "We can't find a policy with the PolicyId that you specified."
        raise AwsError("PolicyNotFoundException", message)
    return found


def _kind(call: Incoming) -> str:
    kind = str(call.parameters.get("Filter", ""))
    if not FakePolicy.supported_policy_type(kind):
        raise invalid_input("You specified an invalid value.")
    return kind


def list_policies(state: State, call: Incoming) -> Answer:
    """The policies of one type."""
    backend = check_membership(state, call)
    kind = _kind(call)
    found = [policy for policy in backend.policies if policy.type == kind]
    return organization_page(state, call, "Policies", found, lambda p: str(p.id), _summary)


def describe_policy(state: State, call: Incoming) -> Answer:
    """A policy with its content."""
    backend = check_membership(state, call)
    policy = _policy(backend, call.parameters["PolicyId"])
    return Answer({"Policy": {"PolicySummary": _summary(policy), "Content": policy.content}})


def list_targets_for_policy(state: State, call: Incoming) -> Answer:
    """What a policy is attached to."""
    backend = check_membership(state, call)
    policy = _policy(backend, call.parameters["PolicyId"])
    return organization_page(
        state,
        call,
        "Targets",
        policy.attachments,
        lambda target: str(target.id),
        lambda t: {"TargetId": t.id, "Arn": t.arn, "Name": t.name, "Type": t.type},
    )


def list_policies_for_target(state: State, call: Incoming) -> Answer:
    """The policies of one type attached to a root, OU or account itself."""
    backend = check_membership(state, call)
    kind, target_id = _kind(call), call.parameters["TargetId"]
    targets: list[Any] = [*backend.ou, *backend.accounts]
    target = next((t for t in targets if t.id == target_id), None)
    if target is None:
        raise AwsError("TargetNotFoundException", "You specified a target that doesn't exist.")
    found = [policy for policy in target.attached_policies if policy.type == kind]
    return organization_page(state, call, "Policies", found, lambda p: str(p.id), _summary)


OPERATIONS = {
    ("organizations", "DescribePolicy"): describe_policy,
    ("organizations", "ListPolicies"): list_policies,
    ("organizations", "ListPoliciesForTarget"): list_policies_for_target,
    ("organizations", "ListTargetsForPolicy"): list_targets_for_policy,
}
