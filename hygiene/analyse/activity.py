"""An account's activity joined to its roles: who assumed each, what changed, who is new since the window before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.activity.bounded import OTHER
from hygiene.activity.networks import is_aws_service
from hygiene.activity.principals import account_in
from hygiene.activity.records import NOT_IN_EFFECT, account_of_role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from hygiene.activity import Activity, Assumption, EventReference, RoleChange
    from hygiene.analyse.estate import Estate
    from hygiene.analyse.reference import EarlierCallers


def callers_elsewhere(activities: Iterable[Activity]) -> Mapping[str, tuple[Assumption, ...]]:
    """Return account id → who of other accounts assumed its roles or tried to, as their own accounts' logs name them.

    The log of the role's account knows but the caller's account, and of a refused call it may know nothing.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
    """
    found: dict[str, list[Assumption]] = {}
    for activity in activities:
        for assumption in activity.assumptions:
            owner = account_of_role(assumption.role_arn)
            if owner not in ("", activity.account_id):
                found.setdefault(owner, []).append(assumption)
    return {owner: tuple(assumptions) for owner, assumptions in found.items()}


def assumptions_by_role(estate: Estate) -> Iterator[tuple[str, list[Assumption]]]:
    """Yield the roles of the account that somebody assumed or tried to, with who it was, whoever's log says so."""
    activity = estate.documents.activity
    own = _by_role(estate, activity.assumptions if activity else ())
    elsewhere = _by_role(estate, estate.reference.callers_elsewhere.get(estate.account.id, ()))
    for arn in dict.fromkeys((*own, *elsewhere)):
        yield arn, _counted_once(own.get(arn, []), elsewhere.get(arn, []))


def _by_role(estate: Estate, assumptions: Iterable[Assumption]) -> dict[str, list[Assumption]]:
    """Return the assumptions by ARN, less what is of an earlier role of the same name."""
    found: dict[str, list[Assumption]] = {}
    for assumption in assumptions:
        row = estate.rows.get(assumption.role_arn)
        ours = since(assumption, row["created_at"]) if row is not None else None
        if ours is not None:
            found.setdefault(assumption.role_arn, []).append(ours)
    return found


def since(assumption: Assumption, created_at: datetime | None) -> Assumption | None:
    """Return what of the calls may have been of the role made at that time; None where all were of an earlier one.

    The log's totals are by name. Where some calls were before and some after, the numbers are the most there can have
    been: networks whose last success was before are taken off, what cannot be told apart is left empty, as unknown.
    """
    if created_at is None or assumption.first_seen >= created_at:
        return assumption
    has_come = _is_since(assumption.example, created_at)
    was_refused = _is_since(assumption.failed_example, created_at)
    if assumption.last_seen < created_at or not (has_come or was_refused):
        return None
    left = assumption._replace(first_seen=created_at, user_agents=(), with_mfa=None)
    if not was_refused:
        left = left._replace(failed=0, errors=(), failed_networks=(), failed_example=None)
    if not has_come:
        return left._replace(count=0, networks=(), network_examples=(), example=None)
    return _less_networks_before(left, created_at)


def _is_since(event: EventReference | None, created_at: datetime) -> bool:
    return event is not None and event.time >= created_at


def _less_networks_before(assumption: Assumption, created_at: datetime) -> Assumption:
    """Return what is left without the networks that nobody came from since; somebody came from another."""
    gone = {network for network, event in assumption.network_examples if event.time < created_at}
    before = sum(number for network, number in assumption.networks if network in gone)
    return assumption._replace(
        count=max(1, assumption.count - before),
        networks=tuple(one for one in assumption.networks if one[0] not in gone),
        network_examples=tuple(one for one in assumption.network_examples if one[0] not in gone),
    )


def _counted_once(own: Sequence[Assumption], elsewhere: Sequence[Assumption]) -> list[Assumption]:
    """Return both logs as one: what the callers' own logs name is taken off what this one knows by account alone."""
    here = {one.principal: one for one in own}
    named = [one for one in elsewhere if one.principal not in here or _calls(one) > _calls(here[one.principal])]
    replaced = {one.principal for one in named}
    left = (_less(one, named) for one in own if one.principal not in replaced)
    return [*(one for one in left if _calls(one)), *named]


def _calls(one: Assumption) -> int:
    return one.count + one.failed


def _less(one: Assumption, named: Iterable[Assumption]) -> Assumption:
    """Return an account's calls less those of its principals that are named; anybody else's as they are."""
    if one.principal_kind != "account":
        return one
    same = [other for other in named if other.principal_account_id == one.principal]
    count, failed = sum(other.count for other in same), sum(other.failed for other in same)
    return one._replace(count=max(0, one.count - count), failed=max(0, one.failed - failed)) if same else one


