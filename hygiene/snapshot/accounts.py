"""Checks the shape of one account's files and turns them into AccountDocuments; what does not fit is a gap."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hygiene.activity import from_json
from hygiene.model import AccountDocuments, Gap, GapKind
from hygiene.snapshot import layout
from hygiene.snapshot.shapes import policy_as_read, principal_as_read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from hygiene.activity import Activity
    from hygiene.model import JsonObject

_ROLE_ARN = re.compile(r"arn:[^:]+:iam::(\d{12}):role/.+", re.DOTALL)
_ANY_ARN = re.compile(r"arn:[^:]+:iam::(\d{12}):.+", re.DOTALL)


class _Account:
    """One account's files while they are being checked."""

    def __init__(self, account_id: str, found: Mapping[str, Any], gaps: list[Gap]) -> None:
        self.account_id = account_id
        self.found = found
        self.gaps = gaps

    def damaged(self, name: str, message: str) -> None:
        self.gaps.append(Gap(self.account_id, name, GapKind.DAMAGED, "", "", f"{name}.json {message}"))

    def checked(self, name: str, check: Callable[[Any], Any]) -> Any:
        """Return the document in the shape the check gives it; None, and a gap, when it has another shape."""
        if name not in self.found:
            return None
        try:
            return check(self.found[name])
        except (TypeError, ValueError, KeyError, AttributeError):
            self.damaged(name, "does not have the expected shape")
            return None


def account_documents(account_id: str, found: Mapping[str, Any], gaps: Iterable[Gap]) -> AccountDocuments:
    """Return the documents of an account from its decoded files; every misfit adds a gap."""
    account = _Account(account_id, found, list(gaps))
    account.gaps += account.checked(layout.GAPS, lambda content: _recorded_gaps(account_id, content)) or []
    return AccountDocuments(
        account_id=account_id,
        authorization_details=_authorization_details(account),
        roles=_roles(account),
        account_summary=account.checked("account-summary", _summary),
        last_accessed=account.checked("last-accessed", _mapping_of_objects),
        identity_providers=account.checked("identity-providers", _object),
        contacts=account.checked("contacts", _object),
        credential_report=account.checked("credential-report", _list_of_objects),
        reconciliation=account.checked("reconciliation", _object),
        access_analyzer=account.checked("access-analyzer", _object),
        security_hub=account.checked("security-hub", _object),
        activity=_activity(account),
        gaps=tuple(account.gaps),
    )


def account_of_details(details: object) -> str | None:
    """Return the account id that the ARNs of an authorization-details document name."""
    if not isinstance(details, dict):
        return None
    for part in ("RoleDetailList", "UserDetailList", "GroupDetailList", "Policies"):
        entries = details.get(part)
        for entry in entries if isinstance(entries, list) else ():
            found = _ANY_ARN.fullmatch(str(entry.get("Arn", ""))) if isinstance(entry, dict) else None
            if found:
                return found[1]
    return None


def _authorization_details(account: _Account) -> JsonObject | None:
    name = layout.AUTHORIZATION_DETAILS
    details = account.checked(name, _object)
    if details is None:
        return None
    if not isinstance(details.get("RoleDetailList"), list):
        account.damaged(name, "has no RoleDetailList")
        return None
    if details.get("IsTruncated") or details.get("Marker") or details.get("NextToken"):
        account.damaged(name, "is cut off: AWS had more pages than it holds")
    roles = [role for role in details["RoleDetailList"] if _is_role_of(role, account)]
    people = {
        name: [_in_shape(entry, principal_as_read, account) for entry in _objects(details.get(name))]
        for name in ("UserDetailList", "GroupDetailList")
    }
    return {
        **details,
        **people,
        "RoleDetailList": [_in_shape(role, principal_as_read, account) for role in roles],
        "Policies": [_in_shape(policy, policy_as_read, account) for policy in _objects(details.get("Policies"))],
    }


def _objects(value: object) -> list[JsonObject]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _in_shape(
    entry: JsonObject, read: Callable[[JsonObject], tuple[JsonObject, tuple[str, ...]]], account: _Account
) -> JsonObject:
    """Return the entry with its lists in shape; those that were not are a gap."""
    shaped, misfits = read(entry)
    if misfits:
        account.damaged(
            layout.AUTHORIZATION_DETAILS, f"has an unreadable {' and '.join(misfits)} at {entry.get('Arn')}"
        )
    return shaped


def _is_role_of(role: Any, account: _Account) -> bool:
    arn = role.get("Arn") if isinstance(role, dict) else None
    found = _ROLE_ARN.fullmatch(arn) if isinstance(arn, str) else None
    if found is None or not isinstance(role.get("RoleName"), str):
        account.damaged(layout.AUTHORIZATION_DETAILS, "has a role without a proper Arn and RoleName")
        return False
    if found[1] != account.account_id:
        account.damaged(layout.AUTHORIZATION_DETAILS, f"holds a role of account {found[1]}: {arn}")
        return False
    return True


def _roles(account: _Account) -> tuple[JsonObject, ...] | None:
    content = account.checked("roles", lambda value: value if isinstance(value, list) else _object(value)["Roles"])
    roles: tuple[JsonObject, ...] | None = (
        account.checked("roles", lambda _: _list_of_objects(content)) if content is not None else None
    )
    if roles is not None and any(not isinstance(role.get("Arn", ""), str) for role in roles):
        account.damaged("roles", "has a role whose Arn is no text")
        roles = tuple(role for role in roles if isinstance(role.get("Arn", ""), str))
    source = account.found.get("roles")
    if roles is not None and isinstance(source, dict) and (source.get("IsTruncated") or source.get("NextToken")):
        account.damaged("roles", "is cut off: AWS had more pages than it holds")
    return roles


def _activity(account: _Account) -> Activity | None:
    """Return `activity.json`, else what the CloudTrail files beside it add up to."""
    if layout.ACTIVITY not in account.found:
        return account.found.get(layout.TRAIL)
    try:
        activity = from_json(account.found[layout.ACTIVITY])
    except ValueError as error:
        account.damaged(layout.ACTIVITY, str(error))
        return None
    if activity.account_id != account.account_id:
        account.damaged(layout.ACTIVITY, f"is of account {activity.account_id}")
        return None
    return activity


def _object(value: Any) -> JsonObject:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _list_of_objects(value: Any) -> tuple[JsonObject, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(_object(entry) for entry in value)


def _mapping_of_objects(value: Any) -> JsonObject:
    return {str(key): _object(entry) for key, entry in _object(value).items()}


def _summary(value: Any) -> dict[str, int]:
    summary = _object(value)
    return {str(key): int(number) for key, number in _object(summary.get("SummaryMap", summary)).items()}


def _recorded_gaps(account_id: str, content: Any) -> list[Gap]:
    entries = content.get("gaps", []) if isinstance(content, dict) else content
    return [_recorded_gap(account_id, _object(entry)) for entry in _list_of_objects(entries)]


def _recorded_gap(account_id: str, entry: JsonObject) -> Gap:
    kind = entry.get("kind")
    return Gap(
        account_id=account_id,
        collector=str(entry.get("collector", "")),
        kind=GapKind(kind) if kind in set(GapKind) else GapKind.FAILED,
        operation=str(entry.get("operation", "")),
        code=str(entry.get("code", "")),
        message=str(entry.get("message") or entry.get("error") or "refused"),
        subject=str(entry.get("subject", "")),
    )
