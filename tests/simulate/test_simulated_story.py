"""The demo's activity must not contradict the demo's roles."""

from __future__ import annotations

import ipaddress
import json
from datetime import timedelta
from typing import Any

import pytest

from hygiene.simulate import DEMO_AS_OF, demo_world
from hygiene.simulate.event_store import EventStore
from hygiene.simulate.story import activity, company, incidents

WORLD = demo_world()
ROLES = {
    f"arn:aws:iam::{account.id}:role{role.path}{role.name}": role
    for account in WORLD.accounts
    for role in account.roles
}
OWN = {account.id for account in WORLD.accounts}
SUCCESSES = [e for e in WORLD.events if e.service == "sts" and not e.error_code]


def _role_of(event: Any) -> str:
    return str(event.request["roleArn"])


def test_a_hundred_days_of_some_thousand_events_about_some_twenty_five_roles_and_more() -> None:
    assert 1500 < len(WORLD.events) < 5000
    assert len({_role_of(event) for event in SUCCESSES}) >= 25
    assert 95 < max(event.days_ago for event in WORLD.events) <= 100


def test_every_role_that_is_assumed_exists_and_was_not_used_before_its_last_use() -> None:
    for event in SUCCESSES:
        role = ROLES[_role_of(event)]
        assert role.last_used_days_ago is not None, role.name
        assert event.days_ago >= role.last_used_days_ago, role.name
        assert event.days_ago <= role.created_days_ago, role.name


def test_every_caller_of_our_own_exists() -> None:
    callers = {e.actor.arn for e in WORLD.events if e.actor.kind == "AssumedRole" and e.actor.account_id in OWN}
    assert callers <= set(ROLES)


def test_every_changed_role_exists_unless_it_was_deleted() -> None:
    names = {(arn.split(":")[4], role.name) for arn, role in ROLES.items()}
    changed = {(e.account_id, e.request["roleName"]) for e in WORLD.events if e.request and "roleName" in e.request}
    assert changed - names == {(company.DEVELOPMENT, "gift-wrap-pilot"), (company.PRODUCTION, incidents.PASSING)}


def test_new_roles_are_made_when_the_role_says() -> None:
    for event in WORLD.events:
        if event.name == "CreateRole" and event.request and event.request["roleName"] != incidents.PASSING:
            role = ROLES[f"arn:aws:iam::{event.account_id}:role/{event.request['roleName']}"]
            assert event.days_ago == role.created_days_ago


def test_the_administrator_came_on_a_sunday_night() -> None:
    moment = DEMO_AS_OF - timedelta(days=incidents.SUNDAY_NIGHT)
    assert (moment.strftime("%A"), moment.hour) == ("Sunday", 23)


@pytest.mark.parametrize("account_id", [company.PRODUCTION, company.DEVELOPMENT, company.MANAGEMENT])
def test_somebody_comes_from_where_nobody_is_expected(account_id: str) -> None:
    networks = [ipaddress.ip_network(network) for network in activity.EXPECTED_NETWORKS]
    seen = {e.address for e in WORLD.events if e.account_id == account_id and "amazonaws" not in e.address}
    odd = {a for a in seen if not any(ipaddress.ip_address(a) in network for network in networks)}
    assert odd
    assert all(ipaddress.ip_address(address) in ipaddress.ip_network("203.0.113.0/24") for address in odd)


def test_every_event_becomes_a_record_of_its_own() -> None:
    records = EventStore(WORLD, DEMO_AS_OF.replace(tzinfo=None)).all()
    assert len({record.id for record in records}) == len(WORLD.events)
    assert json.dumps([record.content for record in records])


def test_config_names_roles_that_exist_unused_ones_among_them() -> None:
    (aggregator,) = WORLD.aggregators
    text = json.dumps([dict(resource.configuration) for resource in aggregator.resources])
    named = {arn for arn in ROLES if f'"{arn}"' in text}
    assert len(named) > 50
    assert any(ROLES[arn].last_used_days_ago is None for arn in named)


def test_the_analyzer_agrees_with_the_roles() -> None:
    (analyzer,) = WORLD.analyzers
    for finding in analyzer.findings:
        assert finding.role_arn in ROLES
        if finding.kind == "UnusedIAMRole":
            assert ROLES[finding.role_arn].last_used_days_ago == finding.used_days_ago
