from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.simulate.small_world import HUB, OUTSIDE, READER, WORKLOAD, Connect

if TYPE_CHECKING:
    from hygiene.simulate.server import SimulatedAws

DENIED = r"\(AccessDenied\).*not authorized to perform: sts:AssumeRole"


def arn(name: str, account_id: str = WORKLOAD) -> str:
    return f"arn:aws:iam::{account_id}:role/{name}"


def assume_role(sts: Any, name: str, account_id: str = WORKLOAD, **more: Any) -> Any:
    return sts.assume_role(**{"RoleArn": arn(name, account_id), "RoleSessionName": "review", **more})


def test_assume_role_gives_credentials_that_expire_by_the_real_clock(connect: Connect) -> None:
    answer = assume_role(connect("sts"), READER)
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{WORKLOAD}:assumed-role/{READER}/review"
    assert answer["AssumedRoleUser"]["AssumedRoleId"].startswith("AROA")
    seconds = (answer["Credentials"]["Expiration"] - datetime.now(UTC)).total_seconds()
    assert 3500 < seconds <= 3600


def test_caller_identity_of_an_assumed_role_is_its_session(assume: Connect) -> None:
    identity = assume("sts").get_caller_identity()
    assert identity["Account"] == WORKLOAD
    assert identity["Arn"].endswith(f":assumed-role/{READER}/review")


@pytest.mark.parametrize(
    ("name", "account_id"),
    [
        ("no-such-role", WORKLOAD),
        (READER, "777788889999"),
        (READER, "888899990000"),
        (READER, "404040404040"),
        ("idle", WORKLOAD),
        ("with-mfa", WORKLOAD),
    ],
    ids=["missing role", "suspended account", "trust names another", "unknown account", "service only", "needs mfa"],
)
def test_assume_role_is_refused(connect: Connect, name: str, account_id: str) -> None:
    with pytest.raises(ClientError, match=DENIED):
        assume_role(connect("sts"), name, account_id)


def test_external_id_must_be_given_and_right(connect: Connect) -> None:
    sts = connect("sts")
    for wrong in ({}, {"ExternalId": "secret-43"}):
        with pytest.raises(ClientError, match=DENIED):
            assume_role(sts, "with-external-id", **wrong)
    assert assume_role(sts, "with-external-id", ExternalId="secret-42")["Credentials"]


def test_cross_account_needs_the_callers_own_policy_even_where_everybody_is_trusted(connect: Connect) -> None:
    assert assume_role(connect("sts"), "for-everybody")["Credentials"]
    with pytest.raises(ClientError, match="no identity-based policy allows the sts:AssumeRole action"):
        assume_role(connect("sts", OUTSIDE, "role/looker"), "for-everybody")


def test_inside_an_account_naming_the_caller_is_enough_but_naming_the_account_is_not(connect: Connect) -> None:
    sts = connect("sts", WORKLOAD, "role/caller")
    assert assume_role(sts, "direct")["Credentials"]
    with pytest.raises(ClientError, match="no identity-based policy"):
        assume_role(sts, "via-root")


def test_reader_trust_is_bound_to_the_hub_role(connect: Connect) -> None:
    with pytest.raises(ClientError, match="no resource-based policy allows"):
        assume_role(connect("sts", HUB, "user/operator"), READER)


def test_role_chaining_is_limited_to_an_hour(connect: Connect) -> None:
    with pytest.raises(ClientError, match=r"\(ValidationError\).*role chaining"):
        assume_role(connect("sts"), "administrator", DurationSeconds=3601)
    user = connect("sts", HUB, "user/operator")
    assert assume_role(user, "administrator", DurationSeconds=43200)["Credentials"]


def test_duration_stays_within_the_roles_own_maximum(connect: Connect) -> None:
    with pytest.raises(ClientError, match=r"\(ValidationError\).*MaxSessionDuration"):
        assume_role(connect("sts", HUB, "user/operator"), "for-everybody", DurationSeconds=7200)


@pytest.mark.parametrize("seconds", [899, 43201])
def test_duration_stays_within_fifteen_minutes_and_twelve_hours(connect: Connect, seconds: int) -> None:
    with pytest.raises(ClientError, match=r"\(ValidationError\).*durationSeconds"):
        assume_role(connect("sts", validate=False), READER, DurationSeconds=seconds)


def test_session_name_follows_its_pattern(connect: Connect) -> None:
    with pytest.raises(ClientError, match=r"\(ValidationError\).*roleSessionName"):
        assume_role(connect("sts"), READER, RoleSessionName="with space")


def test_session_policy_narrows_the_session(assume: Connect) -> None:
    policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ListRoles","Resource":"*"}]}'
    iam = assume("iam", Policy=policy)
    assert iam.list_roles()["Roles"]
    with pytest.raises(ClientError, match="no session policy allows the iam:GetAccountSummary action"):
        iam.get_account_summary()


def test_assuming_a_role_counts_as_its_use(aws: SimulatedAws, assume: Connect) -> None:
    details = assume("iam").get_account_authorization_details(Filter=["Role"], MaxItems=1000)["RoleDetailList"]
    reader = next(role for role in details if role["RoleName"] == READER)
    assert reader["RoleLastUsed"]["LastUsedDate"] == datetime(2026, 12, 31, 6, 0, tzinfo=UTC)
    assert reader["RoleLastUsed"]["Region"] == "us-east-1"
    assert aws.world.region == "us-east-1"
