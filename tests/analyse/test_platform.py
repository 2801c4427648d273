from __future__ import annotations

import pytest

from hygiene.analyse.platform import platform_of
from hygiene.simulate.story.landing_zone import cdk_roles, member_roles
from tests.builders import ACCOUNT

EXEC = "stacksets-exec-0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("name", "path", "platform"),
    [
        ("OrganizationAccountAccessRole", "/", "AWS Organizations"),
        ("AWSControlTowerExecution", "/", "AWS Control Tower"),
        ("AWSControlTowerAdmin", "/service-role/", "AWS Control Tower"),
        ("aws-controltower-ConfigRecorderRole", "/", "AWS Control Tower"),
        (EXEC, "/", "CloudFormation StackSets"),
        ("AWSCloudFormationStackSetExecutionRole", "/", "CloudFormation StackSets"),
        (f"cdk-hnb659fds-deploy-role-{ACCOUNT}-eu-west-1", "/", "AWS CDK"),
        (f"cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-us-gov-west-1", "/platform/", "AWS CDK"),
        (f"cdk-my-app-lookup-role-{ACCOUNT}-eu-central-1", "/", "AWS CDK"),
        ("AWSAFTExecution", "/", "Account Factory for Terraform"),
        ("AWSServiceRoleForSupport", "/aws-service-role/support.amazonaws.com/", "service-linked role"),
        (
            "AWSReservedSSO_Admin_0123456789abcdef",
            "/aws-reserved/sso.amazonaws.com/eu-west-1/",
            "IAM Identity Center",
        ),
    ],
)
def test_a_platforms_role_is_known_by_name_and_path(name: str, path: str, platform: str) -> None:
    found = platform_of(name, path)
    assert found is not None
    assert found.name == platform
    assert found.advice.endswith(".")
    assert found.advice[0].isupper()


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("app", "/"),
        ("AWSServiceRoleForNothing", "/service-role/"),
        ("AWSServiceRoleForSupport", "/"),
        ("AWSReservedSSO_Admin_0123456789abcdef", "/"),
        ("MyOrganizationAccountAccessRole", "/"),
        ("OrganizationAccountAccessRole", "/team/"),
        ("AWSControlTowerExecution2", "/"),
        ("stacksets-exec-mine", "/"),
        (f"cdk-hnb659fds-admin-role-{ACCOUNT}-eu-west-1", "/"),
        ("cdk-deploy-role", "/"),
    ],
)
def test_a_name_alone_makes_no_platform(name: str, path: str) -> None:
    assert platform_of(name, path) is None


def test_a_permission_set_is_named() -> None:
    found = platform_of("AWSReservedSSO_Read_Only_0123456789abcdef", "/aws-reserved/sso.amazonaws.com/")
    assert found is not None
    assert "permission set Read_Only in IAM Identity Center" in found.advice


def test_a_service_is_named() -> None:
    found = platform_of("AWSServiceRoleForSupport", "/aws-service-role/support.amazonaws.com/")
    assert found is not None
    assert "support.amazonaws.com" in found.advice


def test_the_demo_companys_platform_roles_are_known() -> None:
    roles = [*member_roles(), *cdk_roles(ACCOUNT)]
    assert all(platform_of(role.name, "/") for role in roles)
