from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hygiene.simulate.documents import trusts_service
from hygiene.simulate.server import SimulatedAws
from hygiene.simulate.world import Account, Hub, World
from tests.simulate.small_world import AS_OF, HUB, MANAGEMENT, OUTSIDE, WORKLOAD, Connect, client, small_world

CALLS: tuple[tuple[str, dict[str, str]], ...] = (
    ("list_accounts", {}),
    ("list_roots", {}),
    ("list_policies", {"Filter": "SERVICE_CONTROL_POLICY"}),
    ("describe_policy", {"PolicyId": "p-FullAWSAccess"}),
    ("list_targets_for_policy", {"PolicyId": "p-FullAWSAccess"}),
    ("list_delegated_administrators", {}),
    ("list_tags_for_resource", {"ResourceId": WORKLOAD}),
)


def test_accounts_show_state_and_path(connect: Connect) -> None:
    accounts = {account["Id"]: account for account in connect("organizations").list_accounts()["Accounts"]}
    assert OUTSIDE not in accounts
    workload, closed = accounts[WORKLOAD], accounts["777788889999"]
    assert (workload["State"], workload["Status"]) == ("ACTIVE", "ACTIVE")
    assert (closed["State"], closed["Status"]) == ("SUSPENDED", "SUSPENDED")
    organization, root, *units, account_id, end = workload["Paths"][0].split("/")
    assert (organization, account_id, end) == ("o-exampleorg1", WORKLOAD, "")
    assert root.startswith("r-")
    assert [unit[:3] for unit in units] == ["ou-", "ou-"]
    assert workload["Arn"] == f"arn:aws:organizations::{MANAGEMENT}:account/o-exampleorg1/{WORKLOAD}"


def test_list_accounts_refuses_more_than_twenty_per_page(connect: Connect) -> None:
    with pytest.raises(ClientError, match="InvalidInputException"):
        connect("organizations").list_accounts(MaxResults=21)


def test_accounts_come_twenty_at_a_time() -> None:
    accounts = tuple(Account(f"{100000000000 + n}", f"account {n}") for n in range(45))
    world = World(accounts, Hub(accounts[0].id), "o-exampleorg1", accounts[0].id)
    with SimulatedAws(world, clock=lambda: AS_OF) as aws:
        organizations = client("organizations", aws.environment())
        pages = list(organizations.get_paginator("list_accounts").paginate())
        assert [len(page["Accounts"]) for page in pages] == [20, 20, 5]
        with pytest.raises(ClientError, match="InvalidInputException"):
            organizations.list_accounts(NextToken="made-up")


def test_an_empty_page_may_stand_between_full_ones(aws: SimulatedAws, connect: Connect) -> None:
    aws.faults.empty_pages("organizations", "ListAccounts")
    pages = list(connect("organizations").get_paginator("list_accounts").paginate(PaginationConfig={"PageSize": 4}))
    assert [len(page["Accounts"]) for page in pages] == [0, 4, 0, 3]


@pytest.mark.parametrize(("name", "parameters"), CALLS, ids=[name for name, _ in CALLS])
def test_a_plain_member_is_refused(connect: Connect, name: str, parameters: dict[str, str]) -> None:
    member = connect("organizations", "333344445555", "role/looker")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        getattr(member, name)(**parameters)


@pytest.mark.parametrize(("name", "parameters"), [*CALLS, ("describe_organization", {})], ids=str)
def test_an_account_outside_has_no_organization(connect: Connect, name: str, parameters: dict[str, str]) -> None:
    outside = connect("organizations", OUTSIDE, "role/looker")
    with pytest.raises(ClientError, match="AWSOrganizationsNotInUseException"):
        getattr(outside, name)(**parameters)


@pytest.mark.parametrize(("name", "parameters"), CALLS, ids=[name for name, _ in CALLS])
def test_a_delegated_administrator_reads_all(connect: Connect, name: str, parameters: dict[str, str]) -> None:
    assert getattr(connect("organizations", HUB), name)(**parameters)


def test_a_member_may_describe_the_organization(connect: Connect) -> None:
    organization = connect("organizations", "333344445555", "role/looker").describe_organization()["Organization"]
    assert (organization["Id"], organization["MasterAccountId"]) == ("o-exampleorg1", MANAGEMENT)


def test_identity_policies_are_asked_before_membership(connect: Connect) -> None:
    with pytest.raises(ClientError, match="no identity-based policy allows the organizations:ListAccounts action"):
        connect("organizations", WORKLOAD, "role/caller").list_accounts()


