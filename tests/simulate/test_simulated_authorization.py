from __future__ import annotations

from http.client import HTTPConnection

import pytest
from botocore.exceptions import ClientError

from hygiene.simulate.documents import deny, document, permissions, trusts_service
from hygiene.simulate.errors import SimulationError
from hygiene.simulate.server import SimulatedAws
from hygiene.simulate.world import Account, Hub, OrganizationPolicy, Role, World
from tests.simulate.small_world import AS_OF, HUB, MANAGEMENT, WORKLOAD, Connect, client, small_world


def test_an_unknown_key_is_refused(aws: SimulatedAws) -> None:
    environment = {**aws.environment(), "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}
    with pytest.raises(ClientError) as refused:
        client("sts", environment).get_caller_identity()
    assert refused.value.response["Error"]["Code"] == "InvalidClientTokenId"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_wrong_secret_is_refused(aws: SimulatedAws) -> None:
    environment = {**aws.environment(), "AWS_SECRET_ACCESS_KEY": "wrong"}
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        client("sts", environment).get_caller_identity()
    with pytest.raises(ClientError, match="InvalidSignatureException"):
        client("organizations", environment).list_accounts()


def test_an_unsigned_request_is_refused(aws: SimulatedAws) -> None:
    connection = HTTPConnection(aws.endpoint_url.removeprefix("http://"))
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/", b"Action=GetCallerIdentity&Version=2011-06-15", form)
    answer = connection.getresponse()
    assert answer.status == 403
    assert b"MissingAuthenticationToken" in answer.read()


def test_expired_sessions_are_refused_in_each_protocols_words(aws: SimulatedAws, assume: Connect) -> None:
    iam, organizations = assume("iam"), assume("organizations")
    aws.expire_sessions()
    with pytest.raises(ClientError, match=r"\(ExpiredToken\)"):
        iam.list_roles()
    with pytest.raises(ClientError, match=r"\(ExpiredTokenException\)"):
        organizations.list_accounts()


def test_a_denial_is_worded_as_aws_does(connect: Connect) -> None:
    with pytest.raises(ClientError) as denied:
        connect("iam").list_roles()
    assert denied.value.response["Error"]["Code"] == "AccessDenied"
    assert denied.value.response["Error"]["Message"] == (
        f"User: arn:aws:sts::{HUB}:assumed-role/role-hygiene-hub/simulated is not authorized to perform: "
        f"iam:ListRoles on resource: arn:aws:iam::{HUB}:role/ "
        "because no identity-based policy allows the iam:ListRoles action"
    )


def test_an_explicit_deny_wins_over_a_wildcard_allow(connect: Connect) -> None:
    iam = connect("iam", WORKLOAD, "role/caller")
    assert iam.list_roles()["Roles"]
    with pytest.raises(ClientError, match="with an explicit deny in an identity-based policy"):
        iam.list_users()


def test_a_permissions_boundary_holds_an_administrator_back(connect: Connect) -> None:
    iam = connect("iam", WORKLOAD, "role/bounded")
    assert iam.list_roles()["Roles"]
    with pytest.raises(ClientError, match="no permissions boundary allows the iam:ListUsers action"):
        iam.list_users()


def test_service_control_policies_bind_members_but_not_the_management_account() -> None:
    admin = Role("boss", trusts_service("ec2"), managed=("aws:AdministratorAccess",))
    world = small_world(
        accounts=(
            Account(MANAGEMENT, "management", roles=(admin,)),
            Account(WORKLOAD, "workload", ou="Workloads", roles=(admin,)),
        ),
        hub=Hub(MANAGEMENT),
        scps=(OrganizationPolicy("NoUsers", document(deny("iam:ListUsers")), ("",)),),
        delegated_administrators=(),
        outside=(),
    )
    with SimulatedAws(world, clock=lambda: AS_OF) as aws:
        assert "Users" in client("iam", aws.environment(MANAGEMENT, "role/boss")).list_users()
        with pytest.raises(ClientError, match="with an explicit deny in a service control policy"):
            client("iam", aws.environment(WORKLOAD, "role/boss")).list_users()


def test_an_allow_list_scp_admits_nothing_else() -> None:
    only = OrganizationPolicy(
        "Only", permissions(["iam:ListRoles", "sts:*"]), ("Workloads",), instead_of_full_access=True
    )
    admin = Role("boss", trusts_service("ec2"), managed=("aws:AdministratorAccess",))
    base = small_world()
    accounts = (*base.accounts[:2], Account(WORKLOAD, "workload", ou="Workloads/Prod", roles=(admin,)))
    world = small_world(accounts=accounts, scps=(only,), outside=())
    with SimulatedAws(world, clock=lambda: AS_OF) as aws:
        iam = client("iam", aws.environment(WORKLOAD, "role/boss"))
        assert iam.list_roles()["Roles"]
        with pytest.raises(ClientError, match="no service control policy allows the iam:ListUsers action"):
            iam.list_users()


def test_a_collector_with_a_condition_beyond_the_evaluator_is_refused_at_seeding() -> None:
    odd = permissions("iam:*", condition={"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}})
    world = World((Account(MANAGEMENT, "one", reader=odd),), Hub(MANAGEMENT))
    with pytest.raises(SimulationError, match="cannot evaluate the condition operator"):
        SimulatedAws(world).start()


def test_users_authenticate_with_keys_made_over_the_api(connect: Connect, aws: SimulatedAws) -> None:
    made = connect("iam", WORKLOAD, "role/administrator").create_access_key(UserName="robot")["AccessKey"]
    environment = {
        **aws.environment(),
        "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
    }
    assert client("sts", environment).get_caller_identity()["Arn"] == f"arn:aws:iam::{WORKLOAD}:user/robot"
