"""AWS Organizations: accounts and their tree, pages of at most twenty, refused to plain member accounts.

https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from moto.organizations.models import FakeAccount, FakeOrganizationalUnit, FakeRoot, OrganizationsBackend

from hygiene.simulate.errors import AwsError
from hygiene.simulate.incoming import Answer, Incoming
from hygiene.simulate.paging import page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hygiene.simulate.state import State

MAX_RESULTS = 20

MEMBER_OPERATIONS = frozenset({"DescribeOrganization", "LeaveOrganization", "ListHandshakesForAccount"})
"""What any member account may call."""


def invalid_input(message: str) -> AwsError:
    """A parameter out of its limits."""
    return AwsError("InvalidInputException", message)


def check_membership(state: State, call: Incoming) -> OrganizationsBackend:
    """The organization, for callers that may ask about it; raises what AWS answers the others."""
    backend = state.organizations()
    if backend is None or call.account_id not in {account.id for account in backend.accounts}:
        raise AwsError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    if call.operation in MEMBER_OPERATIONS or call.account_id == state.world.management_account:
        return backend
    delegated = {*state.world.delegated_administrators, *(admin.account.id for admin in backend.admins)}
    reads = call.operation.startswith(("List", "Describe"))
    if call.account_id in delegated and reads:
        return backend
    raise AwsError("AccessDeniedException", "You don't have permissions to access this resource.")


def organization_page(
    state: State,
    call: Incoming,
    name: str,
    items: Sequence[Any],
    key: Callable[[Any], str],
    show: Callable[[Any], Mapping[str, Any]],
) -> Answer:
    """One page of at most twenty, as every list of this service."""
    size = int(call.parameters.get("MaxResults", MAX_RESULTS))
    if not 1 <= size <= MAX_RESULTS:
        raise invalid_input("You specified a value for MaxResults that is not between 1 and 20.")
    found = page(
        sorted(items, key=key),
        key,
        service=call.service,
        operation=call.operation,
        size=size,
        marker=call.parameters.get("NextToken"),
        faults=state.faults,
        bad_marker=invalid_input("You provided an invalid value for NextToken."),
    )
    shown = [show(item) for item in found.items]
    return Answer({name: shown, **({"NextToken": found.marker} if found.marker else {})}, len(shown))


def _path(backend: OrganizationsBackend, account: FakeAccount) -> str:
    """`o-…/r-…/ou-…/123456789012/`, the shape of Account.Paths in botocore's model."""
    units = {unit.id: unit for unit in backend.ou}
    parts = [account.id]
    place = units.get(account.parent_id)
    while place is not None:
        parts.append(place.id)
        place = None if isinstance(place, FakeRoot) else units.get(str(place.parent_id))
    return "/".join([account.organization_id, *reversed(parts)]) + "/"


def show_account(backend: OrganizationsBackend, account: FakeAccount) -> dict[str, Any]:
    """An account as every listing shows it."""
    shown = {**account.describe(), "JoinedTimestamp": account.create_time}
    return {**shown, "Paths": [_path(backend, account)]}


def _place(backend: OrganizationsBackend, place_id: str) -> FakeOrganizationalUnit:
    found = next((unit for unit in backend.ou if unit.id == place_id), None)
    if found is None:
        raise AwsError("ParentNotFoundException", "You specified parent that doesn't exist.")
    return found


def describe_organization(state: State, call: Incoming) -> Answer:
    """The organization, for every member."""
    backend = check_membership(state, call)
    return Answer(backend.describe_organization())


def list_accounts(state: State, call: Incoming) -> Answer:
    """Every account of the organization."""
    backend = check_membership(state, call)
    return organization_page(
        state, call, "Accounts", backend.accounts, lambda a: str(a.id), lambda a: show_account(backend, a)
    )


def list_accounts_for_parent(state: State, call: Incoming) -> Answer:
    """The accounts directly below a root or OU."""
    backend = check_membership(state, call)
    parent = _place(backend, call.parameters["ParentId"])
    below = [a for a in backend.accounts if a.parent_id == parent.id]
    return organization_page(state, call, "Accounts", below, lambda a: str(a.id), lambda a: show_account(backend, a))


def list_roots(state: State, call: Incoming) -> Answer:
    """The one root."""
    backend = check_membership(state, call)
    roots = [unit for unit in backend.ou if isinstance(unit, FakeRoot)]
    return organization_page(state, call, "Roots", roots, lambda r: str(r.id), lambda r: r.describe())


def list_organizational_units_for_parent(state: State, call: Incoming) -> Answer:
    """The OUs directly below a root or OU."""
    backend = check_membership(state, call)
    parent = _place(backend, call.parameters["ParentId"])
    below = [unit for unit in backend.ou if unit.parent_id == parent.id]
    return organization_page(
        state,
        call,
        "OrganizationalUnits",
        below,
        lambda unit: str(unit.id),
        lambda unit: unit.describe()["OrganizationalUnit"],
    )


def list_parents(state: State, call: Incoming) -> Answer:
    """The root or OU right above an account or OU."""
    backend = check_membership(state, call)
    child = call.parameters["ChildId"]
    children: list[Any] = [*backend.accounts, *(u for u in backend.ou if not isinstance(u, FakeRoot))]
    found = next((c for c in children if c.id == child), None)
    if found is None:
        raise AwsError("ChildNotFoundException", "You specified a child that doesn't exist.")
    parents = [unit for unit in backend.ou if unit.id == found.parent_id]
    return organization_page(
        state, call, "Parents", parents, lambda p: str(p.id), lambda p: {"Id": p.id, "Type": p.type}
    )


def list_tags_for_resource(state: State, call: Incoming) -> Answer:
    """The tags of an account, OU, root or policy."""
    backend = check_membership(state, call)
    resource_id = call.parameters["ResourceId"]
    if not re.fullmatch(r"\d{12}|r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}|p-\w{8,128}", resource_id):
        raise invalid_input("You provided a value that does not match the required pattern.")
    resources: list[Any] = [*backend.accounts, *backend.ou, *backend.policies]
    resource = next((r for r in resources if r.id == resource_id), None)
    if resource is None:
        raise AwsError("TargetNotFoundException", "You specified a target that doesn't exist.")
    return organization_page(
        state,
        call,
        "Tags",
        list(resource.tags.items()),
        lambda tag: str(tag[0]),
        lambda tag: {"Key": tag[0], "Value": tag[1]},
    )


def list_delegated_administrators(state: State, call: Incoming) -> Answer:
    """The delegated administrators the world names, and those registered over the API."""
    backend = check_membership(state, call)
    ids = {*state.world.delegated_administrators, *(admin.account.id for admin in backend.admins)}
    admins = [account for account in backend.accounts if account.id in ids]
    return organization_page(
        state,
        call,
        "DelegatedAdministrators",
        admins,
        lambda a: str(a.id),
        lambda a: {**a.describe(), "JoinedTimestamp": a.create_time, "DelegationEnabledDate": a.create_time},
    )


OPERATIONS = {
    ("organizations", "DescribeOrganization"): describe_organization,
    ("organizations", "ListAccounts"): list_accounts,
    ("organizations", "ListAccountsForParent"): list_accounts_for_parent,
    ("organizations", "ListDelegatedAdministrators"): list_delegated_administrators,
    ("organizations", "ListOrganizationalUnitsForParent"): list_organizational_units_for_parent,
    ("organizations", "ListParents"): list_parents,
    ("organizations", "ListRoots"): list_roots,
    ("organizations", "ListTagsForResource"): list_tags_for_resource,
}
