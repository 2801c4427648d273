"""A world in, the fewest HTTP calls that can read what a snapshot needs out: the yardstick for the collector.

Calls that must be refused to be known as refused (a reader role that does not let us in) count as well.
"""

from __future__ import annotations

from collections import Counter
from math import ceil
from typing import TYPE_CHECKING

from hygiene.simulate.standard_roles import with_standard_roles

if TYPE_CHECKING:
    from hygiene.simulate.world import Account, OrganizationPolicy, Role, World

IAM_PAGE = 1000
ORGANIZATIONS_PAGE = 20
TRACKING_PERIOD_DAYS = 400


def _pages(items: int, size: int) -> int:
    return max(1, ceil(items / size))


def worth_asking(role: Role) -> bool:
    """Whether a last-accessed job can tell something that RoleLastUsed does not already.

    Not for service-linked roles (nobody can edit them), roles unused in the tracking period, roles without policies.
    """
    if role.path.startswith("/aws-service-role/") or not (role.inline or role.managed):
        return False
    return role.last_used_days_ago is not None and role.last_used_days_ago <= TRACKING_PERIOD_DAYS


def _read_account(account: Account, *, last_accessed: bool) -> Counter[str]:
    named = {name for role in account.roles for name in role.managed}
    named |= {name for user in account.users for name in user.managed}
    named |= {role.boundary for role in account.roles if role.boundary}
    aws_policies = [name for name in named if name.startswith(("aws:", "arn:"))]
    items = len(account.roles) + len(account.policies) + len(aws_policies)
    calls = Counter(
        {
            "GetAccountAuthorizationDetails": _pages(items, IAM_PAGE),
            "ListRoles": _pages(len(account.roles), IAM_PAGE),
            "GetAccountSummary": 1,
            "ListOpenIDConnectProviders": 1,
            "GetOpenIDConnectProvider": len(account.oidc_providers),
            "ListSAMLProviders": 1,
            "GetSAMLProvider": len(account.saml_providers),
            "GenerateCredentialReport": 1,
            "GetCredentialReport": 1,
        }
    )
    jobs = sum(worth_asking(role) for role in account.roles) if last_accessed else 0
    if account.reader == "no-last-accessed":
        return calls + Counter({"GenerateServiceLastAccessedDetails": min(jobs, 1)})
    # No page beyond the first: AWS has fewer than a thousand services.
    return calls + Counter({"GenerateServiceLastAccessedDetails": jobs, "GetServiceLastAccessedDetails": jobs})


def _organization(world: World, *, tags: bool) -> Counter[str]:
    members = world.member_accounts()
    calls: Counter[str] = Counter({"DescribeOrganization": 1})
    if not members:
        return calls
    calls += Counter({"ListAccounts": _pages(len(members), ORGANIZATIONS_PAGE), "ListRoots": 1})
    for parent in ("", *world.ous):
        children = [ou for ou in world.ous if ou.rpartition("/")[0] == parent]
        calls["ListOrganizationalUnitsForParent"] += _pages(len(children), ORGANIZATIONS_PAGE)
    everywhere = 1 + len(world.ous) + len(members)
    for own in (world.scps, world.rcps):
        calls["ListPolicies"] += _pages(len(own) + 1, ORGANIZATIONS_PAGE)
        calls["DescribePolicy"] += len(own) + 1
        calls["ListTargetsForPolicy"] += _pages(everywhere - _replaced(own), ORGANIZATIONS_PAGE)
        calls["ListTargetsForPolicy"] += sum(_pages(len(p.targets), ORGANIZATIONS_PAGE) for p in own)
    if tags:
        calls["ListTagsForResource"] = len(members)
    return calls


def _replaced(policies: tuple[OrganizationPolicy, ...]) -> int:
    return len({target for policy in policies if policy.instead_of_full_access for target in policy.targets})


def floor_calls(world: World, *, last_accessed: bool = True, tags: bool = False) -> dict[str, int]:
    """The fewest calls by operation; `tags` adds the accounts' tags, `last_accessed=False` leaves the jobs out."""
    calls = _organization(world, tags=tags) + Counter({"GetCallerIdentity": 1})
    hub_alone = [account for account in world.accounts if account.id == world.hub.account_id]
    for account in world.member_accounts() or hub_alone:
        if account.state != "ACTIVE":
            continue
        calls["AssumeRole"] += 1
        if account.reader not in ("refuses", "absent"):
            calls += _read_account(with_standard_roles(world, account), last_accessed=last_accessed)
    return {operation: number for operation, number in sorted(calls.items()) if number}
