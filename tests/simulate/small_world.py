"""A small organization to simulate, and unmodified boto3 clients for any of its principals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config

from hygiene.simulate.documents import allow, deny, document, permissions, trusts_aws, trusts_service
from hygiene.simulate.world import Account, Hub, OrganizationPolicy, Policy, Role, User, World

AS_OF = datetime(2026, 12, 31, 6, 0, tzinfo=UTC)
MANAGEMENT, HUB, WORKLOAD, OUTSIDE = "999900001111", "222233334444", "012345678901", "135792468013"
READER = "role-hygiene-reader"

Connect = Callable[..., Any]

_session = boto3.Session()


def client(service: str, environment: dict[str, str], token: str | None = None, *, validate: bool = True) -> Any:
    """A client without retries, so that a test sees every answer; `validate=False` sends what boto3 would refuse."""
    factory: Any = _session.client
    return factory(
        service,
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=token,
        config=Config(retries={"total_max_attempts": 1, "mode": "standard"}, parameter_validation=validate),
    )


def _roles() -> tuple[Role, ...]:
    hub_root = f"arn:aws:iam::{HUB}:root"
    return (
        Role(
            "worker",
            trusts_service("lambda"),
            inline={"own": permissions(["s3:GetObject", "s3:CreateBucket", "ec2:DescribeInstances", "iam:PassRole"])},
            managed=("shared-policy", "aws:AWSLambdaBasicExecutionRole"),
            boundary="ceiling",
            description="Works",
            max_session_hours=2,
            tags={"owner": "team@example.com"},
            created_days_ago=500,
            last_used_days_ago=3,
            last_used_region="eu-west-1",
            used_services={"s3": 3, "ec2": 401, "logs": 400},
            used_actions={"s3:CreateBucket": 9},
            instance_profile=True,
        ),
        Role("idle", trusts_service("ec2"), source_template="arn:aws:iam::aws:role-template/Idle"),
        Role("administrator", trusts_aws(hub_root), managed=("aws:AdministratorAccess",), max_session_hours=12),
        Role("with-external-id", trusts_aws(hub_root, {"StringEquals": {"STS:ExternalID": "secret-42"}})),
        Role("with-mfa", trusts_aws(hub_root, {"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
        Role("for-everybody", trusts_aws("*")),
        Role("direct", trusts_aws(f"arn:aws:iam::{WORKLOAD}:role/caller")),
        Role("via-root", trusts_aws(f"arn:aws:iam::{WORKLOAD}:root")),
        Role(
            "caller",
            trusts_service("ec2"),
            inline={"roles": document(allow("iam:List*"), deny("iam:ListUsers"))},
        ),
        Role("bounded", trusts_service("ec2"), managed=("aws:AdministratorAccess",), boundary="ceiling"),
    )


def small_world(**changes: Any) -> World:
    """A management account, a hub, a workload account below two OUs, and a stranger outside the organization."""
    workload = Account(
        WORKLOAD,
        "workload",
        ou="Workloads/Prod",
        roles=_roles(),
        policies=(
            Policy("shared-policy", permissions("sqs:*"), earlier=(permissions("sns:*"),)),
            Policy("ceiling", permissions(["s3:*", "iam:ListRoles"])),
            Policy("unattached", permissions("sqs:*")),
        ),
        users=(User("robot", managed=("aws:ReadOnlyAccess",), has_password=True, key_ages=(40,)),),
        oidc_providers=("https://token.actions.githubusercontent.com",),
        saml_providers=("corporate",),
        quotas={"RolesQuota": 1234},
        tags={"owner": "team@example.com"},
    )
    hub_user = User("operator", inline={"assume": permissions(["sts:AssumeRole", "iam:ListRoles"])})
    hub_role = Role(
        "role-hygiene-hub",
        trusts_service("lambda"),
        inline={"collect": permissions(["organizations:*", "sts:AssumeRole"])},
    )
    member = Role("looker", trusts_service("lambda"), inline={"look": permissions("organizations:*")})
    stranger = Account(OUTSIDE, "stranger", roles=(member,), reader="absent")
    facts: dict[str, Any] = {
        "accounts": (
            Account(MANAGEMENT, "management"),
            Account(HUB, "hub", roles=(hub_role,), users=(hub_user,)),
            workload,
            Account("333344445555", "member", roles=(member,)),
            Account("777788889999", "closed", state="SUSPENDED"),
            Account("888899990000", "refusing", reader="refuses"),
            Account("121212121212", "partial", roles=(_roles()[1],), reader="no-last-accessed"),
            stranger,
        ),
        "hub": Hub(HUB),
        "organization_id": "o-exampleorg1",
        "management_account": MANAGEMENT,
        "ous": ("Workloads", "Workloads/Prod"),
        "scps": (OrganizationPolicy("NoInstances", document(deny("ec2:*")), ("Workloads",)),),
        "delegated_administrators": (HUB,),
        "outside": (OUTSIDE,),
    }
    return World(**{**facts, **changes})
