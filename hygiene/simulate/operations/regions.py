"""DescribeRegions: without AllRegions those an account has enabled. moto lists the others too.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session

from hygiene.simulate.errors import AwsError
from hygiene.simulate.incoming import Answer, Incoming

if TYPE_CHECKING:
    from hygiene.simulate.state import State

OPT_IN = frozenset(
    {
        "af-south-1", "ap-east-1", "ap-east-2", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
        "ap-southeast-6", "ap-southeast-7", "ca-west-1", "eu-central-2", "eu-south-1", "eu-south-2", "il-central-1",
        "me-central-1", "me-south-1", "mx-central-1",
    }
)  # fmt: skip
"""Regions that are off until an account turns them on, which none of the simulated ones has.

https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
"""


@cache
def _known(partition: str) -> tuple[str, ...]:
    return tuple(sorted(botocore.session.get_session().get_available_regions("ec2", partition)))


def is_enabled(region: str) -> bool:
    """Whether the accounts may use a Region."""
    return region not in OPT_IN


def _status(region: str) -> str:
    return "opt-in-not-required" if is_enabled(region) else "not-opted-in"


def describe_regions(state: State, call: Incoming) -> Answer:
    """The Regions of the partition."""
    parameters = call.parameters
    known = _known(state.world.partition)
    wanted = parameters.get("RegionNames") or known
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise AwsError("InvalidParameterValue", f"Invalid region names: [{', '.join(unknown)}]")
    shown: list[dict[str, Any]] = [
        {"RegionName": name, "Endpoint": f"ec2.{name}.amazonaws.com", "OptInStatus": _status(name)}
        for name in sorted(wanted)
        if parameters.get("AllRegions") or is_enabled(name)
    ]
    for condition in parameters.get("Filters", []):
        if condition["Name"] != "opt-in-status":
            raise AwsError("InvalidParameterValue", f"The filter '{condition['Name']}' is invalid")
        shown = [region for region in shown if region["OptInStatus"] in condition["Values"]]
    return Answer({"Regions": shown}, len(shown))


OPERATIONS = {("ec2", "DescribeRegions"): describe_regions}
