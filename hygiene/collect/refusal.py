"""The one place that decides what an AWS error means: throttled, denied, gone, expired, or something else."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from botocore.parsers import ResponseParserError

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
        "EC2ThrottledException",
        "TransactionInProgressException",
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
_PASSING = frozenset({"RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete", "InternalError"})
_TOO_MANY, _LOWEST_SERVER_ERROR = 429, 500
_NOT_ANSWERED = (HTTPClientError, IncompleteReadError, ResponseParserError)
"""No connection, one that was closed or went silent, an answer that was cut off or is none of AWS's."""

NOT_IN_ORGANIZATION = "AWSOrganizationsNotInUseException"


class RefusedError(CollectionError):
    """One call that did not give what it was asked for, after all retries."""

    slug = "refused"

    def __init__(self, operation: str, kind: GapKind, code: str, message: str, *, may_pass: bool = False) -> None:
        """`may_pass` says whether the same call may well be answered a moment later."""
        super().__init__(f"{operation}: {code}: {message}" if code else f"{operation}: {message}")
        self.operation = operation
        self.kind = kind
        self.code = code
        self.message = message
        self.may_pass = may_pass

    def __reduce__(self) -> tuple[object, ...]:
        """Travel whole from another process: an exception alone would bring its sentence along, not its parts."""
        return _refused, (self.operation, self.kind, self.code, self.message, self.may_pass)


def _refused(operation: str, kind: GapKind, code: str, message: str, may_pass: bool) -> RefusedError:
    return RefusedError(operation, kind, code, message, may_pass=may_pass)


def refusal(operation: str, error: ClientError | BotoCoreError | ResponseParserError) -> RefusedError:
    """Return what the error means for this operation (`iam:ListRoles`)."""
    if not isinstance(error, ClientError):
        may_pass = isinstance(error, _NOT_ANSWERED)
        return RefusedError(operation, GapKind.FAILED, type(error).__name__, str(error), may_pass=may_pass)
    details = error.response.get("Error", {})
    code, message = str(details.get("Code", "")), str(details.get("Message", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    kind = GapKind.THROTTLED if status == _TOO_MANY else kind_of(code)
    may_pass = kind is GapKind.THROTTLED or code in _PASSING or status >= _LOWEST_SERVER_ERROR
    return RefusedError(operation, kind, code, message, may_pass=may_pass)


def kind_of(code: str) -> GapKind:
    """Return the kind of gap an error code leads to."""
    if code in THROTTLED:
        return GapKind.THROTTLED
    if code in DENIED:
        return GapKind.DENIED
    if code in GONE:
        return GapKind.GONE
    return GapKind.FAILED
