"""AWS managed policies by name, from moto's bundled copies, loaded only where an account uses them.

moto's own switch (MOTO_IAM_LOAD_MANAGED_POLICIES) puts all 1,582 into every account, at a second each.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend

from hygiene.simulate.errors import SimulationError
from hygiene.simulate.identifiers import unique_id


@lru_cache(maxsize=1)
def _catalogue() -> dict[str, dict[str, Any]]:
    catalogue: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return catalogue


def _naive(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(UTC).replace(tzinfo=None)


def aws_policy_arn(name: str, partition: str) -> str:
    """The ARN of an AWS managed policy; raises SimulationError for a name AWS does not have."""
    data = _catalogue().get(name)
    if data is None:
        raise SimulationError(f"AWS has no managed policy {name!r}.")
    return f"arn:{partition}:iam::aws:policy{data.get('Path', '/')}{name}"


def load_aws_policy(iam: IAMBackend, arn: str) -> AWSManagedPolicy | None:
    """Make an AWS managed policy known to an account; None when AWS has none of that ARN."""
    known = iam.managed_policies.get(arn)
    if isinstance(known, AWSManagedPolicy):
        return known
    name = arn.rsplit("/", 1)[-1]
    data = _catalogue().get(name)
    if data is None or aws_policy_arn(name, iam.partition) != arn:
        return None
    policy = AWSManagedPolicy.from_data(name, iam.account_id, iam.region_name, data)
    policy.id = unique_id("ANPA", arn)
    policy.create_date, policy.update_date = _naive(data["CreateDate"]), _naive(data["UpdateDate"])
    for version in policy.versions:
        version.create_date = policy.update_date
    iam.managed_policies[arn] = policy
    return policy
