"""A world in, moto's IAM backends filled: in process, so that dates and ids can be what the world says.

Objects are built rather than made by API: moto's `create_role` searches all roles for the name each time.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.iam import models

from hygiene.simulate.errors import SimulationError
from hygiene.simulate.identifiers import access_key_id, secret_access_key, unique_id
from hygiene.simulate.managed import aws_policy_arn, load_aws_policy
from hygiene.simulate.seed_organization import seed_organization
from hygiene.simulate.standard_roles import check_callers, with_standard_roles
from hygiene.simulate.state import State, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hygiene.simulate.world import Account, Document, Policy, Role, User

_moto: Any = models
"""moto's classes leave methods abstract that nobody calls here; the type checker need not mind."""


def seed(state: State) -> None:
    """Put the whole world into moto's backends."""
    for account in state.world.accounts:
        _seed_account(state, with_standard_roles(state.world, account))
    if state.world.organization_id is not None:
        seed_organization(state)
    check_callers(state)


def as_json(document: Document) -> str:
    """A document as a user would have sent it."""
    return json.dumps(document)


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags the way the API lists them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _seed_account(state: State, account: Account) -> None:
    iam = state.iam(account.id)
    for policy in account.policies:
        _seed_policy(state, iam, policy)
    arns = {p.name: p.arn for p in iam.managed_policies.values()}
    for role in account.roles:
        _seed_role(state, iam, role, arns)
    for user in account.users:
        _seed_user(state, iam, user, arns)
    for url in account.oidc_providers:
        made = _moto.OpenIDConnectProvider(account.id, iam.region_name, url, ["a" * 40], ["sts.amazonaws.com"], {})
        made.create_date = state.ago(600)
        iam.open_id_providers[made.arn] = made
    for name in account.saml_providers:
        provider = _moto.SAMLProvider(account.id, iam.region_name, name, f"<EntityDescriptor entityID='{name}'/>")
        provider.create_date = state.ago(900)
        iam.saml_providers[name] = provider


def _seed_policy(state: State, iam: models.IAMBackend, policy: Policy) -> None:
    created = state.ago(policy.created_days_ago)
    made = _moto.ManagedPolicy(
        policy.name,
        account_id=iam.account_id,
        region=iam.region_name,
        default_version_id=f"v{len(policy.earlier) + 1}",
        description=policy.description,
        document=as_json(policy.document),
        path=policy.path,
        create_date=created,
        update_date=created,
    )
    made.id = unique_id("ANPA", made.arn)
    for number, document in enumerate(policy.earlier, start=1):
        made.versions.append(_moto.PolicyVersion(made.arn, as_json(document), False, f"v{number}", created))
    iam.managed_policies[made.arn] = made


def _resolve(iam: models.IAMBackend, name: str, arns: Mapping[str, str]) -> models.ManagedPolicy:
    """A policy of the account, `aws:NAME`, or a full ARN."""
    if name.startswith("aws:"):
        name = aws_policy_arn(name.removeprefix("aws:"), iam.partition)
    arn = name if name.startswith("arn:") else arns.get(name, "")
    found = iam.managed_policies.get(arn) or (load_aws_policy(iam, arn) if ":aws:policy" in arn else None)
    if found is None:
        raise SimulationError(f"Account {iam.account_id} has no managed policy {name!r}.")
    return found


def _seed_role(state: State, iam: models.IAMBackend, role: Role, arns: Mapping[str, str]) -> None:
    boundary = _resolve(iam, role.boundary, arns).arn if role.boundary else None
    arn = f"arn:{iam.partition}:iam::{iam.account_id}:role{role.path}{role.name}"
    made = _moto.Role(
        account_id=iam.account_id,
        partition=iam.partition,
        role_id=unique_id("AROA", f"{arn}{role.incarnation}"),
        name=role.name,
        assume_role_policy_document=as_json(role.trust),
        path=role.path,
        permissions_boundary=boundary,
        description=role.description,
        tags=tag_list(role.tags),
        max_session_duration=str(int(role.max_session_hours * 3600)),
    )
    if made.id in iam.roles:
        raise SimulationError(f"Account {iam.account_id} has two roles {role.name!r}.")
    made.create_date = state.ago(role.created_days_ago)
    made.policies = {name: as_json(document) for name, document in role.inline.items()}
    for name in role.managed:
        _resolve(iam, name, arns).attach_to(made)
    iam.roles[made.id] = made
    _seed_usage(state, made, role)
    if role.instance_profile:
        _seed_instance_profile(iam, made)
    if role.source_template:
        state.source_templates[made.id] = role.source_template


def _seed_usage(state: State, made: Any, role: Role) -> None:
    region = role.last_used_region or state.world.region
    if role.last_used_days_ago is not None:
        made.last_used, made.last_used_region = state.ago(role.last_used_days_ago), region
    services = {name: state.ago(days) for name, days in role.used_services.items()}
    actions = {name: state.ago(days) for name, days in role.used_actions.items()}
    state.usage[made.id] = Usage(services, actions, region)


def _seed_instance_profile(iam: models.IAMBackend, role: models.Role) -> None:
    profile = _moto.InstanceProfile(iam.account_id, iam.region_name, "", role.name, "/", [role])
    profile.id = unique_id("AIPA", profile.arn)
    profile.create_date = role.create_date
    iam.instance_profiles[profile.name] = profile


def _seed_user(state: State, iam: models.IAMBackend, user: User, arns: Mapping[str, str]) -> None:
    made = _moto.User(iam.account_id, iam.region_name, user.name, user.path)
    made.id = unique_id("AIDA", made.arn)
    made.create_date = state.ago(user.created_days_ago)
    made.policies = {name: as_json(document) for name, document in user.inline.items()}
    if user.tags:
        iam.tagger.tag_resource(made.arn, tag_list(user.tags))
    for name in user.managed:
        _resolve(iam, name, arns).attach_to(made)
    _seed_sign_in(state, made, user)
    iam.users[user.name] = made


def _seed_sign_in(state: State, made: Any, user: User) -> None:
    if user.has_password:
        made.password = secret_access_key(f"password {made.arn}")
    if user.password_last_used_days_ago is not None:
        made.password_last_used = state.ago(user.password_last_used_days_ago)
    if user.has_mfa:
        device = _moto.MFADevice(made.arn.replace(":user/", ":mfa/"), "", "")
        device.enable_date = made.create_date
        made.mfa_devices[device.serial_number] = device
    for number, age in enumerate(user.key_ages):
        made.access_keys.append(_access_key(made, number, state.ago(age)))
    if user.key_last_used_days_ago is not None and made.access_keys:
        used = _moto.AccessKeyLastUsed(state.ago(user.key_last_used_days_ago), "s3", state.world.region)
        made.access_keys[0].last_used = used


def _access_key(user: models.User, number: int, created: datetime) -> models.AccessKey:
    key: models.AccessKey = _moto.AccessKey(user.name, prefix="AKIA", account_id=user.account_id)
    seed_text = f"{user.arn} {number}"
    key.access_key_id = access_key_id("AKIA", seed_text)
    key.secret_access_key = secret_access_key(seed_text)
    key.create_date = created
    return key
