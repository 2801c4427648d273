from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.simulate.small_world import AS_OF, WORKLOAD, Connect

if TYPE_CHECKING:
    from hygiene.simulate.server import SimulatedAws

LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


def all_pages(iam: Any, **parameters: Any) -> list[Any]:
    pages: list[Any] = []
    marker: dict[str, str] = {}
    while True:
        pages.append(iam.get_account_authorization_details(**parameters, **marker))
        if not pages[-1]["IsTruncated"]:
            return pages
        marker = {"Marker": pages[-1]["Marker"]}


def test_pages_run_through_all_four_lists_as_one_sequence(assume: Connect) -> None:
    pages = all_pages(assume("iam"), MaxItems=3)
    sizes = [sum(len(page[name]) for name in LISTS) for page in pages]
    assert set(sizes[:-1]) == {3}
    names = [entry["Arn"] for page in pages for name in LISTS for entry in page[name]]
    assert len(names) == len(set(names))
    assert names[0].endswith(":user/robot")
    whole = all_pages(assume("iam"), MaxItems=1000)
    assert len(whole) == 1
    assert {e["Arn"] for name in LISTS for e in whole[0][name]} == set(names)


def test_a_page_holds_a_hundred_by_default(aws: SimulatedAws, assume: Connect) -> None:
    iam = assume("iam")
    admin = assume("iam", role="administrator")
    for number in range(101):
        admin.create_role(RoleName=f"extra-{number:03d}", AssumeRolePolicyDocument="{}")
    page = iam.get_account_authorization_details(Filter=["Role"])
    assert len(page["RoleDetailList"]) == 100
    assert page["IsTruncated"]
    assert aws.calls[-1].items == 100


def test_more_than_a_thousand_items_are_refused(assume: Connect) -> None:
    with pytest.raises(ClientError, match=r"\(ValidationError\).*maxItems"):
        assume("iam").get_account_authorization_details(MaxItems=1001)


def test_a_page_of_nothing_is_refused(connect: Connect) -> None:
    iam = connect("iam", WORKLOAD, "role/administrator", validate=False)
    with pytest.raises(ClientError, match=r"\(ValidationError\).*maxItems"):
        iam.get_account_authorization_details(MaxItems=0)


def test_an_unknown_marker_is_refused(assume: Connect) -> None:
    with pytest.raises(ClientError, match=r"\(ValidationError\).*Marker"):
        assume("iam").get_account_authorization_details(Marker="made-up")
    marker = assume("iam").list_roles(MaxItems=1)["Marker"]
    with pytest.raises(ClientError, match=r"\(ValidationError\).*Marker"):
        assume("iam").get_account_authorization_details(Marker=marker)


