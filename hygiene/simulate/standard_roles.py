"""The two roles the collector lives on, seeded into every world: the hub's, and the reader's in each account."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hygiene.simulate.documents import allow, document, trusts_aws, trusts_service
from hygiene.simulate.errors import SimulationError
from hygiene.simulate.statements import UnsupportedConditionError, check_supported, statements
from hygiene.simulate.world import READER_ROLE, Account, Role, World

if TYPE_CHECKING:
    from moto.iam.models import Role as MotoRole

    from hygiene.simulate.cloudtrail.trail import Trail
    from hygiene.simulate.state import State

LAST_ACCESSED_ACTIONS = ["iam:GenerateServiceLastAccessedDetails", "iam:GetServiceLastAccessedDetails"]

READER_ACTIONS = [
    "access-analyzer:GetFinding",
    "access-analyzer:ListAnalyzers",
    "access-analyzer:ListFindings",
    "account:GetAlternateContact",
    "cloudtrail:DescribeTrails",
    "cloudtrail:LookupEvents",
    "ec2:DescribeRegions",
    "iam:GenerateCredentialReport",
    "iam:GetAccountAuthorizationDetails",
    "iam:GetAccountSummary",
    "iam:GetCredentialReport",
    "iam:GetOpenIDConnectProvider",
    "iam:GetRole",
    "iam:GetSAMLProvider",
    "iam:ListAccountAliases",
    "iam:ListOpenIDConnectProviders",
    "iam:ListRoles",
    "iam:ListSAMLProviders",
    *LAST_ACCESSED_ACTIONS,
]

HUB_ACTIONS = [
    "access-analyzer:GetFinding",
    "access-analyzer:ListAnalyzers",
    "access-analyzer:ListFindings",
    "access-analyzer:ValidatePolicy",
    "config:DescribeConfigurationAggregators",
    "config:SelectAggregateResourceConfig",
    "organizations:DescribeOrganization",
    "organizations:DescribePolicy",
    "organizations:ListAccounts",
    "organizations:ListAccountsForParent",
    "organizations:ListDelegatedAdministrators",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListParents",
    "organizations:ListPolicies",
    "organizations:ListRoots",
    "organizations:ListTagsForResource",
    "organizations:ListTargetsForPolicy",
    "securityhub:GetFindings",
    "sso:DescribePermissionSet",
    "sso:ListAccountsForProvisionedPermissionSet",
    "sso:ListInstances",
    "sso:ListPermissionSets",
]


TRAIL_ACTIONS = [
    "athena:GetQueryExecution",
    "athena:GetQueryResults",
    "athena:GetWorkGroup",
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
    "glue:GetDatabase",
    "glue:GetPartitions",
    "glue:GetTable",
]
"""What the hub needs to ask Athena about the trail; the buckets' own actions are allowed on those buckets alone."""


def with_standard_roles(world: World, account: Account) -> Account:
    """The account with its reader role and, where it belongs, the hub role, unless the world brings its own."""
    names = {role.name for role in account.roles}
    kind, _, hub_name = world.hub.principal.partition("/")
    added = []
    if account.id == world.hub.account_id and kind == "role" and hub_name not in names:
        added.append(_hub_role(world, hub_name))
    if account.reader != "absent" and READER_ROLE not in names:
        added.append(_reader_role(world, account))
    return replace(account, roles=account.roles + tuple(added))


def _hub_role(world: World, name: str) -> Role:
    readers = f"arn:{world.partition}:iam::*:role/{READER_ROLE}"
    policy = document(allow(HUB_ACTIONS), allow("sts:AssumeRole", readers))
    inline = {"collect": policy}
    if world.trail is not None:
        inline["read-the-trail"] = _trail_policy(world.trail)
    if world.organization_id is None:
        inline["read-this-account"] = document(allow(READER_ACTIONS))
    return Role(
        name,
        trusts_service("lambda"),
        inline=inline,
        description="Runs the quarterly role review",
        tags={"owner": "security@example.com"},
        created_days_ago=300,
        last_used_days_ago=91,
    )


def _trail_policy(trail: Trail) -> dict[str, Any]:
    bucket = f"arn:aws:s3:::{trail.bucket}"
    statements = [
        allow(["s3:GetBucketLocation", "s3:ListBucket"], bucket),
        allow("s3:GetObject", f"{bucket}/*"),
    ]
    if trail.database:
        statements.append(allow(TRAIL_ACTIONS))
    if trail.results_bucket:
        results = f"arn:aws:s3:::{trail.results_bucket}"
        statements += [
            allow(["s3:GetBucketLocation", "s3:ListBucket"], results),
            allow(["s3:GetObject", "s3:PutObject"], f"{results}/*"),
        ]
    return document(*statements)


def _reader_role(world: World, account: Account) -> Role:
    actions = READER_ACTIONS
    if account.reader == "no-last-accessed":
        actions = [a for a in READER_ACTIONS if a not in LAST_ACCESSED_ACTIONS]
    policy = account.reader if isinstance(account.reader, Mapping) else document(allow(actions))
    return Role(
        READER_ROLE,
        _reader_trust(world, refuses=account.reader == "refuses"),
        inline={"read-roles": policy},
        description="Read by the quarterly role review",
        tags={"owner": "security@example.com"},
        created_days_ago=300,
        last_used_days_ago=91,
        used_services={"iam": 91},
    )


def _reader_trust(world: World, *, refuses: bool) -> dict[str, Any]:
    hub = f"arn:{world.partition}:iam::{world.hub.account_id}"
    principal = "role/security-audit-2023" if refuses else world.hub.principal
    condition: dict[str, dict[str, str]] = {"ArnEquals": {"aws:PrincipalArn": f"{hub}:{principal}"}}
    if world.organization_id is not None:
        condition["StringEquals"] = {"aws:PrincipalOrgID": world.organization_id}
    return trusts_aws(f"{hub}:root", condition)


def check_callers(state: State) -> None:
    """Raise SimulationError when the hub or a reader carries a condition the evaluator would have to ignore."""
    kind, _, hub_name = state.world.hub.principal.partition("/")
    names = {READER_ROLE, hub_name} if kind == "role" else {READER_ROLE}
    for account in state.world.accounts:
        for role in state.iam(account.id).roles.values():
            if role.name in names:
                check_role(role)


def check_role(role: MotoRole) -> None:
    """Raise SimulationError when a policy of this role has a condition the evaluator cannot judge."""
    texts = [*role.policies.values()]
    texts += [v.document for p in role.managed_policies.values() for v in p.versions if v.is_default]
    for text in texts:
        for statement in statements(json.loads(text)):
            try:
                check_supported(statement.get("Condition", {}))
            except UnsupportedConditionError as error:
                raise SimulationError(f"{role.arn} cannot be a caller. {error}") from error
