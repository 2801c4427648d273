"""A caller and an action in, nothing or AWS's AccessDenied out.

The order is AWS's: service control policies, identity policies, permissions boundary, session policies.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from moto.organizations.models import FakeAccount, OrganizationsBackend

from hygiene.simulate.errors import AwsError, access_denied
from hygiene.simulate.seed_organization import SCP
from hygiene.simulate.statements import Context, decides

if TYPE_CHECKING:
    from moto.iam.models import IAMBackend

    from hygiene.simulate.credentials import Caller
    from hygiene.simulate.state import State

Documents = list[Mapping[str, Any]]


@lru_cache(maxsize=8192)
def parsed(text: str) -> Mapping[str, Any]:
    """A stored policy document as an object."""
    document: Mapping[str, Any] = json.loads(text)
    return document


def request_context(state: State, caller: Caller, region: str) -> dict[str, str]:
    """The condition keys of a request, in lower case."""
    context = {
        "aws:principalaccount": caller.account_id,
        "aws:principalarn": caller.principal_arn,
        "aws:principaltype": "AssumedRole" if caller.is_role_session else "User",
        "aws:requestedregion": region,
        "aws:securetransport": "false",
    }
    if caller.account_id in state.members:
        context["aws:principalorgid"] = str(state.world.organization_id)
    if caller.expires_at is not None:
        context["aws:multifactorauthpresent"] = "false"
    return context


def _default_document(iam: IAMBackend, arn: str) -> Mapping[str, Any]:
    policy = iam.managed_policies[arn]
    return next(parsed(v.document) for v in policy.versions if v.is_default)


def identity_documents(iam: IAMBackend, principal: Any) -> Documents:
    """Inline and attached policies of a role, user or group of moto's."""
    inline = [parsed(text) for text in principal.policies.values()]
    return inline + [_default_document(iam, arn) for arn in principal.managed_policies]


def caller_documents(state: State, caller: Caller) -> Documents:
    """The identity policies of a caller; a user's groups lend theirs."""
    iam = state.iam(caller.account_id)
    if caller.role_id is not None:
        return identity_documents(iam, iam.roles[caller.role_id])
    user = iam.users[str(caller.user_name)]
    found = identity_documents(iam, user)
    for group in iam.groups.values():
        if user in group.users:
            found += identity_documents(iam, group)
    return found


def _boundary(state: State, caller: Caller) -> Documents | None:
    if caller.role_id is None:
        return None
    iam = state.iam(caller.account_id)
    arn = iam.roles[caller.role_id].permissions_boundary_arn
    return [_default_document(iam, arn)] if arn else None


def _levels(backend: OrganizationsBackend, account_id: str) -> Iterator[Documents]:
    """The SCPs of the account, of each OU above it, of the root."""
    place: Any = next((a for a in backend.accounts if a.id == account_id), None)
    units = {unit.id: unit for unit in backend.ou}
    while place is not None:
        yield [parsed(str(p.content)) for p in place.attached_policies if p.type == SCP]
        place = units.get(place.parent_id) if isinstance(place, FakeAccount) or place.type != "ROOT" else None


def scp_refusal(state: State, caller: Caller, action: str, resource: str, context: Context) -> str | None:
    """Why the organization's SCPs refuse, None when they do not; the management account is exempt."""
    backend = state.organizations()
    if backend is None or caller.account_id not in state.members:
        return None
    if caller.account_id == state.world.management_account or ":role/aws-service-role/" in caller.principal_arn:
        return None
    for documents in _levels(backend, caller.account_id):
        # A condition the evaluator cannot judge does not match: it stays in the data for others to read.
        if decides(documents, "Deny", action, resource, context, unsupported=False):
            return "with an explicit deny in a service control policy"
        if not decides(documents, "Allow", action, resource, context, unsupported=False):
            return f"because no service control policy allows the {action} action"
    return None


def identity_refusal(state: State, caller: Caller, action: str, resource: str, context: Context) -> str | None:
    """Why the caller's own policies refuse, None when they allow."""
    kinds: list[tuple[str, Documents | None]] = [
        ("identity-based policy", caller_documents(state, caller)),
        ("permissions boundary", _boundary(state, caller)),
        ("session policy", list(caller.session_policies) or None),
    ]
    for kind, documents in kinds:
        if documents is None:
            continue
        article = "an" if kind[0] == "i" else "a"
        if decides(documents, "Deny", action, resource, context, unsupported=True):
            return f"with an explicit deny in {article} {kind}"
        if not decides(documents, "Allow", action, resource, context, unsupported=False):
            return f"because no {kind} allows the {action} action"
    return None


def denies_explicitly(state: State, caller: Caller, action: str, resource: str, context: Context) -> str | None:
    """Why the call is refused although a resource policy names the caller: SCPs and Deny statements still bind."""
    refused = scp_refusal(state, caller, action, resource, context)
    if refused:
        return refused
    documents = [*caller_documents(state, caller), *(_boundary(state, caller) or []), *caller.session_policies]
    if decides(documents, "Deny", action, resource, context, unsupported=True):
        return "with an explicit deny in an identity-based policy"
    return None


def denied(service: str, caller: Caller, action: str, resource: str, reason: str) -> AwsError:
    """The sentence AWS writes."""
    sentence = f"User: {caller.arn} is not authorized to perform: {action} on resource: {resource} {reason}"
    return access_denied(service, sentence)


def authorize(state: State, caller: Caller, action: str, resource: str, context: Context) -> None:
    """Raise AccessDenied unless SCPs, identity policies, boundary and session policies all let the call through."""
    service = action.partition(":")[0]
    for refusal in (scp_refusal, identity_refusal):
        reason = refusal(state, caller, action, resource, context)
        if reason:
            raise denied(service, caller, action, resource, reason)
