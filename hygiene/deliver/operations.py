"""The one list of AWS operations that delivering may call, each with the IAM action that allows it.

None of them touches IAM. Those of the hub are for the role the program starts with, where the delivery is switched on
(`config/deploy/delivery-policy.yaml`); those of an account for the delivery role there (`delivery-role.yaml`). A test
holds the templates against this list.
"""

from __future__ import annotations

from dataclasses import dataclass

HUB, ACCOUNT = "hub", "account"


@dataclass(frozen=True, slots=True)
class DeliveryOperation:
    """One API operation and its IAM action; `delivery` is the section of the configuration that needs it."""

    service: str
    name: str
    iam_action: str
    delivery: str
    used_by: str = HUB


OPERATIONS = (
    # Of the two actions, SES asks for the second one where a message is sent raw.
    # https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html
    DeliveryOperation("sesv2", "SendEmail", "ses:SendEmail", "email"),
    DeliveryOperation("sesv2", "SendEmail", "ses:SendRawEmail", "email"),
    DeliveryOperation("s3", "GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration", "delivery.s3"),
    DeliveryOperation("s3", "PutObject", "s3:PutObject", "delivery.s3"),
    DeliveryOperation("s3", "PutObject", "s3:PutObjectRetention", "delivery.s3"),
    DeliveryOperation("s3", "PutObject", "kms:GenerateDataKey", "delivery.s3"),
    DeliveryOperation("sns", "Publish", "sns:Publish", "delivery.sns"),
    DeliveryOperation("sns", "Publish", "sns:Publish", "alerts"),
    DeliveryOperation("cloudwatch", "PutMetricData", "cloudwatch:PutMetricData", "alerts"),
    DeliveryOperation("sts", "GetCallerIdentity", "sts:GetCallerIdentity", "delivery.security_hub"),
    DeliveryOperation("sts", "AssumeRole", "sts:AssumeRole", "delivery.security_hub"),
    DeliveryOperation(
        "securityhub", "BatchImportFindings", "securityhub:BatchImportFindings", "delivery.security_hub", ACCOUNT
    ),
)


def actions(used_by: str = HUB) -> tuple[str, ...]:
    """Return the IAM actions of all deliveries, sorted."""
    return tuple(sorted({operation.iam_action for operation in OPERATIONS if operation.used_by == used_by}))
