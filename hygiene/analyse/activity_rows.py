"""An account's activity as rows of the Assumptions and RoleEvents tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.analyse.activity import assumptions_by_role, changes_by_role, is_outsider, newcomers
from hygiene.analyse.change_effect import effect_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.activity import Assumption
    from hygiene.analyse.estate import Estate

_SHOWN = 20
"""So many networks and user agents of a principal stand in a cell; the snapshot's activity.json holds the rest."""


def assumption_rows(estate: Estate) -> Iterator[dict[str, Any]]:
    """Yield one row per role of the account and principal that assumed it or tried to."""
    earlier = estate.reference.earlier_callers.get(estate.account.id)
    for arn, assumptions in assumptions_by_role(estate):
        new = {one.principal for one in newcomers(earlier, assumptions)} if earlier else set()
        for one in assumptions:
            yield {
                **_of_role(estate, arn),
                "principal": one.principal,
                "principal_kind": one.principal_kind,
                "principal_account_id": one.principal_account_id or None,
                "is_outside": is_outsider(estate, one),
                "is_new": None if earlier is None else "yes" if one.principal in new else "no",
                **_counted(one),
            }


def event_rows(estate: Estate) -> Iterator[dict[str, Any]]:
    """Yield one row per call that changed a role of the account."""
    for arn, changes in changes_by_role(estate):
        for change in changes:
            yield {
                **_of_role(estate, arn),
                "time": change.event.time,
                "action": change.action,
                "subject": change.subject or None,
                "effect": effect_of(change, estate).label,
                "by": change.by,
                "network": change.source_network or None,
                "user_agent": change.user_agent or None,
                "event_id": change.event.id,
                "region": change.event.region,
            }


def _of_role(estate: Estate, arn: str) -> dict[str, Any]:
    return {"account_id": estate.account.id, "role_arn": arn, "role_id": estate.role(arn)["role_id"]}


def _counted(one: Assumption) -> dict[str, Any]:
    event = one.example or one.failed_example
    return {
        "assumed": one.count,
        "refused": one.failed,
        "first_seen": one.first_seen,
        "last_seen": one.last_seen,
        "with_mfa": one.with_mfa,
        "networks": ";".join(_places(one)[:_SHOWN]) or None,
        "user_agents": ";".join(agent for agent, _ in one.user_agents[:_SHOWN]) or None,
        "errors": ";".join(error for error, _ in one.errors) or None,
        "event_id": event.id if event else None,
        "region": event.region if event else None,
    }


def _places(one: Assumption) -> list[str]:
    """Return the networks it came from, then those it was only refused from."""
    return list(dict.fromkeys(network for network, _ in (*one.networks, *one.failed_networks)))
