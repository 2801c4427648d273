"""What a reviewer should notice in the demo's CloudTrail: new callers, denials, odd networks, changes, root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.simulate.cloudtrail import actors, events
from hygiene.simulate.documents import permissions, trusts, trusts_service
from hygiene.simulate.story.activity import PEOPLE
from hygiene.simulate.story.company import (
    DEVELOPMENT,
    DOMAIN,
    HOME_REGION,
    MANAGEMENT,
    PRODUCTION,
    SHARED,
    hex_digits,
    role_arn,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.simulate.cloudtrail.actors import Actor
    from hygiene.simulate.cloudtrail.events import Event

SUNDAY_NIGHT = 17.264
"""Days from the demo's own moment, a Thursday at six, back to 23:40 of a Sunday (UTC)."""

ABROAD = "203.0.113.200"
PASSING = "support-session"
"""A role that is made and deleted within minutes."""
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def _sign_on(account_id: str, permission_set: str) -> str:
    name = f"AWSReservedSSO_{permission_set}_{hex_digits(f'{account_id} {permission_set}')}"
    return f"arn:aws:iam::{account_id}:role/aws-reserved/sso.amazonaws.com/{HOME_REGION}/{name}"


def _deployment(account_id: str) -> Actor:
    name = f"cdk-hnb659fds-cfn-exec-role-{account_id}-{HOME_REGION}"
    return actors.session_of(role_arn(account_id, name), "AWSCloudFormation")


def sunday_night() -> Iterator[Event]:
    """Somebody's sign-on from an unknown network becomes an operator, who makes a nightly role an administrator.

    Before that the operator tries a role of their own, and deletes it again: no snapshot ever shows it.
    """
    person = f"{PEOPLE[2]}@{DOMAIN}"
    provider = f"arn:aws:iam::{PRODUCTION}:saml-provider/AWSSSO_{hex_digits('sso')}_DO_NOT_DELETE"
    power_user, operator = _sign_on(PRODUCTION, "PowerUserAccess"), role_arn(PRODUCTION, "split-operator")
    where = {"region": HOME_REGION, "address": ABROAD}
    yield events.assumed_with_saml(
        power_user, actors.saml_user(provider, person), SUNDAY_NIGHT + 0.02, user_agent=events.CONSOLE, **where
    )
    caller = actors.session_of(power_user, person)
    yield from events.assumed(operator, caller, SUNDAY_NIGHT + 0.01, session=PEOPLE[2], **where)
    by_operator = actors.session_of(operator, PEOPLE[2])
    passing = {"roleName": PASSING}
    for action, days, more in (
        ("CreateRole", 0.008, {"assumeRolePolicyDocument": trusts({"AWS": operator})}),
        ("AttachRolePolicy", 0.007, {"policyArn": ADMINISTRATOR}),
        ("DetachRolePolicy", 0.003, {"policyArn": ADMINISTRATOR}),
        ("DeleteRole", 0.002, {}),
    ):
        request = {**passing, **more}
        yield events.iam_change(PRODUCTION, action, by_operator, SUNDAY_NIGHT + days, request, address=ABROAD)
    yield events.iam_change(
        PRODUCTION,
        "AttachRolePolicy",
        by_operator,
        SUNDAY_NIGHT,
        {"roleName": "nightly-maintenance-admin", "policyArn": ADMINISTRATOR},
        address=ABROAD,
    )


def new_callers() -> Iterator[Event]:
    """The nightly role has one caller for months; since three weeks a label printer assumes it as well."""
    nightly = role_arn(PRODUCTION, "nightly-maintenance-admin")
    usual = actors.session_of(role_arn(PRODUCTION, "platform-operator"), "maintenance")
    printer = actors.session_of(role_arn(PRODUCTION, "prod-label-printer"), "i-0f00dcafe0badf00d")
    for week in range(14):
        yield from events.assumed(nightly, usual, 5 + 7 * week, region=HOME_REGION, address="192.0.2.5")
    for days in (13, 15, 16, 19, 22, 23):
        yield from events.assumed(
            nightly, printer, days + 0.1, region=HOME_REGION, address="203.0.113.77", user_agent=events.BOTO3
        )


