"""Reads the organization: accounts, tree, control policies, tags → the document `organization.json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hygiene.collect.refusal import NOT_IN_ORGANIZATION, RefusedError
from hygiene.errors import CollectionError, PopulationError
from hygiene.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hygiene.collect.client import AwsClient
    from hygiene.model import JsonObject

CONTROL_POLICY_TYPES = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")


@dataclass(slots=True)
class _Reading:
    """The document while it is being read; what is refused becomes a sentence in `gaps`."""

    client: AwsClient
    document: JsonObject

    def try_to(self, what: str, read: Callable[[], None]) -> None:
        try:
            read()
        except RefusedError as error:
            self.document["gaps"].append(f"{what} could not be read: {error.operation} was refused ({error.code})")


def read_organization(client: AwsClient, *, with_tags: bool, may_be_refused: bool) -> JsonObject | None:
    """Return the document, or None when AWS says that the account is in no organization.

    Only that answer means "one account". With `may_be_refused` (the configuration lists account ids itself) any
    other refusal gives an empty account list; else it raises PopulationError, naming the permission.
    Calls are made one after the other: Organizations throttles concurrent ones early.
    """
    try:
        organization = client.call("organizations", "DescribeOrganization")["Organization"]
        accounts = client.listed("organizations", "ListAccounts", "Accounts", MaxResults=20)
    except RefusedError as error:
        return _refused(error, may_be_refused=may_be_refused)
    reading = _Reading(client, {"organization": organization, "accounts": accounts, "gaps": []})
    reading.document.update({"parents": {}, "names": {}, "policies": [], "tags": {}})
    reading.try_to("the organizational units", lambda: _read_tree(reading))
    for policy_type in CONTROL_POLICY_TYPES:
        reading.try_to(f"the {policy_type} policies", lambda kind=policy_type: _read_policies(reading, kind))  # type: ignore[misc]
    if with_tags:
        reading.try_to("the accounts' tags", lambda: _read_tags(reading))
    return reading.document


def _refused(error: RefusedError, *, may_be_refused: bool) -> JsonObject | None:
    if error.code == NOT_IN_ORGANIZATION:
        return None
    if error.kind is not GapKind.DENIED:
        raise CollectionError(f"The account list could not be read: {error}.") from error
    if may_be_refused:
        return {"organization": {}, "accounts": None, "gaps": [f"the account list was refused ({error.operation})"]}
    raise PopulationError(
        f"{error.operation} was refused, so the list of accounts is not known: {error.message}\n"
        f"Allow {error.operation} (run from the management account or a delegated administrator), "
        'or list the accounts yourself: [accounts] include = ["111122223333", …]; the report then says that the '
        "population is not proven."
    ) from error


def _read_tree(reading: _Reading) -> None:
    """Fill `parents` and `names`. The accounts' own `Paths` place them, so only the OUs have to be walked."""
    document, client = reading.document, reading.client
    roots = client.listed("organizations", "ListRoots", "Roots")
    units = [root["Id"] for root in roots]
    document["names"].update({root["Id"]: root["Name"] for root in roots})
    for unit in units:
        children = client.listed(
            "organizations", "ListOrganizationalUnitsForParent", "OrganizationalUnits", ParentId=unit, MaxResults=20
        )
        document["names"].update({child["Id"]: child["Name"] for child in children})
        document["parents"].update({child["Id"]: unit for child in children})
        units.extend(child["Id"] for child in children)
    unplaced = [account["Id"] for account in document["accounts"] if not _place(account, document["parents"])]
    if unplaced:
        _place_by_listing(reading, units)


def _place(account: JsonObject, parents: dict[str, str]) -> bool:
    """Take the parent from `Paths`, such as `o-a1/r-b2/ou-b2-c3/111122223333/`; False where AWS sent none."""
    for path in account.get("Paths") or ():
        parts = [part for part in str(path).split("/") if part and part != account["Id"]]
        if parts and parts[-1].startswith(("ou-", "r-")):
            parents[account["Id"]] = parts[-1]
            return True
    return False


def _place_by_listing(reading: _Reading, units: Iterable[str]) -> None:
    for unit in units:
        listed = reading.client.listed(
            "organizations", "ListAccountsForParent", "Accounts", ParentId=unit, MaxResults=20
        )
        reading.document["parents"].update({account["Id"]: unit for account in listed})


def _read_policies(reading: _Reading, policy_type: str) -> None:
    client = reading.client
    for summary in client.listed("organizations", "ListPolicies", "Policies", Filter=policy_type, MaxResults=20):
        # Targets per policy: an organization has far fewer policies than accounts.
        targets: list[Any] = client.listed(
            "organizations", "ListTargetsForPolicy", "Targets", PolicyId=summary["Id"], MaxResults=20
        )
        described = client.call("organizations", "DescribePolicy", PolicyId=summary["Id"])["Policy"]
        reading.document["policies"].append(
            {
                "type": policy_type,
                "id": summary["Id"],
                "name": summary["Name"],
                "content": described["Content"],
                "targets": [target["TargetId"] for target in targets],
            }
        )


def _read_tags(reading: _Reading) -> None:
    for account in reading.document["accounts"]:
        tags = reading.client.listed("organizations", "ListTagsForResource", "Tags", ResourceId=account["Id"])
        reading.document["tags"][account["Id"]] = {tag["Key"]: tag["Value"] for tag in tags}
