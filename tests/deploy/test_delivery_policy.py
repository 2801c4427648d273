from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hygiene.config import Alerts, Settings
from hygiene.deliver.metrics import METRICS
from hygiene.deliver.operations import ACCOUNT, HUB, OPERATIONS, actions
from tests.deploy.test_templates import DEPLOY, default, role, template

if TYPE_CHECKING:
    from collections.abc import Iterator

POLICY, ROLE, ALARMS = "delivery-policy.yaml", "delivery-role.yaml", "alarms.yaml"


def statements() -> Iterator[tuple[str, Any]]:
    """Yield the condition and the statement of each optional part."""
    (resource,) = template(POLICY)["Resources"].values()
    for optional in resource["Properties"]["PolicyDocument"]["Statement"]:
        condition, statement, otherwise = optional["Fn::If"]
        assert otherwise == {"Ref": "AWS::NoValue"}
        yield condition, statement


def listed(statement: Any) -> list[str]:
    found: list[str] | str = statement["Action"]
    return [found] if isinstance(found, str) else found


def test_the_delivery_policy_allows_exactly_the_list_of_operations() -> None:
    assert sorted({action for _, statement in statements() for action in listed(statement)}) == list(actions(HUB))


def test_the_delivery_role_allows_exactly_its_own_list() -> None:
    ((statement,),) = [policy["PolicyDocument"]["Statement"] for policy in role(ROLE)["Policies"]]
    assert listed(statement) == list(actions(ACCOUNT)) == ["securityhub:BatchImportFindings"]


def test_every_statement_names_what_it_is_for_and_none_is_there_unasked() -> None:
    wide = [statement for _, statement in statements() if statement["Resource"] == "*"]
    assert [statement["Sid"] for statement in wide if "Condition" not in statement] == ["SayWhoWeAre"]
    parameters = template(POLICY)["Parameters"]
    assert {name for name, given in parameters.items() if given["Default"]} == {"HubRoleName"}
    assert {condition for condition, _ in statements()} == set(template(POLICY)["Conditions"])


def test_the_delivery_role_trusts_the_hub_role_alone_as_the_reader_role_does() -> None:
    assert role(ROLE)["AssumeRolePolicyDocument"] == role("reader-role.yaml")["AssumeRolePolicyDocument"]
    assert default(ROLE, "RoleName") == Settings().delivery.security_hub.role_name


def test_no_delivery_may_touch_iam() -> None:
    every = {operation.iam_action for operation in OPERATIONS}
    assert not [action for action in every if action.startswith(("iam:", "organizations:"))]
    assert {action for action in every if action.startswith("sts:")} == {"sts:AssumeRole", "sts:GetCallerIdentity"}


def test_alarms_watch_metrics_that_are_put() -> None:
    watched = {alarm["Properties"]["MetricName"] for alarm in template(ALARMS)["Resources"].values()}
    assert watched <= set(METRICS)
    assert Alerts(cloudwatch_namespace=default(ALARMS, "MetricsNamespace"))
    assert template(ALARMS)["Resources"]["NoCompleteRun"]["Properties"]["TreatMissingData"] == "breaching"


@pytest.mark.parametrize("name", [POLICY, ROLE, ALARMS])
def test_no_partition_is_written_into_a_template(name: str) -> None:
    assert "arn:aws" not in (DEPLOY / name).read_text(encoding="utf-8")


def test_readme_says_what_each_action_is_for() -> None:
    readme = (DEPLOY / "README.md").read_text(encoding="utf-8")
    assert not [action for action in (*actions(HUB), *actions(ACCOUNT)) if f"| `{action}` |" not in readme]
    assert all(name in readme for name in (POLICY, ROLE, ALARMS))
