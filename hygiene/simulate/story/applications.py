"""The application roles: teams, their services, and the roles those run with, in production and development."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.simulate.documents import allow, document, trusts_service, trusts_web_identity
from hygiene.simulate.story.company import HOME_REGION, owner_tags, spread
from hygiene.simulate.world import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

TEAMS: Mapping[str, Mapping[str, str]] = {
    "checkout": {
        "basket-api": "ecs",
        "order-writer": "lambda",
        "price-lookup": "lambda",
        "refund-worker": "ecs",
        "invoice-renderer": "lambda",
        "order-export": "states",
    },
    "catalogue": {
        "product-search": "ecs",
        "image-resizer": "lambda",
        "catalogue-sync": "states",
        "stock-feed": "lambda",
        "supplier-upload": "lambda",
    },
    "logistics": {
        "route-planner": "ecs",
        "shipment-tracker": "lambda",
        "label-printer": "ec2",
        "carrier-webhook": "lambda",
        "customs-forms": "lambda",
        "depot-gateway": "ec2",
    },
    "accounts": {
        "login-gateway": "eks",
        "token-issuer": "eks",
        "session-cleaner": "lambda",
        "address-book": "ecs",
    },
    "messaging": {
        "mail-sender": "lambda",
        "sms-gateway": "lambda",
        "push-dispatcher": "lambda",
        "template-store": "ecs",
    },
    "web": {
        "storefront": "ecs",
        "edge-redirects": "lambda",
        "sitemap-builder": "codebuild",
        "consent-log": "lambda",
    },
}

DATA_SERVICES: Mapping[str, str] = {
    "clickstream-ingest": "firehose",
    "sales-mart": "glue",
    "customer-360": "glue",
    "forecast-trainer": "sagemaker",
    "forecast-server": "sagemaker",
    "dashboard-refresh": "lambda",
    "warehouse-loader": "redshift",
    "quality-checks": "states",
    "consent-filter": "glue",
    "partner-feed": "lambda",
}

PAYMENT_SERVICES: Mapping[str, str] = {
    "card-vault": "ecs",
    "payment-router": "ecs",
    "settlement-batch": "states",
    "chargeback-intake": "lambda",
    "ledger-writer": "lambda",
    "fraud-signals": "lambda",
}

SHARED_SERVICES: Mapping[str, str] = {
    "image-builder": "codebuild",
    "artifact-scanner": "lambda",
    "dns-updater": "lambda",
    "certificate-renewer": "lambda",
    "build-fleet": "ec2",
    "package-mirror": "ecs",
}

EKS_PROVIDER = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"

_PRINCIPALS = {"ecs": "ecs-tasks"}


def _arn(service: str, account_id: str, resource: str) -> str:
    region = "" if service == "s3" else HOME_REGION
    owner = "" if service == "s3" else account_id
    return f"arn:aws:{service}:{region}:{owner}:{resource}"


def _policy(account_id: str, stage: str, name: str, kind: str) -> dict[str, Any]:
    """What such a service needs, on its own resources; about one in five was written in a hurry."""
    logs = allow(["logs:CreateLogStream", "logs:PutLogEvents"], _arn("logs", account_id, f"log-group:/nwa/{name}:*"))
    table = _arn("dynamodb", account_id, f"table/{stage}-{name}")
    store = allow(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"], [table, f"{table}/index/*"])
    queue = allow(["sqs:ReceiveMessage", "sqs:DeleteMessage"], _arn("sqs", account_id, f"{stage}-{name}"))
    files = allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::nwa-{stage}-{name}/*")
    secret = allow("secretsmanager:GetSecretValue", _arn("secretsmanager", account_id, f"secret:{stage}/{name}-*"))
    hurry = spread(f"hurry {name}", 0, 4)
    if hurry == 0:
        return document(logs, allow(["dynamodb:*", "s3:Get*", "s3:Put*", "sqs:*"]))
    if hurry == 1:
        return document(logs, store, files, allow("kms:Decrypt"))
    by_kind = {"states": allow("lambda:InvokeFunction", _arn("lambda", account_id, f"function:{stage}-{name}-*"))}
    return document(logs, store if hurry == 2 else queue, files, by_kind.get(kind, secret))


def _namespaces(policy: Mapping[str, Any]) -> list[str]:
    actions: list[str] = []
    for statement in policy["Statement"]:
        action = statement["Action"]
        actions += [action] if isinstance(action, str) else action
    return sorted({action.partition(":")[0] for action in actions})


def _usage(stage: str, name: str, namespaces: list[str]) -> tuple[float | None, dict[str, float]]:
    """Production is in use; a third of development has gone quiet, and every role keeps a grant it does not need."""
    quiet = spread(f"quiet {stage} {name}", 0, 8)
    if stage == "dev" and quiet <= 2:
        days = float(spread(f"days {name}", 95, 380))
        return days, {"logs": days}
    if stage == "prod" and quiet == 0:
        return None, {}
    days = float(spread(f"recent {stage} {name}", 0, 20))
    used = {namespace: days + number for number, namespace in enumerate(namespaces)}
    forgotten = namespaces[-1]
    if len(namespaces) > 2 and quiet >= 4:
        used[forgotten] = days + 140
    if len(namespaces) > 2 and quiet == 3:
        del used[forgotten]
    return days, used


def _trust(account_id: str, name: str, kind: str) -> dict[str, Any]:
    if kind == "eks":
        bound = {
            "StringEquals": {
                f"{EKS_PROVIDER}:sub": f"system:serviceaccount:shop:{name}",
                f"{EKS_PROVIDER}:aud": "sts.amazonaws.com",
            }
        }
        return trusts_web_identity(f"arn:aws:iam::{account_id}:oidc-provider/{EKS_PROVIDER}", bound)
    return trusts_service(_PRINCIPALS.get(kind, kind))


def application_role(account_id: str, stage: str, team: str, name: str, kind: str) -> Role:
    """The role one service runs with."""
    policy = _policy(account_id, stage, name, kind)
    last_used, used = _usage(stage, name, _namespaces(policy))
    managed = ("aws:AWSLambdaBasicExecutionRole",) if kind == "lambda" else ()
    age = float(spread(f"age {stage} {name}", 120, 1300))
    if last_used is None:
        age += 400  # long enough for its silence to mean something
    return Role(
        f"{stage}-{name}",
        _trust(account_id, name, kind),
        inline={"access": policy},
        managed=managed,
        boundary="WorkloadBoundary" if stage == "prod" else None,
        description=f"{name.replace('-', ' ').capitalize()} of the {team} team",
        tags=owner_tags(team, f"{stage} {name}"),
        created_days_ago=max([age, *(days + 30 for days in used.values())]),
        last_used_days_ago=last_used,
        last_used_region=HOME_REGION,
        used_services=used,
        instance_profile=kind == "ec2",
    )


def _execution_role(stage: str, team: str, name: str) -> Role:
    return Role(
        f"{stage}-{name}-execution",
        trusts_service("ecs-tasks"),
        managed=("aws:AmazonECSTaskExecutionRolePolicy",),
        description=f"Starts the containers of {name}",
        tags=owner_tags(team, f"{stage} {name} execution"),
        created_days_ago=float(spread(f"age {stage} {name}", 120, 1300)),
        last_used_days_ago=2,
        last_used_region=HOME_REGION,
        used_services={"ecr": 2, "logs": 2},
    )


def application_roles(account_id: str, stage: str, team: str, services: Mapping[str, str]) -> list[Role]:
    """The roles of a team's services in one account."""
    roles = [application_role(account_id, stage, team, name, kind) for name, kind in services.items()]
    roles += [_execution_role(stage, team, name) for name, kind in services.items() if kind == "ecs"]
    return roles


def shop_roles(account_id: str, stage: str) -> list[Role]:
    """Every team's roles in production ("prod") or development ("dev")."""
    return [role for team, names in TEAMS.items() for role in application_roles(account_id, stage, team, names)]