def denials() -> Iterator[Event]:
    """A gateway still asks for a bridge that trusts it no more; a scanner asks in vain across accounts."""
    bridge = role_arn(DEVELOPMENT, "legacy-ftp-bridge")
    yield events.iam_change(
        DEVELOPMENT,
        "UpdateAssumeRolePolicy",
        _deployment(DEVELOPMENT),
        75,
        {"roleName": "legacy-ftp-bridge", "policyDocument": trusts_service("lambda")},
        address="cloudformation.amazonaws.com",
        user_agent="cloudformation.amazonaws.com",
    )
    gateway = actors.session_of(role_arn(DEVELOPMENT, "dev-depot-gateway"), "i-0ddba11c0ffee0001")
    for number in range(40):
        yield events.assume_refused(
            bridge, gateway, 1.1 + number / 2, region=HOME_REGION, address="192.0.2.99", tells_role=number % 2 == 0
        )
    scanner = actors.session_of(role_arn(SHARED, "shared-artifact-scanner"), "scan")
    for day in range(12, 32):
        yield events.assume_refused(
            role_arn(PRODUCTION, "release-manager"), scanner, day, region=HOME_REGION, user_agent=events.BOTO3
        )
    provider = f"arn:aws:iam::{PRODUCTION}:oidc-provider/token.actions.githubusercontent.com"
    fork = actors.web_identity(provider, "repo:somebody-else/shop:ref:refs/heads/main")
    for days in (44, 45, 45.2):
        yield events.assumed_with_web_identity(
            role_arn(PRODUCTION, "github-deploy-shop"),
            fork,
            days,
            region=HOME_REGION,
            address="2001:db8:61::bad",
            error="AccessDenied",
        )


def changes() -> Iterator[Event]:
    """Changes of roles: made and deleted, widened, freed of a boundary; and one that was refused."""
    by_deployment = {"address": "cloudformation.amazonaws.com", "user_agent": "cloudformation.amazonaws.com"}
    for account_id, name, service, days in (
        (PRODUCTION, "bedrock-agent-shop-assistant", "bedrock", 75),
        (DEVELOPMENT, "returns-portal-worker", "lambda", 30),
        (DEVELOPMENT, "search-relevance-canary", "lambda", 3),
    ):
        request = {"roleName": name, "assumeRolePolicyDocument": trusts_service(service), "path": "/"}
        yield events.iam_change(account_id, "CreateRole", _deployment(account_id), days, request, **by_deployment)
    yield events.iam_change(
        PRODUCTION,
        "DeleteRolePermissionsBoundary",
        _deployment(PRODUCTION),
        12,
        {"roleName": "production-data-reader-wide"},
        **by_deployment,
    )
    yield events.iam_change(
        PRODUCTION,
        "UpdateAssumeRolePolicy",
        actors.session_of(_sign_on(PRODUCTION, "AdministratorAccess"), f"{PEOPLE[3]}@{DOMAIN}", mfa=True),
        86,
        {"roleName": "catalogue-open-data", "policyDocument": trusts("*")},
        address="192.0.2.30",
        user_agent=events.CONSOLE,
    )
    deploy = permissions(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"])
    yield events.iam_change(
        DEVELOPMENT,
        "PutRolePolicy",
        _deployment(DEVELOPMENT),
        20,
        {"roleName": "lambda-deployer", "policyName": "deploy", "policyDocument": deploy},
        **by_deployment,
    )
    yield events.iam_change(
        DEVELOPMENT, "DeleteRole", _deployment(DEVELOPMENT), 50, {"roleName": "gift-wrap-pilot"}, **by_deployment
    )
    developer = actors.session_of(role_arn(DEVELOPMENT, "power-developer"), PEOPLE[4])
    yield events.iam_change(
        DEVELOPMENT,
        "AttachRolePolicy",
        developer,
        8,
        {"roleName": "power-developer", "policyArn": ADMINISTRATOR},
        address="192.0.2.61",
        error_code="AccessDenied",
        error_message=(
            f"User: arn:aws:sts::{DEVELOPMENT}:assumed-role/power-developer/{PEOPLE[4]} is not authorized to perform:"
            " iam:AttachRolePolicy on resource: role power-developer"
        ),
    )


def sign_ins() -> Iterator[Event]:
    """The root user of the management account without MFA, and somebody who guesses passwords."""
    yield events.signed_in(MANAGEMENT, actors.root_of(MANAGEMENT), 38.6, address=ABROAD)
    yield events.iam_change(
        MANAGEMENT,
        "CreateAccessKey",
        actors.root_of(MANAGEMENT),
        38.59,
        {"userName": "finance-export"},
        address=ABROAD,
    )
    guessed = actors.user(f"arn:aws:iam::{DEVELOPMENT}:user/ci-legacy")
    for number in range(6):
        yield events.signed_in(DEVELOPMENT, guessed, 21 + number / 1440, failed=True, address="203.0.113.13")


def incident_events() -> tuple[Event, ...]:
    """All of it."""
    return tuple(event for tell in (sunday_night, new_callers, denials, changes, sign_ins) for event in tell())
