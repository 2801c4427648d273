"""The small organization with a CloudTrail history, and a client in any Region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.simulate.cloudtrail import actors, events
from tests.simulate.small_world import HUB, OUTSIDE, WORKLOAD, client, small_world

if TYPE_CHECKING:
    from hygiene.simulate.server import SimulatedAws
    from hygiene.simulate.world import World

REGION = "eu-west-1"
WORKER = f"arn:aws:iam::{WORKLOAD}:role/worker"
ADMINISTRATOR = f"arn:aws:iam::{WORKLOAD}:role/administrator"
HUB_ROLE = f"arn:aws:iam::{HUB}:role/role-hygiene-hub"
PROVIDER = f"arn:aws:iam::{WORKLOAD}:oidc-provider/token.actions.githubusercontent.com"
SAML = f"arn:aws:iam::{WORKLOAD}:saml-provider/corporate"


def history() -> tuple[events.Event, ...]:
    """Return two months and a bit: 120 assumptions by Lambda, one of each other kind, one older than 90 days."""
    lambdas = [
        event
        for number in range(120)
        for event in events.assumed(WORKER, actors.service("lambda"), 0.5 + number / 2, region=REGION)
    ]
    hub = actors.session_of(HUB_ROLE, "review")
    github = actors.web_identity(PROVIDER, "repo:example/app:ref:refs/heads/main")
    admin = actors.session_of(ADMINISTRATOR, "ana", mfa=True)
    return (
        *lambdas,
        *events.assumed(WORKER, actors.service("lambda"), 95, region=REGION),
        *events.assumed(ADMINISTRATOR, hub, 3, region="us-east-1", session="review"),
        *events.assumed(ADMINISTRATOR, actors.from_account(OUTSIDE), 5, region=REGION),
        events.assume_refused(ADMINISTRATOR, hub, 2, region="us-east-1"),
        events.assumed_with_web_identity(WORKER, github, 1, region=REGION),
        events.assumed_with_web_identity(WORKER, github, 1.5, region=REGION, error="AccessDenied"),
        events.assumed_with_saml(WORKER, actors.saml_user(SAML, "ben@example.com"), 4, region=REGION),
        events.iam_change(WORKLOAD, "AttachRolePolicy", admin, 6, {"roleName": "worker", "policyArn": "arn:p"}),
        events.signed_in(WORKLOAD, actors.root_of(WORKLOAD), 7),
    )


def eventful_world(**changes: Any) -> World:
    """Return the small world with that history."""
    return small_world(**{"events": history(), **changes})


def in_region(aws: SimulatedAws, service: str, account_id: str, principal: str, region: str) -> Any:
    """Return a client of a principal in a Region of its own."""
    return client(service, {**aws.environment(account_id, principal), "AWS_REGION": region})
