"""The demo organization: Northwind Atlas at the end of 2026, with everything a review should notice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hygiene.simulate.cloudtrail.trail import Trail, Workgroup
from hygiene.simulate.documents import allow, deny, document, permissions, trusts_aws, trusts_service
from hygiene.simulate.story import (
    activity,
    applications,
    company,
    guardrails,
    incidents,
    landing_zone,
    lifetimes,
    second_opinions,
    textbook,
    vendors,
)
from hygiene.simulate.story import permissions_gallery as gallery
from hygiene.simulate.world import Account, Hub, Role, User, World

DEMO_AS_OF = datetime(2026, 12, 31, 6, 0, tzinfo=UTC)
"""The moment of the demo; all dates of the story count back from the clock it is run with."""

EKS_URL = f"https://{applications.EKS_PROVIDER}"
GITHUB_URL = f"https://{vendors.GITHUB}"

TRAIL = Trail(
    "nwa-organization-trail",
    company.LOG_ARCHIVE,
    database="audit",
    athena_account=company.SECURITY,
    workgroups=(Workgroup(output="s3://nwa-athena-results/role-review/"),),
    results_bucket="nwa-athena-results",
)

CORPORATE = "NorthwindAtlasIdP"


def _common(account_id: str, *, workload: bool = False, member: bool = True) -> list[Role]:
    roles = landing_zone.service_linked_roles(account_id, landing_zone.SERVICE_LINKED)
    if workload:
        roles += landing_zone.service_linked_roles(account_id, landing_zone.WORKLOAD_SERVICE_LINKED)
        roles += landing_zone.cdk_roles(account_id)
    if member:
        roles += landing_zone.member_roles()
    return [*roles, *landing_zone.sign_on_roles(account_id), *landing_zone.landing_zone_roles(account_id)]


def _account(account_id: str, name: str, ou: str, roles: list[Role], **more: object) -> Account:
    base = Account(
        account_id,
        f"nwa-{name}",
        company.mail(f"aws-{name}"),
        ou,
        roles=tuple(roles),
        joined_days_ago=1700,
        saml_providers=(landing_zone.sign_on_provider(),),
        tags={"owner": company.mail("platform"), "cost-center": f"{company.spread(name, 100, 999)}"},
    )
    return replace(base, **more)  # type: ignore[arg-type]


def _management() -> Account:
    billing = landing_zone.sign_on_roles(company.MANAGEMENT, {"Billing": "aws:Billing"})
    stack_sets = Role(
        "AWSCloudFormationStackSetAdministrationRole",
        trusts_service("cloudformation"),
        inline={"assume": permissions("sts:AssumeRole", "arn:aws:iam::*:role/stacksets-exec-*")},
        tags=landing_zone.PLATFORM,
        last_used_days_ago=12,
        used_services={"sts": 12},
    )
    root_user = User(
        "finance-export", managed=("aws:AWSBillingReadOnlyAccess",), key_ages=(610,), created_days_ago=610
    )
    roles = [*_common(company.MANAGEMENT, member=False), *billing, stack_sets]
    return _account(company.MANAGEMENT, "management", "", roles, users=(root_user,))


def _security() -> Account:
    auditor = Role(
        "nwa-auditor",
        trusts_service("lambda"),
        inline={"audit": permissions("sts:AssumeRole", "arn:aws:iam::*:role/nwa-security-audit")},
        tags={"owner": company.mail("security")},
        last_used_days_ago=6,
        used_services={"sts": 6},
    )
    rules = document(allow(["securityhub:*", "guardduty:*"]), deny("guardduty:DeleteDetector"))
    triage = Role(
        "finding-triage",
        trusts_service("states"),
        inline={"triage": rules},
        tags={"owner": company.mail("security")},
        last_used_days_ago=0,
        used_services={"securityhub": 0, "guardduty": 0},
    )
    return _account(company.SECURITY, "security", "Security", [*_common(company.SECURITY), auditor, triage])


def _log_archive() -> Account:
    reader = Role(
        "log-search",
        trusts_aws(company.role_arn(company.SECURITY, "finding-triage")),
        inline={"read": permissions(["s3:GetObject", "s3:ListBucket"], "arn:aws:s3:::nwa-organization-trail*")},
        tags={"owner": company.mail("security")},
        last_used_days_ago=14,
        used_services={"s3": 14},
    )
    return _account(company.LOG_ARCHIVE, "log-archive", "Security", [*_common(company.LOG_ARCHIVE), reader])


def _shared() -> Account:
    account_id = company.SHARED
    robot = Role(
        "release-robot",
        trusts_service("codebuild"),
        inline={"release": permissions("sts:AssumeRole", company.role_arn(company.PRODUCTION, "release-manager"))},
        tags={"owner": company.mail("platform")},
        last_used_days_ago=9,
        used_services={"sts": 9},
    )
    services = applications.application_roles(account_id, "shared", "platform", applications.SHARED_SERVICES)
    roles = [*_common(account_id, workload=True), robot, *services, *vendors.github_roles(account_id)]
    return _account(account_id, "shared-services", "Infrastructure", roles, oidc_providers=(GITHUB_URL,))


def _development() -> Account:
    account_id = company.DEVELOPMENT
    roles = [
        *_common(account_id, workload=True),
        textbook.developer_role(),
        *textbook.monitoring_roles(account_id),
        *applications.shop_roles(account_id, "dev"),
        *lifetimes.lifetime_roles(),
        *gallery.broad_roles(account_id),
        *vendors.corporate_roles(account_id),
    ]
    providers = (landing_zone.sign_on_provider(), CORPORATE)
    user = User("ci-legacy", inline={"deploy": permissions("s3:PutObject")}, key_ages=(940, 12), has_mfa=False)
    return _account(
        account_id,
        "development",
        "Workloads/NonProd",
        roles,
        policies=gallery.POLICIES,
        users=(user,),
        saml_providers=providers,
        oidc_providers=(EKS_URL,),
    )


def _production() -> Account:
    account_id = company.PRODUCTION
    template = Role(
        "bedrock-agent-shop-assistant",
        trusts_service("bedrock"),
        inline={"invoke": permissions("bedrock:InvokeModel", "arn:aws:bedrock:eu-west-1::foundation-model/*")},
        description="Made from a role template of AWS",
        created_days_ago=75,
        last_used_days_ago=1,
        used_services={"bedrock": 1},
        source_template="arn:aws:iam::aws:role-template/BedrockAgentExecution",
    )
    roles = [
        *_common(account_id, workload=True),
        *textbook.production_data_roles(),
        *textbook.monitoring_roles(account_id),
        *applications.shop_roles(account_id, "prod"),
        *gallery.administrators(account_id),
        *gallery.hostile_roles(account_id),
        *vendors.outside_roles(account_id),
        *vendors.public_roles(),
        *vendors.github_roles(account_id),
        *vendors.corporate_roles(account_id),
        template,
    ]
    return _account(
        account_id,
        "production",
        "Workloads/Prod",
        roles,
        policies=gallery.POLICIES,
        saml_providers=(landing_zone.sign_on_provider(), CORPORATE),
        oidc_providers=(EKS_URL, GITHUB_URL),
        quotas={"RolesQuota": 2000, "AttachedPoliciesPerRoleQuota": 20},
    )


def _data() -> Account:
    account_id = company.DATA
    services = applications.application_roles(account_id, "data", "data-platform", applications.DATA_SERVICES)
    roles = [*_common(account_id, workload=True), *services]
    return _account(account_id, "data-analytics", "Workloads/Prod", roles)


def _payments() -> Account:
    account_id = company.PAYMENTS
    services = applications.application_roles(account_id, "pay", "payments", applications.PAYMENT_SERVICES)
    roles = [*_common(account_id, workload=True), *services]
    return _account(account_id, "payments", "Workloads/Prod", roles, reader="no-last-accessed")


def _sandbox() -> Account:
    account_id = company.SANDBOX
    admins = [
        Role(
            name,
            trusts_aws(company.root_arn(account_id)),
            managed=("aws:AdministratorAccess",),
            tags={"owner": company.mail("engineering")} if name != "playground" else {},
            created_days_ago=age,
            last_used_days_ago=days,
            last_used_region=company.HOME_REGION,
            used_services={} if days is None else {"lambda": days, "s3": days},
        )
        for name, age, days in (("sandbox-admin", 410, 3), ("playground", 505, None), ("hackathon-2025", 420, 318))
    ]
    return _account(account_id, "sandbox", "Sandbox", [*_common(account_id), *admins])


def demo_world() -> World:
    """Northwind Atlas: eleven accounts, one of them suspended, one that refuses us, one that answers in part."""
    acquired = _account(
        company.ACQUIRED,
        "acquired-harbor",
        "Workloads/Prod",
        _common(company.ACQUIRED, member=False),
        reader="refuses",
        joined_method="INVITED",
        joined_days_ago=58,
    )
    retired = _account(
        company.RETIRED,
        "retired-shop",
        "Suspended",
        _common(company.RETIRED),
        state="SUSPENDED",
        joined_days_ago=2100,
    )
    accounts = (
        _management(),
        _security(),
        _log_archive(),
        _shared(),
        _development(),
        _production(),
        _data(),
        _payments(),
        _sandbox(),
        acquired,
        retired,
    )
    return World(
        accounts=accounts,
        hub=Hub(company.SECURITY),
        organization_id=company.ORGANIZATION,
        management_account=company.MANAGEMENT,
        ous=company.OUS,
        scps=guardrails.SCPS,
        rcps=guardrails.RCPS,
        delegated_administrators=(company.SECURITY,),
        events=activity.everyday_events(accounts) + incidents.incident_events(),
        trail=TRAIL,
        analyzers=(second_opinions.analyzer(),),
        aggregators=(second_opinions.aggregator(),),
        security_hubs=(second_opinions.security_hub(),),
    )
