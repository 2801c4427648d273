"""Roles that let others in: vendors with and without external ID, GitHub, the whole world."""

from __future__ import annotations

from hygiene.simulate.documents import (
    allow,
    document,
    permissions,
    trusts,
    trusts_aws,
    trusts_saml,
    trusts_web_identity,
)
from hygiene.simulate.story.company import (
    BACKUP_SAAS,
    CLOSED_PARTNER,
    DATA,
    HOME_REGION,
    ORGANIZATION,
    PRODUCTION,
    SHARED,
    UNKNOWN_OUTSIDER,
    hex_digits,
    mail,
    role_arn,
    root_arn,
)
from hygiene.simulate.world import Role

GITHUB = "token.actions.githubusercontent.com"


def outside_roles(account_id: str) -> list[Role]:
    """Accounts outside the organization, as production trusts them."""
    external_id = {"StringEquals": {"sts:ExternalId": f"nwa-{hex_digits('vaultmere', 12)}"}}
    return [
        Role(
            "vaultmere-backup",
            trusts_aws(role_arn(BACKUP_SAAS, "customer-access"), external_id),
            inline={"snapshots": permissions(["ec2:CreateSnapshot", "ec2:DescribeSnapshots", "ec2:DescribeVolumes"])},
            description="Vaultmere backs up volumes",
            tags={"owner": mail("platform"), "vendor": "Vaultmere"},
            created_days_ago=480,
            last_used_days_ago=1,
            last_used_region=HOME_REGION,
            used_services={"ec2": 1},
            used_actions={"ec2:CreateSnapshot": 1, "ec2:DescribeVolumes": 1},
        ),
        Role(
            "integration-import",
            trusts_aws(root_arn(UNKNOWN_OUTSIDER)),
            inline={"import": permissions(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::nwa-imports/*")},
            created_days_ago=1410,
            last_used_days_ago=204,
            last_used_region="us-east-1",
            used_services={"s3": 204},
        ),
        Role(
            "partner-stockholm",
            trusts_aws([root_arn(CLOSED_PARTNER), role_arn(DATA, "data-partner-feed")]),
            inline={
                "feed": permissions("sqs:SendMessage", f"arn:aws:sqs:{HOME_REGION}:{account_id}:partner-stockholm")
            },
            description="Stock feed of a partner we left in 2024",
            tags={"team": "logistics"},
            created_days_ago=1290,
        ),
        Role(
            "release-manager",
            trusts_aws([role_arn(SHARED, "release-robot"), "AROAEXAMPLEORPHANED01"]),
            inline={"deploy": permissions("codedeploy:CreateDeployment")},
            description="Trusted a role that was deleted and made anew",
            tags={"owner": mail("platform")},
            created_days_ago=870,
            last_used_days_ago=9,
            last_used_region=HOME_REGION,
            used_services={"codedeploy": 9},
        ),
    ]


def public_roles() -> list[Role]:
    """A role for everybody, and one that only looks so."""
    return [
        Role(
            "catalogue-open-data",
            trusts("*"),
            inline={"read": permissions("s3:GetObject", "arn:aws:s3:::nwa-open-catalogue/*")},
            description="Open catalogue data for the hackathon",
            created_days_ago=433,
            last_used_days_ago=61,
            last_used_region="us-west-2",
            used_services={"s3": 61},
        ),
        Role(
            "organization-asset-reader",
            trusts({"AWS": "*"}, condition={"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}),
            inline={"read": permissions("s3:GetObject", "arn:aws:s3:::nwa-brand-assets/*")},
            description="Brand assets for every account of the organization",
            tags={"owner": mail("web")},
            created_days_ago=640,
            last_used_days_ago=2,
            last_used_region=HOME_REGION,
            used_services={"s3": 2},
        ),
    ]


def github_roles(account_id: str) -> list[Role]:
    """GitHub Actions: well bounded, open to the whole GitHub organization, open to all of GitHub."""
    provider = f"arn:aws:iam::{account_id}:oidc-provider/{GITHUB}"
    audience = {f"{GITHUB}:aud": "sts.amazonaws.com"}
    main = {"StringEquals": {**audience, f"{GITHUB}:sub": "repo:northwind-atlas/shop:ref:refs/heads/main"}}
    whole = {"StringEquals": audience, "StringLike": {f"{GITHUB}:sub": "repo:northwind-atlas/*"}}
    deploy = document(
        allow("cloudformation:*", f"arn:aws:cloudformation:{HOME_REGION}:{account_id}:stack/shop-*"),
        allow("iam:PassRole", f"arn:aws:iam::{account_id}:role/prod-*"),
    )
    made = (
        ("github-deploy-shop", main, deploy, 0),
        ("github-deploy-any-repository", whole, deploy, 3),
        ("github-sitemap-check", {"StringEquals": audience}, permissions("s3:GetObject"), 40),
    )
    return [
        Role(
            name,
            trusts_web_identity(provider, condition),
            inline={"deploy": policy},
            tags={"owner": mail("web"), "repository": "northwind-atlas/shop"},
            created_days_ago=350,
            last_used_days_ago=days,
            last_used_region=HOME_REGION,
            used_services={"s3": days} if name.endswith("check") else {"cloudformation": days, "iam": days + 30},
        )
        for name, condition, policy, days in made
    ]


def corporate_roles(account_id: str) -> list[Role]:
    """People of the old days, who still come through the corporate identity provider."""
    provider = f"arn:aws:iam::{account_id}:saml-provider/NorthwindAtlasIdP"
    return [
        Role(
            "corporate-support",
            trusts_saml(provider),
            managed=("aws:AWSSupportAccess",),
            tags={"owner": mail("service-desk")},
            created_days_ago=1400,
            last_used_days_ago=17 if account_id == PRODUCTION else 260,
            last_used_region=HOME_REGION,
            used_services={"support": 17 if account_id == PRODUCTION else 260},
        ),
        Role(
            "corporate-auditor",
            trusts_saml(provider),
            managed=("aws:ReadOnlyAccess", "aws:SecurityAudit"),
            tags={"owner": mail("internal-audit")},
            created_days_ago=1400,
            last_used_days_ago=88,
            last_used_region=HOME_REGION,
            used_services={"iam": 88, "s3": 88, "ec2": 175},
        ),
    ]
