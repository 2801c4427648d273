"""The one place that decides what an AWS error means: throttled, denied, gone, expired, or something else."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from hygiene.errors import CollectionError
from hygiene.model import GapKind

THROTTLED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "LimitExceededException",
        "BandwidthLimitExceeded",
        "SlowDown",
    }
)
DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "AuthorizationError",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "OptInRequired",
        "RegionDisabledException",
    }
)
NOT_ENABLED = frozenset(
    {"UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure", "OptInRequired", "RegionDisabledException"}
)
"""What a Region that the account has not enabled answers to good credentials."""
GONE = frozenset({"NoSuchEntity", "NoSuchEntityException", "ResourceNotFoundException", "PolicyNotFoundException"})
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
NOT_IN_ORGANIZATION = "AWSOrganizationsNotInUseException"


class RefusedError(CollectionError):
    """One call that did not give what it was asked for, after all retries."""

    slug = "refused"

    def __init__(self, operation: str, kind: GapKind, code: str, message: str) -> None:
        super().__init__(f"{operation}: {code}: {message}" if code else f"{operation}: {message}")
        self.operation = operation
        self.kind = kind
        self.code = code
        self.message = message


def refusal(operation: str, error: ClientError | BotoCoreError) -> RefusedError:
    """Return what the error means for this operation (`iam:ListRoles`)."""
    if isinstance(error, ClientError):
        details = error.response.get("Error", {})
        code, message = str(details.get("Code", "")), str(details.get("Message", ""))
        return RefusedError(operation, kind_of(code), code, message)
    return RefusedError(operation, GapKind.FAILED, type(error).__name__, str(error))


def kind_of(code: str) -> GapKind:
    """Return the kind of gap an error code leads to."""
    if code in THROTTLED:
        return GapKind.THROTTLED
    if code in DENIED:
        return GapKind.DENIED
    if code in GONE:
        return GapKind.GONE
    return GapKind.FAILED
