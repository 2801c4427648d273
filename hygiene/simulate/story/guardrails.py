"""The organization's service and resource control policies."""

from __future__ import annotations

from hygiene.simulate.documents import allow, deny, document
from hygiene.simulate.story.company import ORGANIZATION
from hygiene.simulate.world import OrganizationPolicy

REGIONS = ["eu-west-1", "eu-central-1"]

GLOBAL_SERVICES = [
    "access-analyzer:*",
    "account:*",
    "budgets:*",
    "ce:*",
    "cloudfront:*",
    "cloudtrail:LookupEvents",
    "health:*",
    "iam:*",
    "organizations:*",
    "route53:*",
    "shield:*",
    "sts:*",
    "support:*",
    "waf:*",
]

SANDBOX_SERVICES = [
    "cloudwatch:*",
    "dynamodb:*",
    "iam:Generate*",
    "iam:Get*",
    "iam:List*",
    "lambda:*",
    "logs:*",
    "s3:*",
    "sqs:*",
    "sts:*",
]

SCPS = (
    OrganizationPolicy(
        "DenyLeavingTheOrganization",
        document(deny("organizations:LeaveOrganization")),
        ("",),
        "No account may leave the organization",
    ),
    OrganizationPolicy(
        "EuropeanRegionsOnly",
        document(
            {
                "Sid": "DenyOtherRegions",
                "Effect": "Deny",
                "NotAction": GLOBAL_SERVICES,
                "Resource": "*",
                "Condition": {
                    "StringNotEquals": {"aws:RequestedRegion": REGIONS},
                    "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/AWSControlTowerExecution"},
                },
            }
        ),
        ("Workloads", "Sandbox"),
        "Personal data stays in Europe",
    ),
    OrganizationPolicy(
        "NoIamUsersInProduction",
        document(deny(["iam:CreateUser", "iam:CreateAccessKey", "iam:CreateLoginProfile"])),
        ("Workloads/Prod",),
        "People sign in through IAM Identity Center",
    ),
    OrganizationPolicy(
        "SandboxServicesOnly",
        document(allow(SANDBOX_SERVICES)),
        ("Sandbox",),
        "What may be tried out in the sandbox",
        instead_of_full_access=True,
    ),
)

RCPS = (
    OrganizationPolicy(
        "IdentityPerimeter",
        document(
            {
                "Sid": "OnlyOurIdentities",
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["s3:*", "sqs:*", "kms:*", "secretsmanager:*"],
                "Resource": "*",
                "Condition": {
                    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION},
                    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                },
            }
        ),
        ("Workloads/Prod",),
        "Data is reached by our own identities alone",
    ),
)
