"""Two numbers in, a large and plausible organization out: for benchmarks of the collector and of the analysis.

The same numbers always give the same world.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from hygiene.simulate.documents import (
    allow,
    document,
    permissions,
    trusts_aws,
    trusts_saml,
    trusts_service,
    trusts_web_identity,
)
from hygiene.simulate.world import Account, Hub, Policy, Role, World

if TYPE_CHECKING:
    from collections.abc import Mapping

GITHUB = "token.actions.githubusercontent.com"

AWS_POLICIES = (
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaVPCAccessExecutionRole",
    "AmazonECSTaskExecutionRolePolicy",
    "AmazonSSMManagedInstanceCore",
    "CloudWatchAgentServerPolicy",
    "AmazonS3ReadOnlyAccess",
    "AmazonDynamoDBReadOnlyAccess",
    "AmazonSQSFullAccess",
    "ReadOnlyAccess",
    "PowerUserAccess",
    "AdministratorAccess",
    "SecurityAudit",
)

SERVICES = ("lambda", "lambda", "lambda", "ecs-tasks", "ec2", "states", "glue", "codebuild")

KINDS = (
    *("service",) * 9,
    *("unused",) * 4,
    *("service-linked",) * 2,
    *("cross-account", "outside", "oidc", "saml", "sso", "admin"),
)
"""How often each kind occurs: a good fourth of all roles is unused or service-linked, as in grown organizations."""

USES = (
    ("s3", "logs"),
    ("dynamodb", "logs", "sqs"),
    ("ec2", "ssm"),
    ("sns", "events", "logs"),
    ("kms", "secretsmanager"),
)

WORDS = (
    "order",
    "stock",
    "route",
    "invoice",
    "search",
    "login",
    "price",
    "parcel",
    "mail",
    "report",
    "image",
    "feed",
)


class _Dice:
    """Numbers that look random and depend on a text alone."""

    def __init__(self, text: str) -> None:
        digest = hashlib.sha256(text.encode()).digest()
        self._numbers = [int.from_bytes(digest[i : i + 4], "big") for i in range(0, 32, 4)]

    def roll(self, which: int, sides: int) -> int:
        """The `which`th number, 0 to `sides` - 1."""
        return self._numbers[which % 8] % sides


def _trust(kind: str, dice: _Dice, account_id: str, hub: str) -> Mapping[str, Any]:
    service = SERVICES[dice.roll(0, len(SERVICES))]
    if kind == "cross-account":
        return trusts_aws(f"arn:aws:iam::{hub}:root")
    if kind == "outside":
        return trusts_aws(f"arn:aws:iam::{900000000000 + dice.roll(1, 40):012d}:root")
    if kind == "oidc":
        bound = {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": "repo:example/app:ref:main"}}
        return trusts_web_identity(f"arn:aws:iam::{account_id}:oidc-provider/{GITHUB}", bound)
    if kind in ("saml", "sso"):
        return trusts_saml(f"arn:aws:iam::{account_id}:saml-provider/corporate")
    return trusts_service(service)


def _role(number: int, account_id: str, hub: str, seed: int, policies: int) -> Role:
    dice = _Dice(f"{seed} {account_id} {number}")
    kind = KINDS[dice.roll(1, len(KINDS))]
    uses = USES[dice.roll(2, len(USES))]
    age = 30 + dice.roll(3, 1500)
    last_used = None if kind == "unused" else float(min(dice.roll(4, 12) ** 2, age))
    name = f"{WORDS[dice.roll(5, len(WORDS))]}-{WORDS[dice.roll(6, len(WORDS))]}-{number:04d}"
    managed: tuple[str, ...] = (f"aws:{AWS_POLICIES[dice.roll(7, len(AWS_POLICIES))]}",)
    if policies:
        managed += (f"workload-{dice.roll(5, policies):04d}",)
    paths = {"service-linked": "/aws-service-role/ecs.amazonaws.com/", "sso": "/aws-reserved/sso.amazonaws.com/"}
    inline = {"access": permissions([f"{u}:Get*" for u in uses], f"arn:aws:*:*:{account_id}:{name}*")}
    if kind == "service-linked":
        inline, managed = {}, ("aws:AmazonECSServiceRolePolicy",)
    if kind == "admin":
        inline, managed = {}, ("aws:AdministratorAccess",)
    return Role(
        name,
        _trust(kind, dice, account_id, hub),
        inline=inline,
        managed=managed,
        path=paths.get(kind, "/"),
        description=f"Generated {kind} role",
        tags={"owner": f"team-{dice.roll(6, 30)}@example.com"} if dice.roll(7, 6) else {},
        created_days_ago=age,
        last_used_days_ago=last_used,
        used_services={} if last_used is None else {u: min(last_used + i, 399) for i, u in enumerate(uses)},
        instance_profile=kind == "service" and dice.roll(0, len(SERVICES)) == 4,
    )


def _account(number: int, roles_per_account: int, seed: int) -> Account:
    account_id, hub = account_number(number), account_number(1)
    policies = roles_per_account * 2 // 5
    return Account(
        account_id,
        f"generated-{number:04d}",
        ou="Workloads" if number > 1 else "",
        # The reader, and in account 1 the hub role, count as well.
        roles=tuple(_role(n, account_id, hub, seed, policies) for n in range(max(roles_per_account - 1, 0))),
        policies=tuple(_policy(n, account_id) for n in range(policies)),
        oidc_providers=(f"https://{GITHUB}",),
        saml_providers=("corporate",),
    )


def _policy(number: int, account_id: str) -> Policy:
    uses = USES[number % len(USES)]
    actions = [f"{namespace}:{verb}*" for namespace in uses for verb in ("Get", "List", "Describe")]
    logs = allow("logs:PutLogEvents", f"arn:aws:logs:*:{account_id}:log-group:/app/{number}:*")
    return Policy(f"workload-{number:04d}", document(allow(actions), logs), created_days_ago=400 + number)


def account_number(number: int) -> str:
    """The id of the n-th generated account, counted from 0, which is the management account."""
    return f"{100_000_000_007 + number * 7_919_000_003 % 800_000_000_000:012d}"


def generated_world(*, accounts: int, roles_per_account: int, seed: int = 1) -> World:
    """An organization of `accounts` accounts with so many roles each, the reader among them.

    Account 0 is the management account, account 1 the hub and delegated administrator, where there is one.
    """
    made = tuple(_account(number, roles_per_account, seed) for number in range(accounts))
    hub = made[min(1, accounts - 1)].id
    return World(
        accounts=made,
        hub=Hub(hub),
        organization_id="o-generated1",
        management_account=made[0].id,
        ous=("Workloads",),
        delegated_administrators=(hub,) if accounts > 1 else (),
    )
