"""What CloudTrail saw of an ordinary quarter: services, pipelines, vendors and people, each role until its last use.

Addresses are those set aside for documentation: 192.0.2.0/24 is the office, 198.51.100.0/24 vendors, 2001:db8:61::/48
GitHub's runners; 203.0.113.0/24 is nowhere anybody expects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.simulate.cloudtrail import actors, events
from hygiene.simulate.story.company import (
    BACKUP_SAAS,
    DATA,
    DEVELOPMENT,
    DOMAIN,
    HOME_REGION,
    MONITORING_SAAS,
    PRODUCTION,
    RETIRED,
    SECURITY,
    SHARED,
    UNKNOWN_OUTSIDER,
    hex_digits,
    role_arn,
    spread,
)
from hygiene.simulate.story.vendors import GITHUB

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hygiene.simulate.cloudtrail.events import Event
    from hygiene.simulate.world import Account, Role

DAYS = 100
"""How far back the story goes: past the 90 days of Event history, so that the first days of a quarter are seen."""

SERVICE_ROLES: tuple[tuple[str, str, str, float], ...] = (
    (PRODUCTION, "prod-image-resizer", "lambda", 0.5),
    (PRODUCTION, "prod-order-writer", "lambda", 1),
    (PRODUCTION, "prod-price-lookup", "lambda", 1),
    (PRODUCTION, "prod-catalogue-sync", "states", 1),
    (PRODUCTION, "prod-basket-api", "ecs-tasks", 2),
    (PRODUCTION, "prod-basket-api-execution", "ecs-tasks", 2),
    (PRODUCTION, "prod-depot-gateway", "ec2", 1),
    (PRODUCTION, "prod-sitemap-builder", "codebuild", 3),
    (DATA, "data-dashboard-refresh", "lambda", 1),
    (DATA, "data-forecast-trainer", "sagemaker", 7),
    (DATA, "data-quality-checks", "states", 1),
    (SHARED, "shared-dns-updater", "lambda", 1),
    (DEVELOPMENT, "dev-edge-redirects", "lambda", 2),
    (DEVELOPMENT, "warehouse-export", "lambda", 1),
    (DEVELOPMENT, "warehouse-import", "lambda", 1),
    (DEVELOPMENT, "warehouse-archive", "lambda", 1),
)
"""Account, role, service, days between two assumptions (of which there are more in reality)."""

PEOPLE = ("ana.ruiz", "ben.okafor", "jonas.lind", "mei.tanaka", "priya.nair")


EXPECTED_NETWORKS = ("192.0.2.0/24", "198.51.100.0/24", "2001:db8:61::/48")


def roles_by_name(accounts: tuple[Account, ...]) -> Mapping[tuple[str, str], Role]:
    """The roles of every account, by account id and name."""
    return {(account.id, role.name): role for account in accounts for role in account.roles}


def last_used(role: Role) -> float:
    """Days since the role's last use, at least some hours: what happens now is not in the trail yet."""
    return max(role.last_used_days_ago if role.last_used_days_ago is not None else DAYS + 1, 0.3)


def moments(name: str, first: float, step: float) -> Iterator[float]:
    """Days ago, from the last time back, not always at the same hour."""
    yield first
    day, number = first + step, 1
    while day < DAYS:
        yield round(day + spread(f"{name} {number}", -180, 180) / 1440 * min(step, 1), 4)
        day, number = day + step, number + 1


def _arn(account_id: str, role: Role) -> str:
    return f"arn:aws:iam::{account_id}:role{role.path}{role.name}"


def services(roles: Mapping[tuple[str, str], Role]) -> Iterator[Event]:
    """AWS services that run with their roles."""
    for account_id, name, service, step in SERVICE_ROLES:
        role = roles[account_id, name]
        for days in moments(name, last_used(role), step):
            yield from events.assumed(
                _arn(account_id, role), actors.service(service), days, region=HOME_REGION, session=name
            )


def background(roles: Mapping[tuple[str, str], Role]) -> Iterator[Event]:
    """AWS Config comes by every day, in every account that is open: no account of a trail is ever wholly silent."""
    for (account_id, name), role in roles.items():
        if name == "nwa-config-recorder" and account_id != RETIRED:
            recorder = _arn(account_id, role)
            for day in range(DAYS):
                by = actors.service("config")
                yield from events.assumed(recorder, by, day + 0.1, region=HOME_REGION, session="ConfigRecorder")


def pipelines(roles: Mapping[tuple[str, str], Role]) -> Iterator[Event]:
    """GitHub Actions: the shop's own repository every day, and whatever else the trust lets in."""
    subjects = {
        "github-deploy-shop": ("repo:northwind-atlas/shop:ref:refs/heads/main", 1),
        "github-deploy-any-repository": ("repo:northwind-atlas/marketing-site:pull_request", 9),
        "github-sitemap-check": ("repo:seo-helpers/sitemap-checker:ref:refs/heads/main", 30),
    }
    for account_id in (PRODUCTION, SHARED):
        provider = f"arn:aws:iam::{account_id}:oidc-provider/{GITHUB}"
        for name, (subject, step) in subjects.items():
            by = actors.web_identity(provider, subject)
            for days in moments(f"{account_id} {name}", last_used(roles[account_id, name]), step):
                yield events.assumed_with_web_identity(
                    role_arn(account_id, name),
                    by,
                    days,
                    region=HOME_REGION,
                    session="GitHubActions",
                    address=f"2001:db8:61::{spread(f'{name} {days}', 1, 4000):x}",
                    user_agent="aws-sdk-nodejs/3.908.0 os/linux/6.8 lang/js md/nodejs/24.9 configure-aws-credentials",
                )


