from __future__ import annotations

from hygiene.deliver.operations import actions
from tests.deploy.test_templates import template

NAME = "delivery-policy.yaml"


def test_the_delivery_policy_allows_exactly_the_list_of_operations() -> None:
    (resource,) = template(NAME)["Resources"].values()
    (statement,) = resource["Properties"]["PolicyDocument"]["Statement"]
    assert tuple(sorted(statement["Action"])) == actions()
    assert "ses:FromAddress" in statement["Condition"]["StringEquals"]


def test_no_delivery_may_touch_iam() -> None:
    assert not [action for action in actions() if action.startswith(("iam:", "sts:", "organizations:"))]
