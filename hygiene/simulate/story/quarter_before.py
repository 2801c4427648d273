"""Northwind Atlas a quarter earlier, what its people answered then, and what they accept for a time.

The story of a quarter is told by what differs: of the roles to be removed one is gone, one is still there, one was
made again; one was to get less and did; one was kept and is another one now.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hygiene.simulate.cloudtrail import actors, events
from hygiene.simulate.documents import permissions, trusts_aws, trusts_service
from hygiene.simulate.reviewers import Reviewer
from hygiene.simulate.story import company, demo_world
from hygiene.simulate.story.activity import everyday_events
from hygiene.simulate.world import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from hygiene.simulate.cloudtrail.events import Event
    from hygiene.simulate.world import Account, User, World

QUARTER_DAYS = 92

PARTNER = company.root_arn(company.UNKNOWN_OUTSIDER)


def world_before() -> World:
    """Return the organization of a quarter ago; days count back from the clock of that time."""
    now = demo_world()
    accounts = tuple(_before(account) for account in now.accounts if account.joined_days_ago > QUARTER_DAYS)
    return replace(now, accounts=accounts, events=(*everyday_events(accounts), *_nightly_maintenance()))


def _before(account: Account) -> Account:
    roles = (_younger(role) for role in account.roles if role.created_days_ago > QUARTER_DAYS)
    changed = _CHANGED.get(account.id, {})
    return replace(
        account,
        roles=(*(replace(role, **changed.get(role.name, {})) for role in roles), *_GONE.get(account.id, ())),
        users=tuple(_younger_user(user) for user in account.users),
        joined_days_ago=account.joined_days_ago - QUARTER_DAYS,
    )


def _younger(role: Role) -> Role:
    last_used = role.last_used_days_ago
    return replace(
        role,
        created_days_ago=role.created_days_ago - QUARTER_DAYS,
        last_used_days_ago=None if last_used is None else _earlier(last_used),
        used_services={name: _earlier(days) for name, days in role.used_services.items()},
        used_actions={name: _earlier(days) for name, days in role.used_actions.items()},
    )


def _earlier(days: float) -> float:
    """Return how long ago the last use was then: a role used within this quarter was in use in that one too."""
    return days - QUARTER_DAYS if days >= QUARTER_DAYS else days


def _younger_user(user: User) -> User:
    return replace(
        user,
        created_days_ago=user.created_days_ago - QUARTER_DAYS,
        key_ages=tuple(age - QUARTER_DAYS for age in user.key_ages if age > QUARTER_DAYS),
    )


_CHANGED: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    company.DEVELOPMENT: {"bucket-housekeeper": {"inline": {"buckets": permissions(["s3:*", "sqs:*"])}}},
    company.PRODUCTION: {"catalogue-open-data": {"trust": trusts_aws(PARTNER)}},
}
"""By account and role: what was different then."""

_GONE = {
    company.DEVELOPMENT: (
        Role(
            "gift-wrap-pilot",
            trusts_service("lambda"),
            inline={"access": permissions("s3:GetObject", "arn:aws:s3:::nwa-gift-wrap/*")},
            tags={"owner": company.mail("logistics")},
            created_days_ago=611,
        ),
        Role(
            "gift-card-issuer",
            trusts_service("lambda"),
            inline={"access": permissions("dynamodb:PutItem", "arn:aws:dynamodb:*:*:table/gift-cards")},
            tags={"owner": company.mail("logistics")},
            created_days_ago=702,
            incarnation="first",
        ),
    )
}
"""Roles that were there then and are not any more; the second was made again under the same name."""


def _nightly_maintenance() -> Iterator[Event]:
    """The nightly role's usual caller; whoever else comes a quarter later is new."""
    nightly = company.role_arn(company.PRODUCTION, "nightly-maintenance-admin")
    usual = actors.session_of(company.role_arn(company.PRODUCTION, "platform-operator"), "maintenance")
    for week in range(14):
        yield from events.assumed(nightly, usual, 5 + 7 * week, region=company.HOME_REGION, address="192.0.2.5")


def reviewers(as_of: datetime) -> tuple[Reviewer, ...]:
    """Return who answered the review made at that moment: in a workbook, in CSV, and in an account's page."""
    soon, late = (f"{as_of + timedelta(days=days):%Y-%m-%d}" for days in (30, 180))
    logistics = {
        "gift-wrap-pilot": {"decision": "remove", "justification": "the pilot ended in spring"},
        "gift-card-issuer": {"decision": "remove", "justification": "replaced by the checkout service"},
        "fax-gateway": {"decision": "remove", "target_date": soon, "ticket": "LOG-311"},
        "voucher-prototype": {"decision": "remove", "target_date": late, "ticket": "LOG-312"},
        "dr-failover-operator": {"decision": "keep", "justification": "for the yearly fail-over test"},
        "peak-season-scaler": {"decision": "not-mine", "justification": company.mail("checkout")},
    }
    security = {
        "bucket-housekeeper": {"decision": "reduce", "justification": "needs no queues", "ticket": "SEC-87"},
    }
    in_page = {"catalogue-open-data": {"decision": "keep", "justification": "one partner, public data only"}}
    return (
        Reviewer("logistics.xlsx", company.mail("logistics"), logistics),
        Reviewer("security.csv", company.mail("security"), security),
        Reviewer(f"accounts/{company.PRODUCTION}.html", company.mail("security"), in_page),
    )


def exceptions(as_of: datetime) -> str:
    """Return the content of an exceptions.yaml as it stands at that moment: live, expired, and fitting nothing."""
    created, ended, ends = (f"{as_of + timedelta(days=days):%Y-%m-%d}" for days in (-60, -20, 120))
    people = (
        f"owner: {company.mail('logistics')}\n    approved_by: {company.mail('security')}\n    created: {created}"
    )
    return f"""\
exceptions:
  - match: {{role_arn: "arn:aws:iam::{company.DEVELOPMENT}:role/annual-inventory-close"}}
    checks: [unused-role]
    reason: "Runs once a year, in January"
    {people}
    expires: {ends}
  - match: {{role_arn: "arn:aws:iam::*:role/break-glass-admin"}}
    checks: [unused-role]
    reason: "For emergencies; the drill was to end in autumn"
    {people}
    expires: {ended}
  - match: {{role_arn: "arn:aws:iam::*:role/flash-sale-*"}}
    checks: [unused-role]
    reason: "Flash sales"
    {people}
    expires: {ends}
"""
