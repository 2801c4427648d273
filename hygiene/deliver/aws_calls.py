"""Calls to AWS that must not happen twice: botocore tries none of them again, throttling is waited out here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
)

from hygiene.deliver.transport import ATTEMPTS, WAITS_SECONDS, Outcome, Receipt
from hygiene.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Callable

_TRY_LATER = frozenset(
    {
        "RequestLimitExceeded", "ServiceUnavailable", "Throttled", "ThrottledException", "Throttling",
        "ThrottlingException", "TooManyRequestsException",
    }
)  # fmt: skip
_NOTHING_WAS_ASKED = (EndpointConnectionError, ConnectTimeoutError, NoCredentialsError, PartialCredentialsError)


def client_for_once(service: str, timeout_seconds: float = 30.0, region: str | None = None) -> Any:
    """Return a client whose calls are made once each: a time-out does not say that nothing was done.

    Raises DeliveryError where none can be made.
    """
    once = Config(
        retries={"total_max_attempts": 1},
        connect_timeout=10,
        read_timeout=timeout_seconds,
        user_agent_extra="role-hygiene",
    )
    try:
        session: Any = boto3.Session()
        return session.client(service, config=once, region_name=region)
    except BotoCoreError as error:
        raise DeliveryError(f"AWS cannot be used: {error}.") from error


def receipt_of(call: Callable[[], object], sleep: Callable[[float], None] = time.sleep) -> Receipt:
    """Make a call and return what came of it; a refusal begins with AWS's code.

    Raises DeliveryError where AWS could not be asked at all: no connection, no credentials.
    """
    for seconds in (*WAITS_SECONDS[: ATTEMPTS - 1], None):
        try:
            call()
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _TRY_LATER and seconds is not None:
                sleep(seconds)
                continue
            return Receipt(Outcome.REFUSED, f"{code}: {error.response['Error'].get('Message', '')}"[:200])
        except _NOTHING_WAS_ASKED as error:
            raise DeliveryError(f"AWS cannot be reached: {error}.") from error
        except BotoCoreError as error:
            return Receipt(Outcome.UNCERTAIN, f"AWS did not answer ({error})")
        return Receipt(Outcome.ACCEPTED)
    raise AssertionError("the last attempt returns")
