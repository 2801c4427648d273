"""A world's organization in, moto's Organizations backend filled, with ids that are the same at every start."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.organizations.models import (
    FakeAccount,
    FakeOrganization,
    FakeOrganizationalUnit,
    FakePolicy,
    FakeRoot,
    OrganizationsBackend,
    organizations_backends,
)
from moto.organizations.utils import DEFAULT_RCP_POLICY_ID, DEFAULT_SCP_POLICY_ID

from hygiene.simulate.identifiers import organization_policy_id, organizational_unit_id, root_id
from hygiene.simulate.world import Account, OrganizationPolicy, World

if TYPE_CHECKING:
    from hygiene.simulate.state import State

SCP = "SERVICE_CONTROL_POLICY"
RCP = "RESOURCE_CONTROL_POLICY"


def seed_organization(state: State) -> None:
    """Build the organization, its tree and its policies in the management account's backend."""
    world, backend = state.world, state.organizations()
    if backend is None or world.organization_id is None or world.management_account is None:
        return
    organization = FakeOrganization(world.management_account, world.region, "ALL")
    organization.id = world.organization_id
    organization.root_id = root_id(world.organization_id)
    organization.master_account_email = state.accounts[world.management_account].email
    backend.org = organization
    root = FakeRoot(organization)
    root.policy_types = [{"Type": kind, "Status": "ENABLED"} for kind in (RCP, SCP)]
    backend.ou.append(root)
    _seed_units(backend, world)
    for account in world.member_accounts():
        _seed_account(state, backend, account)
    _seed_policies(backend, world)


def target_id(world: World, target: str) -> str:
    """The id of "" (the root), an OU path or an account id."""
    organization_id = str(world.organization_id)
    if target == "":
        return root_id(organization_id)
    if target.isdigit():
        return target
    return organizational_unit_id(organization_id, target)


def _seed_units(backend: OrganizationsBackend, world: World) -> None:
    for path in sorted(world.ous):
        parent, _, name = path.rpartition("/")
        unit = FakeOrganizationalUnit(backend.org, Name=name, ParentId=target_id(world, parent))  # type: ignore[arg-type]
        unit.id = target_id(world, path)
        backend.ou.append(unit)


def _seed_account(state: State, backend: OrganizationsBackend, account: Account) -> None:
    # Not through FakeAccount(): that invents a random account and puts a role into it.
    made: Any = FakeAccount.__new__(FakeAccount)
    organization = backend.org
    if organization is None:
        return
    made.type, made.region = "ACCOUNT", organization.region
    made.organization_id, made.master_account_id = organization.id, organization.master_account_id
    made.create_account_status_id = "car-" + account.id
    made.id, made.name = account.id, account.name
    made.email = account.email or f"aws+{account.id}@example.com"
    made.create_time = state.ago(account.joined_days_ago)
    made.state = account.state
    made.status = {"CLOSED": "SUSPENDED", "PENDING_ACTIVATION": "ACTIVE"}.get(account.state, account.state)
    made.joined_method = account.joined_method
    made.parent_id = target_id(state.world, account.ou)
    made.attached_policies = []
    made.tags = dict(account.tags)
    backend.accounts.append(made)
    organizations_backends.master_accounts[account.id] = (organization.master_account_id, state.world.partition)


def _seed_policies(backend: OrganizationsBackend, world: World) -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    everywhere = ["", *world.ous, *(a.id for a in world.member_accounts())]
    for kind, policy_id, name, own, extra in (
        (SCP, DEFAULT_SCP_POLICY_ID, "FullAWSAccess", world.scps, {}),
        (RCP, DEFAULT_RCP_POLICY_ID, "RCPFullAWSAccess", world.rcps, {"Principal": "*"}),
    ):
        replaced = {target for policy in own if policy.instead_of_full_access for target in policy.targets}
        document = {"Version": "2012-10-17", "Statement": [{**statement, **extra}]}
        targets = tuple(target for target in everywhere if target not in replaced)
        full = OrganizationPolicy(name, document, targets, "Allows access to every operation")
        _seed_policy(backend, world, kind, full, policy_id)
        for policy in own:
            made_id = organization_policy_id(str(world.organization_id), kind, policy.name)
            _seed_policy(backend, world, kind, policy, made_id)


def _seed_policy(
    backend: OrganizationsBackend, world: World, kind: str, policy: OrganizationPolicy, policy_id: str
) -> None:
    content = json.dumps(policy.document)
    made = FakePolicy(
        backend.org,  # type: ignore[arg-type]
        Name=policy.name,
        Description=policy.description,
        Type=kind,
        Content=content,
    )
    made.id = policy_id
    made.aws_managed = policy_id in (DEFAULT_SCP_POLICY_ID, DEFAULT_RCP_POLICY_ID)
    backend.policies.append(made)
    for target in policy.targets:
        backend.attach_policy(PolicyId=policy_id, TargetId=target_id(world, target))
