"""Which tracked actions a policy grants: the same as asking the evaluator about every action, only sooner."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hygiene.simulate.granted_services import ACTION_LEVEL_SERVICES, granted_actions, tracked_actions
from hygiene.simulate.statements import covers_action


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "*"},
        {"Action": ["S3:getbucketPOLICY", "ec2:Describe*", "sqs:SendMessage"]},
        {"Action": ["e?2:Run*", "*:Get*", "lambda*"]},
        {"Action": "s3:GetBucket????"},
        {"NotAction": "iam:*"},
        {"NotAction": ["S3:*", "ec2:describeinstances", "*:List*"]},
        {"NotAction": "*"},
    ],
    ids=str,
)
def test_the_tracked_actions_of_a_policy_are_those_its_statements_cover(statement: dict[str, Any]) -> None:
    allow = {"Effect": "Allow", "Resource": "*", **statement}
    document = json.dumps({"Statement": [allow, {"Effect": "Deny", "Action": "*", "Resource": "*"}]})
    for namespace in ACTION_LEVEL_SERVICES:
        covered = {name for name in tracked_actions(namespace) if covers_action(allow, f"{namespace}:{name}")}
        assert granted_actions(document, namespace) == covered