def vendors(roles: Mapping[tuple[str, str], Role]) -> Iterator[Event]:
    """Accounts of others: the backup vendor with its external ID, the monitoring service, a stranger once."""
    external_id = f"nwa-{hex_digits('vaultmere', 12)}"
    visits = (
        ("vaultmere-backup", BACKUP_SAAS, f"arn:aws:iam::{BACKUP_SAAS}:role/customer-access", 1.0, "198.51.100.40"),
        ("monitoring-agent", MONITORING_SAAS, "", 1.0, "198.51.100.80"),
        ("monitoring-agent-wide", MONITORING_SAAS, "", 2.0, "198.51.100.80"),
    )
    for name, vendor, principal, step, address in visits:
        arn = role_arn(PRODUCTION, name)
        asked = {"roleArn": arn, "roleSessionName": name, "durationSeconds": 3600}
        if name == "vaultmere-backup":
            asked["externalId"] = external_id
        for days in moments(name, last_used(roles[PRODUCTION, name]), step):
            yield from events.assumed(
                arn,
                actors.from_account(vendor, principal),
                days,
                region=HOME_REGION,
                session=name,
                address=address,
                user_agent=events.BOTO3,
                request=asked,
            )
    yield from events.assumed(
        role_arn(PRODUCTION, "catalogue-open-data"),
        actors.from_account(UNKNOWN_OUTSIDER),
        last_used(roles[PRODUCTION, "catalogue-open-data"]),
        region="us-west-2",
        session="hackathon",
        address="203.0.113.140",
    )


def _office(person: str) -> str:
    return f"192.0.2.{spread(f'desk {person}', 10, 200)}"


def people(roles: Mapping[tuple[str, str], Role]) -> Iterator[Event]:
    """People through IAM Identity Center and the corporate provider, and where they go on from there."""
    for (account_id, name), role in roles.items():
        if account_id not in (PRODUCTION, DEVELOPMENT, DATA, SHARED) or not name.startswith("AWSReservedSSO_"):
            continue
        provider = f"arn:aws:iam::{account_id}:saml-provider/AWSSSO_{hex_digits('sso')}_DO_NOT_DELETE"
        for number, days in enumerate(moments(f"{account_id} {name}", last_used(role), 6)):
            if days < DAYS:
                # Three in turn, so that nobody is new to a role from one quarter to the next by mere chance.
                person = PEOPLE[(number % 3 + spread(f"{account_id} {name}", 0, 4)) % len(PEOPLE)]
                by = actors.saml_user(provider, f"{person}@{DOMAIN}")
                yield events.assumed_with_saml(
                    _arn(account_id, role),
                    by,
                    days,
                    region=HOME_REGION,
                    address=_office(person),
                    user_agent=events.CONSOLE,
                )
    corporate = f"arn:aws:iam::{DEVELOPMENT}:saml-provider/NorthwindAtlasIdP"
    developer = role_arn(DEVELOPMENT, "developer")
    for number, days in enumerate(moments("developer", last_used(roles[DEVELOPMENT, "developer"]), 0.7)):
        person = PEOPLE[number % len(PEOPLE)]
        by = actors.saml_user(corporate, f"{person}@{DOMAIN}")
        yield events.assumed_with_saml(
            developer, by, days, region=HOME_REGION, address=_office(person), user_agent=events.CLI
        )
    for number, days in enumerate(moments("reader", last_used(roles[PRODUCTION, "production-data-reader"]), 3)):
        person = PEOPLE[number % 3]
        yield from events.assumed(
            role_arn(PRODUCTION, "production-data-reader"),
            actors.session_of(developer, f"{person}@{DOMAIN}", mfa=True),
            days,
            region=HOME_REGION,
            session=person,
            address=_office(person),
        )


def between_accounts(roles: Mapping[tuple[str, str], Role]) -> Iterator[Event]:
    """Our own robots that work in other accounts."""
    robot, auditor = role_arn(SHARED, "release-robot"), role_arn(SECURITY, "nwa-auditor")
    for days in moments("release", last_used(roles[SHARED, "release-robot"]), 7):
        yield from events.assumed(
            role_arn(PRODUCTION, "release-manager"),
            actors.session_of(robot, "release"),
            days,
            region=HOME_REGION,
            session="release",
            user_agent=events.BOTO3,
        )
    for account_id in (PRODUCTION, DEVELOPMENT, DATA):
        for days in moments(f"audit {account_id}", last_used(roles[account_id, "nwa-security-audit"]), 14):
            yield from events.assumed(
                role_arn(account_id, "nwa-security-audit"),
                actors.session_of(auditor, "audit"),
                days,
                region=HOME_REGION,
                session="audit",
                user_agent=events.BOTO3,
            )


def everyday_events(accounts: tuple[Account, ...]) -> tuple[Event, ...]:
    """All of it, as far as it lies within the story."""
    roles = roles_by_name(accounts)
    found = [
        event
        for tell in (services, background, pipelines, vendors, people, between_accounts)
        for event in tell(roles)
    ]
    return tuple(event for event in found if event.days_ago <= DAYS)
