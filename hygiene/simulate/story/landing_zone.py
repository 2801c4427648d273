"""Roles that are the same in every account: the landing zone's, AWS's own, single sign-on's, CDK's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.simulate.documents import allow, document, permissions, trusts, trusts_aws, trusts_service
from hygiene.simulate.story.company import (
    HOME_REGION,
    MANAGEMENT,
    SECURITY,
    hex_digits,
    mail,
    role_arn,
    root_arn,
    spread,
)
from hygiene.simulate.world import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

PLATFORM = {"owner": mail("platform"), "managed-by": "landing-zone"}

SERVICE_LINKED = {
    "Support": ("support", "AWSSupportServiceRolePolicy"),
    "TrustedAdvisor": ("trustedadvisor", "AWSTrustedAdvisorServiceRolePolicy"),
    "Organizations": ("organizations", "AWSOrganizationsServiceTrustPolicy"),
    "SSO": ("sso", "AWSSSOServiceRolePolicy"),
    "Config": ("config", "AWSConfigServiceRolePolicy"),
    "CloudTrail": ("cloudtrail", "CloudTrailServiceRolePolicy"),
    "AmazonGuardDuty": ("guardduty", "AmazonGuardDutyServiceRolePolicy"),
}

WORKLOAD_SERVICE_LINKED = {
    "ECS": ("ecs", "AmazonECSServiceRolePolicy"),
    "AutoScaling": ("autoscaling", "AutoScalingServiceRolePolicy"),
    "ElasticLoadBalancing": ("elasticloadbalancing", "AWSElasticLoadBalancingServiceRolePolicy"),
    "RDS": ("rds", "AmazonRDSServiceRolePolicy"),
}

PERMISSION_SETS = {
    "AdministratorAccess": "aws:AdministratorAccess",
    "PowerUserAccess": "aws:PowerUserAccess",
    "ReadOnlyAccess": "aws:ReadOnlyAccess",
}


def service_linked_roles(account_id: str, which: Mapping[str, tuple[str, str]]) -> list[Role]:
    """Roles AWS services made for themselves; nobody else can edit them."""
    return [
        Role(
            f"AWSServiceRoleFor{name}",
            trusts_service(service),
            managed=(f"aws:{policy}",),
            path=f"/aws-service-role/{service}.amazonaws.com/",
            description=f"Lets {name} work in this account",
            created_days_ago=1100,
            last_used_days_ago=spread(f"{account_id} {name}", 0, 30) if name != "Support" else None,
            last_used_region=HOME_REGION,
        )
        for name, (service, policy) in which.items()
    ]


def sign_on_roles(account_id: str, sets: Mapping[str, str] = PERMISSION_SETS) -> list[Role]:
    """What IAM Identity Center makes of permission sets; people's use, changed in Identity Center only."""
    provider = f"arn:aws:iam::{account_id}:saml-provider/AWSSSO_{hex_digits('sso')}_DO_NOT_DELETE"
    trust = trusts(
        {"Federated": provider},
        "sts:AssumeRoleWithSAML",
        {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
    )
    roles = []
    for name, policy in sets.items():
        days = spread(f"{account_id} sso {name}", 0, 140)
        roles.append(
            Role(
                f"AWSReservedSSO_{name}_{hex_digits(f'{account_id} {name}')}",
                trust,
                managed=(policy,),
                path=f"/aws-reserved/sso.amazonaws.com/{HOME_REGION}/",
                max_session_hours=12,
                created_days_ago=820,
                last_used_days_ago=days,
                last_used_region=HOME_REGION,
                used_services={"iam": days + 1, "s3": days + 9},
            )
        )
    return roles


def sign_on_provider() -> str:
    """The name of the SAML provider Identity Center keeps in every account."""
    return f"AWSSSO_{hex_digits('sso')}_DO_NOT_DELETE"


def _service(
    name: str,
    service: str,
    *,
    managed: tuple[str, ...] = (),
    inline: Mapping[str, Any] | None = None,
    used: Mapping[str, float] | None = None,
    instance_profile: bool = False,
    description: str = "",
) -> Role:
    services = dict(used or {})
    return Role(
        name,
        trusts_service(service),
        inline=inline or {},
        managed=managed,
        description=description,
        tags=PLATFORM,
        created_days_ago=1000,
        last_used_days_ago=min(services.values()) if services else None,
        last_used_region=HOME_REGION,
        used_services=services,
        instance_profile=instance_profile,
    )


def landing_zone_roles(account_id: str) -> list[Role]:
    """The platform team's roles, word for word alike in every account."""
    trail = permissions(["logs:CreateLogStream", "logs:PutLogEvents"], f"arn:aws:logs:*:{account_id}:log-group:nwa/*")
    forward = permissions("events:PutEvents", f"arn:aws:events:{HOME_REGION}:{SECURITY}:event-bus/security")
    return [
        _service("nwa-config-recorder", "config", managed=("aws:AWS_ConfigRole",), used={"config": 0, "s3": 1}),
        _service(
            "nwa-backup", "backup", managed=("aws:AWSBackupServiceRolePolicyForBackup",), used={"backup": 1, "ec2": 1}
        ),
        _service(
            "nwa-ssm-instance",
            "ec2",
            managed=("aws:AmazonSSMManagedInstanceCore",),
            used={"ssm": 0, "ssmmessages": 0, "ec2messages": 0},
            instance_profile=True,
        ),
        _service("nwa-flow-logs", "vpc-flow-logs", inline={"write": trail}, used={"logs": 0}),
        _service("nwa-event-forwarder", "events", inline={"forward": forward}, used={"events": 2}),
        _service("nwa-budget-stop", "budgets", inline={"stop": permissions("ec2:StopInstances")}),
        Role(
            "nwa-security-audit",
            trusts_aws(role_arn(SECURITY, "nwa-auditor")),
            managed=("aws:SecurityAudit",),
            description="The security team looks around",
            tags={"owner": mail("security"), "managed-by": "landing-zone"},
            created_days_ago=1000,
            last_used_days_ago=6,
            used_services={"iam": 6, "s3": 6, "ec2": 6, "cloudtrail": 20},
        ),
        Role(
            "nwa-incident-response",
            trusts_aws(root_arn(SECURITY), {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
            managed=("aws:AdministratorAccess",),
            description="Used in an emergency only, see runbook SEC-7",
            tags={"owner": mail("security"), "managed-by": "landing-zone"},
            created_days_ago=1000,
            last_used_days_ago=None,
        ),
        Role(
            f"stacksets-exec-{hex_digits('stacksets', 32)}",
            trusts_aws(role_arn(MANAGEMENT, "AWSCloudFormationStackSetAdministrationRole")),
            managed=("aws:AdministratorAccess",),
            description="Role created by AWSCloudFormation StackSets",
            created_days_ago=1000,
            last_used_days_ago=12,
            used_services={"cloudformation": 12, "iam": 12},
        ),
    ]


def member_roles() -> list[Role]:
    """The ways in for the management account."""
    return [
        Role(
            "OrganizationAccountAccessRole",
            trusts_aws(root_arn(MANAGEMENT)),
            managed=("aws:AdministratorAccess",),
            created_days_ago=1200,
            last_used_days_ago=None,
        ),
        Role(
            "AWSControlTowerExecution",
            trusts_aws(root_arn(MANAGEMENT)),
            managed=("aws:AdministratorAccess",),
            created_days_ago=1150,
            last_used_days_ago=33,
            used_services={"cloudformation": 33, "config": 33, "iam": 33},
        ),
    ]


def cdk_roles(account_id: str) -> list[Role]:
    """What `cdk bootstrap` leaves behind."""
    region = HOME_REGION
    names = {
        "deploy": (permissions(["cloudformation:*", "iam:PassRole"]), {"cloudformation": 1}),
        "file-publishing": (
            permissions(["s3:GetObject*", "s3:PutObject*", "s3:List*"], f"arn:aws:s3:::cdk-assets-{account_id}*"),
            {"s3": 1},
        ),
        "image-publishing": (
            document(
                allow(["ecr:PutImage", "ecr:BatchCheckLayerAvailability"], f"arn:aws:ecr:{region}:{account_id}:*"),
                allow("ecr:GetAuthorizationToken"),
            ),
            {"ecr": 4},
        ),
        "lookup": (permissions("ssm:GetParameter"), {"ssm": 1}),
    }
    roles = [
        Role(
            f"cdk-hnb659fds-{name}-role-{account_id}-{region}",
            trusts_aws(root_arn(account_id)),
            inline={"default": policy},
            tags={"aws-cdk:bootstrap-role": name, "team": "platform"},
            created_days_ago=760,
            last_used_days_ago=min(used.values()),
            last_used_region=region,
            used_services=used,
        )
        for name, (policy, used) in names.items()
    ]
    execution = Role(
        f"cdk-hnb659fds-cfn-exec-role-{account_id}-{region}",
        trusts_service("cloudformation"),
        managed=("aws:AdministratorAccess",),
        created_days_ago=760,
        last_used_days_ago=1,
        last_used_region=region,
        used_services={"lambda": 1, "iam": 1, "s3": 1, "dynamodb": 9, "sqs": 30},
    )
    return [*roles, execution]
