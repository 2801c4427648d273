"""The one list of AWS operations that delivering may call, each with the IAM action that allows it.

None of them touches IAM. They are for the role the program starts with, where the delivery is switched on;
`config/deploy/delivery-policy.yaml` is held against this list.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeliveryOperation:
    """One API operation and its IAM action; `delivery` is the setting that needs it."""

    service: str
    name: str
    iam_action: str
    delivery: str


OPERATIONS = (
    # Of the two actions, SES asks for the second one where a message is sent raw.
    # https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html
    DeliveryOperation("sesv2", "SendEmail", "ses:SendEmail", "email"),
    DeliveryOperation("sesv2", "SendEmail", "ses:SendRawEmail", "email"),
)


def actions() -> tuple[str, ...]:
    """Return the IAM actions of all deliveries, sorted."""
    return tuple(sorted({operation.iam_action for operation in OPERATIONS}))
