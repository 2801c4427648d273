"""The textbook scenario: developers read one production bucket, a monitoring service writes metrics and logs.

The good roles name their resources; their twins with `-wide` at the end allow the same on everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.simulate.documents import allow, document, permissions, trusts_aws, trusts_saml
from hygiene.simulate.story.company import (
    DEVELOPMENT,
    HOME_REGION,
    MONITORING_SAAS,
    PRODUCTION,
    mail,
    role_arn,
    root_arn,
)
from hygiene.simulate.world import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

BUCKET = "production-data-bucket"
READ = ["s3:GetObject", "s3:ListBucket"]
READER = "production-data-reader"


def _bucket_reader(name: str, policy: Mapping[str, Any], description: str) -> Role:
    return Role(
        name,
        trusts_aws(root_arn(DEVELOPMENT)),
        inline={"read-production-data": policy},
        description=description,
        tags={"owner": mail("data-platform"), "environment": "production"},
        created_days_ago=540,
        last_used_days_ago=4,
        last_used_region=HOME_REGION,
        used_services={"s3": 4},
    )


def production_data_roles() -> list[Role]:
    """Two ways to let development read the production bucket."""
    bucket = f"arn:aws:s3:::{BUCKET}"
    return [
        _bucket_reader(
            READER, permissions(READ, [bucket, f"{bucket}/*"]), "Developers read the production data bucket"
        ),
        _bucket_reader(f"{READER}-wide", permissions(READ), "Developers read production data"),
    ]


def developer_role() -> Role:
    """The developers' role, which may go on to read production data."""
    provider = f"arn:aws:iam::{DEVELOPMENT}:saml-provider/NorthwindAtlasIdP"
    return Role(
        "developer",
        trusts_saml(provider),
        inline={"read-production-data": permissions("sts:AssumeRole", role_arn(PRODUCTION, READER))},
        managed=("aws:ViewOnlyAccess",),
        description="Day to day work of the development team",
        tags={"owner": mail("engineering")},
        max_session_hours=8,
        created_days_ago=900,
        last_used_days_ago=0,
        last_used_region=HOME_REGION,
        used_services={"sts": 0, "ec2": 1, "s3": 1, "lambda": 3, "cloudwatch": 2},
        used_actions={"ec2:DescribeInstances": 1, "lambda:ListFunctions": 3, "s3:ListAllMyBuckets": 1},
    )


def _monitoring(name: str, policy: Mapping[str, Any]) -> Role:
    return Role(
        name,
        trusts_aws(root_arn(MONITORING_SAAS)),
        inline={"monitor": policy},
        description="Skygauge monitoring agent",
        tags={"owner": mail("observability"), "vendor": "Skygauge"},
        created_days_ago=610,
        last_used_days_ago=0,
        last_used_region=HOME_REGION,
        used_services={"cloudwatch": 0, "logs": 0},
    )


def monitoring_roles(account_id: str) -> list[Role]:
    """The monitoring service's role and its bad twin; neither asks for an external ID."""
    group = f"arn:aws:logs:{HOME_REGION}:{account_id}:log-group:/skygauge/agent"
    # PutMetricData has no resource type: a condition on the namespace is the only bound there is.
    narrow = document(
        allow("cloudwatch:PutMetricData", "*", {"StringEquals": {"cloudwatch:namespace": "Skygauge"}}),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], [group, f"{group}:log-stream:*"]),
    )
    return [
        _monitoring("monitoring-agent", narrow),
        _monitoring("monitoring-agent-wide", permissions(["cloudwatch:*", "logs:*"])),
    ]
