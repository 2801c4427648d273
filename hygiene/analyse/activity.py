"""An account's activity joined to its roles: who assumed each, what changed, who is new since the window before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.activity.networks import is_aws_service
from hygiene.activity.records import account_of_role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hygiene.activity import Activity, Assumption, EventReference, RoleChange
    from hygiene.analyse.estate import Estate
    from hygiene.analyse.reference import EarlierCallers


def refusals_elsewhere(activities: Iterable[Activity]) -> Mapping[str, tuple[Assumption, ...]]:
    """Return account id → who of other accounts was refused its roles.

    A refused AssumeRole is in the log of the account it was called from, and never in that of the role.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
    """
    found: dict[str, list[Assumption]] = {}
    for activity in activities:
        for assumption in activity.assumptions:
            owner = account_of_role(assumption.role_arn)
            if assumption.failed and owner not in ("", activity.account_id):
                found.setdefault(owner, []).append(assumption)
    return {owner: tuple(assumptions) for owner, assumptions in found.items()}


def assumptions_by_role(estate: Estate) -> Iterator[tuple[str, list[Assumption]]]:
    """Yield the roles of the account that somebody assumed or tried to, with who it was, whoever's log says so."""
    found: dict[str, list[Assumption]] = {}
    activity = estate.documents.activity
    own = activity.assumptions if activity else ()
    for assumption in (*own, *estate.reference.refused_elsewhere.get(estate.account.id, ())):
        if assumption.role_arn in estate.rows:
            found.setdefault(assumption.role_arn, []).append(assumption)
    yield from found.items()


def changes_by_role(estate: Estate) -> Iterator[tuple[str, list[RoleChange]]]:
    """Yield the roles of the account with the calls that changed them, oldest first; refused ones are left out.

    Calls name a role without its path, in any letter case, and a name may have belonged to a role that is gone: where
    a call says the role's id, it must be the same.
    """
    arn_of = {str(row["role_name"]).lower(): arn for arn, row in estate.rows.items()}
    found: dict[str, list[RoleChange]] = {}
    activity = estate.documents.activity
    for change in activity.changes if activity else ():
        arn = arn_of.get(change.role_name.lower())
        if arn is None or change.error or _is_of_another(change, estate, arn):
            continue
        found.setdefault(arn, []).append(change)
    for arn, changes in found.items():
        yield arn, sorted(changes, key=lambda change: (change.event.time, change.event.id))


def _is_of_another(change: RoleChange, estate: Estate, role_arn: str) -> bool:
    """Whether the call was about an earlier role of the same name."""
    row = estate.role(role_arn)
    if change.role_id:
        return bool(change.role_id != row["role_id"])
    created_at = row["created_at"]
    return bool(created_at is not None and change.event.time < created_at)


def newcomers(earlier: EarlierCallers, assumptions: Sequence[Assumption]) -> list[Assumption]:
    """Return who assumed the role and did not in the window before."""
    return [
        assumption
        for assumption in assumptions
        if assumption.count and (assumption.role_arn, assumption.principal) not in earlier.callers
    ]


def networks_in_words(assumption: Assumption) -> str:
    """Return `from 203.0.113.7 and 2 more networks`; empty where only AWS itself was seen."""
    places = [network for network, _ in assumption.networks if not is_aws_service(network) and network != "unknown"]
    if not places:
        return ""
    more = len(places) - 1
    others = f" and {more} more network{'' if more == 1 else 's'}" if more else ""
    return f" from {places[0]}{others}"


def event_in_words(event: EventReference | None) -> str:
    """Return where a person finds the event in CloudTrail; empty without one."""
    return f" Event {event.id}, {event.time:%Y-%m-%d %H:%M} UTC, {event.region}." if event else ""


def window_in_words(activity: Activity | EarlierCallers) -> str:
    """Return `2026-10-01 to 2026-12-31`."""
    return f"{activity.begins:%Y-%m-%d} to {activity.ends:%Y-%m-%d}"


def is_outsider(estate: Estate, assumption: Assumption) -> bool:
    """Whether the principal belongs to an account that is neither ours nor known."""
    account_id = assumption.principal_account_id
    return bool(account_id) and account_id not in estate.friends
