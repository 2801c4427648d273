"""What S3 refused → one sentence that says what to do, with the exit code that fits.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    TokenRetrievalError,
)

from hygiene.errors import CredentialsError, HygieneError, PlaceError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

ABSENT = frozenset({"NoSuchKey", "404"})
TAKEN = frozenset({"PreconditionFailed", "412"})

ACTIONS = ("s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload")
"""What OUT on S3 needs; config/deploy/store-policy.yaml allows these below one prefix, as a test makes sure."""

_ELSEWHERE = {
    "PermanentRedirect",
    "TemporaryRedirect",
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
    "301",
}
_DENIED = {"AccessDenied", "AllAccessDisabled", "AccountProblem", "403", "KMS.AccessDeniedException"}
_CREDENTIALS = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired"}
_NO_CREDENTIALS = (NoCredentialsError, PartialCredentialsError, ProfileNotFound, TokenRetrievalError)


@contextmanager
def sentences(place: str) -> Iterator[None]:
    """Turn every error of boto3 into one of ours that names the place."""
    try:
        yield
    except ClientError as error:
        raise _of_answer(place, error) from error
    except _NO_CREDENTIALS as error:
        raise CredentialsError(
            f"{place}: no AWS credentials to reach it with ({error}). Give hygiene some as for any AWS program."
        ) from error
    except ParamValidationError as error:
        raise PlaceError(f"{place}: no valid name of a bucket; write s3://bucket/prefix.") from error
    except BotoCoreError as error:
        raise StoreError(f"{place}: cannot be reached ({error}). Start again; what was written is kept.") from error


def code_of(error: ClientError) -> str:
    """Return S3's code, such as `NoSuchKey`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _of_answer(place: str, error: ClientError) -> HygieneError:
    code = code_of(error)
    message = str(error.response.get("Error", {}).get("Message", ""))
    if code == "NoSuchBucket":
        return PlaceError(f"{place}: there is no such bucket. Create it, or name another place.")
    if code == "InvalidBucketName":
        return PlaceError(f"{place}: no valid name of a bucket; write s3://bucket/prefix.")
    if code in _ELSEWHERE:
        headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        region = headers.get("x-amz-bucket-region") or error.response.get("Error", {}).get("Region")
        where = (
            f"in Region {region}; set AWS_REGION={region}" if region else "in another Region; set AWS_REGION to it"
        )
        return PlaceError(f"{place}: the bucket lies {where}.")
    if code in _CREDENTIALS:
        return CredentialsError(f"{place}: S3 does not accept the credentials ({code}). Log in again.")
    if code == "RequestTimeTooSkewed":
        return CredentialsError(f"{place}: this machine's clock is wrong; set it. S3 says: {message}")
    if code in _DENIED:
        return PlaceError(
            f"{place}: {error.operation_name} was refused ({message or code}). Allow {', '.join(ACTIONS)} on it to "
            "who runs hygiene, and its KMS key where the bucket has one; config/deploy/store-policy.yaml does."
        )
    return StoreError(f"{place}: {error.operation_name} failed ({code}: {message}). Start again.")
