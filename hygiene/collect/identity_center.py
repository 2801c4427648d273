"""Reads the permission sets of IAM Identity Center and where they are provisioned → `identity-center.json`.

AWSReservedSSO_… roles are made from permission sets: the review names the set to change, because the role itself
cannot be edited. Optional: whoever may not read it still gets a review.
https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from hygiene.collect.refusal import RefusedError

if TYPE_CHECKING:
    from hygiene.collect.client import AwsClient
    from hygiene.model import JsonObject

logger = logging.getLogger(__name__)

_SERVICE = "sso-admin"


def read_identity_center(client: AwsClient) -> JsonObject | None:
    """Return `{"permission_sets": [{"arn", "name", "description", "accounts"}]}`; None without, or when refused.

    Identity Center answers in its home Region alone, so an empty list in another Region says nothing.
    """
    try:
        instances = client.listed(_SERVICE, "ListInstances", "Instances")
        sets = [_permission_set(client, instance["InstanceArn"], arn) for instance, arn in _sets(client, instances)]
    except RefusedError as error:
        logger.info("IAM Identity Center is not read: %s", error)
        return None
    return {"permission_sets": sets} if sets else None


def _sets(client: AwsClient, instances: list[Any]) -> list[tuple[Any, str]]:
    return [
        (instance, arn)
        for instance in instances
        for arn in client.listed(
            _SERVICE, "ListPermissionSets", "PermissionSets", InstanceArn=instance["InstanceArn"], MaxResults=100
        )
    ]


def _permission_set(client: AwsClient, instance_arn: str, arn: str) -> JsonObject:
    where = {"InstanceArn": instance_arn, "PermissionSetArn": arn}
    described = client.call(_SERVICE, "DescribePermissionSet", **where)["PermissionSet"]
    accounts = client.listed(
        _SERVICE, "ListAccountsForProvisionedPermissionSet", "AccountIds", MaxResults=100, **where
    )
    return {
        "arn": arn,
        "name": described.get("Name", ""),
        "description": described.get("Description", ""),
        "accounts": sorted(accounts),
    }