def changes_by_role(estate: Estate) -> Iterator[tuple[str, list[RoleChange]]]:
    """Yield the roles of the account with the calls that changed them, oldest first; refused ones are left out.

    Calls name a role without its path, in any letter case, and a name may have belonged to a role that is gone: where
    a call says the role's id, it must be the same. A policy that got another default version changed whoever has it.
    """
    arn_of = {str(row["role_name"]).lower(): arn for arn, row in estate.rows.items()}
    found: dict[str, list[RoleChange]] = {}
    activity = estate.documents.activity
    done = [change for change in activity.changes if not change.error] if activity else []
    holders = _holders(estate, arn_of, done)
    for change in done:
        named = arn_of.get(change.role_name.lower())
        concerned = [named] if named is not None else holders(change)
        for arn in concerned:
            if not _is_of_another(change, estate, arn):
                found.setdefault(arn, []).append(change)
    for arn, changes in found.items():
        yield arn, sorted(changes, key=lambda change: (change.event.time, change.event.id))


def passing_roles(estate: Estate) -> dict[str, list[RoleChange]]:
    """Return the roles that were made and deleted again in the window, by name, with the calls that changed them.

    No snapshot ever shows them: what somebody did for an hour is in the log alone.
    """
    activity = estate.documents.activity
    there = {str(row["role_name"]).lower() for row in estate.rows.values()}
    found: dict[str, list[RoleChange]] = {}
    for change in activity.changes if activity else ():
        if change.role_name and not change.error and change.role_name.lower() not in there:
            found.setdefault(change.role_name.lower(), []).append(change)
    return {
        changes[0].role_name: sorted(changes, key=lambda change: (change.event.time, change.event.id))
        for _, changes in sorted(found.items())
        if {"CreateRole", "DeleteRole"} <= {change.action for change in changes}
    }


def _holders(
    estate: Estate, arn_of: Mapping[str, str], changes: Iterable[RoleChange]
) -> Callable[[RoleChange], list[str]]:
    """Return who says which roles had a policy when its default version was changed; of other calls, none.

    Who has it is known of today; a role that got it later had nothing changed by the call.
    """
    policy_changes = {change.subject.partition(" ")[0] for change in changes if change.action in _OF_POLICIES}
    having = {
        policy: [arn for arn, held in estate.permissions.items() if policy in {one.arn for one in held.policies}]
        for policy in policy_changes
    }
    attached = {
        (arn_of.get(change.role_name.lower()), change.subject): change.event.time
        for change in sorted(changes, key=lambda change: change.event.time)
        if change.action == "AttachRolePolicy"
    }

    def holders(change: RoleChange) -> list[str]:
        policy, _, version = change.subject.partition(" ")
        if change.action not in _OF_POLICIES or version == NOT_IN_EFFECT:
            return []
        return [arn for arn in having[policy] if attached.get((arn, policy), change.event.time) <= change.event.time]

    return holders


_OF_POLICIES = ("CreatePolicyVersion", "SetDefaultPolicyVersion")


def _is_of_another(change: RoleChange, estate: Estate, role_arn: str) -> bool:
    """Whether the call was about an earlier role of the same name."""
    row = estate.role(role_arn)
    if change.role_id:
        return bool(change.role_id != row["role_id"])
    created_at = row["created_at"]
    return bool(created_at is not None and change.event.time < created_at)


def newcomers(earlier: EarlierCallers, assumptions: Sequence[Assumption]) -> list[Assumption]:
    """Return who assumed the role and did not in the window before; those that nobody kept apart are no one."""
    return [one for one in assumptions if one.count and one.principal != OTHER and not _may_have_come(earlier, one)]


def _may_have_come(earlier: EarlierCallers, one: Assumption) -> bool:
    """Whether the principal came before, or somebody of its account did whom no log names, then or now."""
    if (one.role_arn, one.principal) in earlier.callers:
        return True
    is_unnamed_now = one.principal_kind == "account"
    if not is_unnamed_now and (one.role_arn, one.principal_account_id) not in earlier.callers:
        return False
    callers = (principal for role_arn, principal in earlier.callers if role_arn == one.role_arn)
    named_then = any(account_in(principal) == one.principal_account_id for principal in callers)
    return named_then if is_unnamed_now else not named_then


def was_kept_apart(earlier: EarlierCallers, role_arn: str) -> bool:
    """Whether every caller of the role in the window before was kept by its name."""
    return (role_arn, OTHER) not in earlier.callers


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