def test_the_tree_can_be_walked_from_the_root(connect: Connect) -> None:
    organizations = connect("organizations")
    root = organizations.list_roots()["Roots"][0]
    types = {entry["Type"] for entry in root["PolicyTypes"]}
    assert types == {"SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"}
    workloads = organizations.list_organizational_units_for_parent(ParentId=root["Id"])["OrganizationalUnits"][0]
    prod = organizations.list_organizational_units_for_parent(ParentId=workloads["Id"])["OrganizationalUnits"][0]
    assert (workloads["Name"], prod["Name"]) == ("Workloads", "Prod")
    inside = organizations.list_accounts_for_parent(ParentId=prod["Id"])["Accounts"]
    assert [account["Id"] for account in inside] == [WORKLOAD]
    parents = organizations.list_parents(ChildId=WORKLOAD)["Parents"]
    assert parents == [{"Id": prod["Id"], "Type": "ORGANIZATIONAL_UNIT"}]
    with pytest.raises(ClientError, match="ParentNotFoundException"):
        organizations.list_accounts_for_parent(ParentId="ou-zzzz-zzzzzzzz")
    with pytest.raises(ClientError, match="ChildNotFoundException"):
        organizations.list_parents(ChildId="404040404040")


def test_policies_show_content_and_targets(connect: Connect) -> None:
    organizations = connect("organizations")
    found = organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
    by_name = {policy["Name"]: policy for policy in found}
    assert set(by_name) == {"FullAWSAccess", "NoInstances"}
    assert by_name["FullAWSAccess"]["AwsManaged"]
    own = by_name["NoInstances"]["Id"]
    content = json.loads(organizations.describe_policy(PolicyId=own)["Policy"]["Content"])
    assert content["Statement"][0]["Effect"] == "Deny"
    targets = organizations.list_targets_for_policy(PolicyId=own)["Targets"]
    assert [(target["Name"], target["Type"]) for target in targets] == [("Workloads", "ORGANIZATIONAL_UNIT")]
    everywhere = organizations.list_targets_for_policy(PolicyId="p-FullAWSAccess")["Targets"]
    assert len(everywhere) == 1 + 2 + 7
    rcps = organizations.list_policies(Filter="RESOURCE_CONTROL_POLICY")["Policies"]
    assert [policy["Name"] for policy in rcps] == ["RCPFullAWSAccess"]
    here = organizations.list_policies_for_target(TargetId=WORKLOAD, Filter="SERVICE_CONTROL_POLICY")["Policies"]
    assert [policy["Name"] for policy in here] == ["FullAWSAccess"]
    with pytest.raises(ClientError, match="PolicyNotFoundException"):
        organizations.describe_policy(PolicyId="p-zzzzzzzz")


def test_a_missing_parameter_is_refused(aws: SimulatedAws) -> None:
    organizations = client("organizations", aws.environment(), validate=False)
    with pytest.raises(ClientError, match=r"InvalidInputException.*PolicyId"):
        organizations.describe_policy()


def test_accounts_have_tags(connect: Connect) -> None:
    tags = connect("organizations").list_tags_for_resource(ResourceId=WORKLOAD)["Tags"]
    assert tags == [{"Key": "owner", "Value": "team@example.com"}]


def test_policies_attached_over_the_api_bind_at_once() -> None:
    world = small_world()
    with SimulatedAws(world, clock=lambda: AS_OF) as aws:
        admin: Any = client("organizations", aws.environment(HUB))
        with pytest.raises(ClientError, match="AccessDeniedException"):
            admin.create_policy(Content="{}", Description="", Name="x", Type="SERVICE_CONTROL_POLICY")


@pytest.mark.parametrize(("partition", "region"), [("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1")])
def test_other_partitions_have_their_own_arns(partition: str, region: str) -> None:
    account = Account(WORKLOAD, "gov", roles=(_reader_of_nothing(),))
    world = World((account,), Hub(WORKLOAD), "o-exampleorg1", WORKLOAD, partition=partition)
    with SimulatedAws(world, clock=lambda: AS_OF) as aws:
        environment = aws.environment()
        assert environment["AWS_REGION"] == region
        assert client("sts", environment).get_caller_identity()["Arn"].startswith(f"arn:{partition}:sts::")
        arn = f"arn:{partition}:iam::{WORKLOAD}:role/role-hygiene-reader"
        assert client("sts", environment).assume_role(RoleArn=arn, RoleSessionName="review")["Credentials"]
        accounts = client("organizations", environment).list_accounts()["Accounts"]
        assert accounts[0]["Arn"].startswith(f"arn:{partition}:organizations::")


def _reader_of_nothing() -> Any:
    from hygiene.simulate.world import Role

    return Role("plain", trusts_service("ec2"), managed=("aws:ReadOnlyAccess",))


def test_one_account_alone_reads_itself() -> None:
    world = World((Account(WORKLOAD, "alone"),), Hub(WORKLOAD))
    with SimulatedAws(world, clock=lambda: AS_OF) as aws:
        environment = aws.environment()
        with pytest.raises(ClientError, match="AWSOrganizationsNotInUseException"):
            client("organizations", environment).describe_organization()
        assert len(client("iam", environment).list_roles()["Roles"]) == 2
