"""The services whose every call is authorized here: how each speaks, what IAM calls its operations."""

from __future__ import annotations

PROTOCOLS = {
    "iam": "query",
    "sts": "query",
    "ec2": "ec2",
    "organizations": "json",
    "cloudtrail": "json",
    "athena": "json",
    "config": "json",
    "access-analyzer": "rest-json",
    "account": "rest-json",
    "securityhub": "rest-json",
}
"""By signing name, which is also the prefix of the service's IAM actions."""

_MODELS = {"access-analyzer": "accessanalyzer"}

_ACTIONS = {
    ("access-analyzer", "ListFindingsV2"): "ListFindings",
    ("access-analyzer", "GetFindingV2"): "GetFinding",
}


def model_name(service: str) -> str:
    """What botocore calls a service."""
    return _MODELS.get(service, service)


def iam_action(service: str, operation: str) -> str:
    """The action a policy allows an operation with."""
    return f"{service}:{_ACTIONS.get((service, operation), operation)}"


def names_exceptions(service: str) -> bool:
    """Whether the service answers errors by exception name, as the json protocols do."""
    return PROTOCOLS.get(service) in ("json", "rest-json")