def test_a_role_shows_everything_but_description_and_session_duration(assume: Connect) -> None:
    roles = assume("iam").get_account_authorization_details(Filter=["Role"], MaxItems=1000)["RoleDetailList"]
    worker = next(role for role in roles if role["RoleName"] == "worker")
    assert worker["CreateDate"] == AS_OF - timedelta(days=500)
    assert worker["RoleLastUsed"] == {"LastUsedDate": AS_OF - timedelta(days=3), "Region": "eu-west-1"}
    assert worker["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert worker["RolePolicyList"][0]["PolicyDocument"]["Statement"][0]["Action"][0] == "s3:GetObject"
    assert [policy["PolicyName"] for policy in worker["AttachedManagedPolicies"]] == [
        "shared-policy",
        "AWSLambdaBasicExecutionRole",
    ]
    assert worker["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith(":policy/ceiling")
    assert worker["Tags"] == [{"Key": "owner", "Value": "team@example.com"}]
    assert worker["InstanceProfileList"][0]["Roles"][0]["RoleName"] == "worker"
    assert "Description" not in worker
    assert "MaxSessionDuration" not in worker


def test_a_role_without_use_has_an_empty_last_used(assume: Connect) -> None:
    roles = assume("iam").get_account_authorization_details(Filter=["Role"], MaxItems=1000)["RoleDetailList"]
    assert next(role for role in roles if role["RoleName"] == "idle")["RoleLastUsed"] == {}


def test_customer_policies_show_all_versions_and_how_they_are_used(assume: Connect) -> None:
    page = assume("iam").get_account_authorization_details(Filter=["LocalManagedPolicy"])
    policies = {policy["PolicyName"]: policy for policy in page["Policies"]}
    assert set(policies) == {"shared-policy", "ceiling", "unattached"}
    shared = policies["shared-policy"]
    assert shared["AttachmentCount"] == 1
    assert shared["PolicyId"].startswith("ANPA")
    assert {v["VersionId"]: v["IsDefaultVersion"] for v in shared["PolicyVersionList"]} == {"v1": False, "v2": True}
    assert shared["DefaultVersionId"] == "v2"
    assert policies["ceiling"]["PermissionsBoundaryUsageCount"] == 2


def test_aws_policies_are_listed_only_where_they_are_in_use(assume: Connect) -> None:
    page = assume("iam").get_account_authorization_details(Filter=["AWSManagedPolicy"])
    names = {policy["PolicyName"] for policy in page["Policies"]}
    assert names == {"AdministratorAccess", "AWSLambdaBasicExecutionRole", "ReadOnlyAccess"}
    admin = next(p for p in page["Policies"] if p["PolicyName"] == "AdministratorAccess")
    assert admin["PolicyVersionList"][0]["Document"]["Statement"][0]["Action"] == "*"


def test_what_boto3_changes_is_seen(assume: Connect) -> None:
    admin = assume("iam", role="administrator")
    admin.create_role(RoleName="fresh", AssumeRolePolicyDocument='{"Version":"2012-10-17","Statement":[]}')
    admin.attach_role_policy(RoleName="fresh", PolicyArn="arn:aws:iam::aws:policy/AmazonSQSFullAccess")
    admin.delete_role(RoleName="for-everybody")
    roles = assume("iam").get_account_authorization_details(Filter=["Role"], MaxItems=1000)["RoleDetailList"]
    found = {role["RoleName"]: role for role in roles}
    assert "for-everybody" not in found
    assert found["fresh"]["CreateDate"] == AS_OF
    assert found["fresh"]["AttachedManagedPolicies"][0]["PolicyName"] == "AmazonSQSFullAccess"


def test_short_pages_need_the_marker_to_be_followed(aws: SimulatedAws, assume: Connect) -> None:
    aws.faults.short_pages("iam", "GetAccountAuthorizationDetails", size=7)
    pages = all_pages(assume("iam"), MaxItems=1000, Filter=["Role"])
    assert [len(page["RoleDetailList"]) for page in pages] == [7, 4]


def test_list_roles_knows_what_the_details_lack_and_lacks_what_they_know(assume: Connect) -> None:
    iam = assume("iam")
    roles = {role["RoleName"]: role for role in iam.list_roles(MaxItems=1000)["Roles"]}
    worker = roles["worker"]
    assert worker["Description"] == "Works"
    assert worker["MaxSessionDuration"] == 7200
    assert not {"RoleLastUsed", "Tags", "PermissionsBoundary"} & set(worker)
    assert roles["idle"]["SourceRoleTemplate"]["TemplateArn"] == "arn:aws:iam::aws:role-template/Idle"
    assert len(list(iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 4}))) == 3
    with pytest.raises(ClientError, match=r"\(ValidationError\).*maxItems"):
        iam.list_roles(MaxItems=1001)


def test_account_summary_counts_truly_and_shows_the_quotas_of_the_world(assume: Connect) -> None:
    iam = assume("iam")
    summary = iam.get_account_summary()["SummaryMap"]
    assert summary["Roles"] == len(iam.list_roles(MaxItems=1000)["Roles"])
    assert summary["RolesQuota"] == 1234
    assert summary["Policies"] == 3


def test_identity_providers_are_listed_and_described(assume: Connect) -> None:
    iam = assume("iam")
    oidc = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"][0]["Arn"]
    provider = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=oidc)
    assert provider["Url"] == "token.actions.githubusercontent.com"
    assert provider["ClientIDList"] == ["sts.amazonaws.com"]
    saml = iam.list_saml_providers()["SAMLProviderList"][0]["Arn"]
    assert saml == f"arn:aws:iam::{WORKLOAD}:saml-provider/corporate"
    assert "corporate" in iam.get_saml_provider(SAMLProviderArn=saml)["SAMLMetadataDocument"]


def test_get_role_shows_last_use(assume: Connect) -> None:
    role = assume("iam").get_role(RoleName="worker")["Role"]
    assert role["RoleLastUsed"]["LastUsedDate"] == AS_OF - timedelta(days=3)
