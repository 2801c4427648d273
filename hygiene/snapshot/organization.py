"""Reads organization.json into the population: accounts, their place in the tree, and the policies above them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hygiene.model import Account, AccountState, ControlPolicy, Organization
from hygiene.policy.document import parse_document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hygiene.model import JsonObject

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)


def read_organization(document: JsonObject) -> tuple[Organization | None, tuple[str, ...]]:
    """Return the organization and sentences about what in the document could not be read.

    None when the document lists no accounts at all: a single account outside any organization has no such file.
    """
    listed = document.get("accounts")
    refused = tuple(str(gap) for gap in _listed(document.get("gaps")))
    about = _mapping(document.get("organization"))
    if not isinstance(listed, list):
        return None, refused or ("organization.json has no list of accounts",)
    parents = {str(key): str(value) for key, value in _mapping(document.get("parents")).items()}
    names = {str(key): str(value) for key, value in _mapping(document.get("names")).items()}
    tags = _mapping(document.get("tags"))
    found = [(_account_id(entry), entry) for entry in listed if isinstance(entry, dict)]
    good = [(account_id, entry) for account_id, entry in found if account_id]
    accounts = tuple(
        _account(account_id, entry, parents, names, _mapping(tags.get(account_id))) for account_id, entry in good
    )
    policies, problems = _policies(document.get("policies"))
    if len(good) != len(listed):
        problems += ("organization.json has an account without an Id of 12 digits",)
    if document.get("NextToken"):
        problems += ("organization.json is cut off: AWS had more accounts than it holds",)
    organization = Organization(
        id=str(about.get("Id", "")),
        management_account_id=str(about.get("MasterAccountId") or about.get("ManagementAccountId") or ""),
        accounts=accounts,
        policies=policies,
    )
    return organization, refused + problems


def account_state(entry: Mapping[str, Any]) -> AccountState:
    """Return the account's state: `State`, or `Status` where an older export has only that.

    https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
    """
    written = str(entry.get("State") or entry.get("Status") or "")
    return AccountState(written) if written in set(AccountState) else AccountState.UNKNOWN


def _account_id(entry: JsonObject) -> str:
    """Return the account's id, empty when it has none; a number, as hands write it, gets its zeros back."""
    given = entry.get("Id")
    written = f"{given:012d}" if isinstance(given, int) and not isinstance(given, bool) else given
    return written if isinstance(written, str) and _ACCOUNT.fullmatch(written) else ""


def _account(
    account_id: str, entry: JsonObject, parents: Mapping[str, str], names: Mapping[str, str], tags: Mapping[str, Any]
) -> Account:
    ou_ids = _ancestors(account_id, parents)
    return Account(
        id=account_id,
        name=str(entry.get("Name", "")),
        state=account_state(entry),
        ou_ids=ou_ids,
        ou_path="/".join(names.get(ou, ou) for ou in ou_ids),
        tags={str(key): str(value) for key, value in tags.items()},
    )


def _ancestors(child: str, parents: Mapping[str, str]) -> tuple[str, ...]:
    """Return the parents of a child from the root down; a loop in a hand-made file ends the walk."""
    line: list[str] = []
    parent = parents.get(child)
    while parent is not None and parent not in line:
        line.append(parent)
        parent = parents.get(parent)
    return tuple(reversed(line))


def _policies(listed: object) -> tuple[tuple[ControlPolicy, ...], tuple[str, ...]]:
    if listed is None:
        return (), ()
    if not isinstance(listed, list):
        return (), ("organization.json: `policies` is not a list",)
    good = [entry for entry in listed if isinstance(entry, dict) and "content" in entry]
    policies = tuple(
        ControlPolicy(
            type=str(entry.get("type", "")),
            id=str(entry.get("id", "")),
            name=str(entry.get("name", "")),
            content=entry["content"],
            targets=tuple(str(target) for target in _listed(entry.get("targets"))),
        )
        for entry in good
    )
    problems = tuple(
        f"organization.json: policy {policy.name or policy.id}: {problem}"
        for policy in policies
        for problem in parse_document(policy.content).problems
    )
    return policies, problems + (
        () if len(good) == len(listed) else ("organization.json has a policy without content",)
    )


def _listed(value: object) -> list[Any]:
    """Return a list as it is, one thing as a list of it, and nothing as an empty one."""
    if value is None or isinstance(value, list):
        return value or []
    return [value]


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
