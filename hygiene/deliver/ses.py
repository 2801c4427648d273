"""Amazon SES, API version 2: the finished message goes as it is.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

from hygiene.deliver.transport import ATTEMPTS, WAITS_SECONDS, Outcome, Receipt
from hygiene.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hygiene.config import Email

_TRY_LATER = frozenset({"TooManyRequestsException", "Throttling", "ThrottlingException", "ServiceUnavailable"})
_NO_MESSAGE_AT_ALL = frozenset(
    {
        "AccessDeniedException", "UnrecognizedClientException", "InvalidClientTokenId", "ExpiredTokenException",
        "AccountSuspendedException", "SendingPausedException", "MailFromDomainNotVerifiedException",
        "LimitExceededException",
    }
)  # fmt: skip


class SesTransport:
    """Sends through SES with the credentials and Region of this program."""

    def __init__(self, settings: Email, sleep: Callable[[float], None] = time.sleep) -> None:
        # botocore's own retries could send a message twice: a time-out does not say that nothing was sent.
        once = Config(retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=settings.timeout_seconds)
        self._sleep = sleep
        try:
            self._client: Any = boto3.Session().client("sesv2", config=once)
        except BotoCoreError as error:
            raise DeliveryError(f"Amazon SES cannot be used: {error}.") from error

    def send(self, sender: str, recipients: Sequence[str], content: bytes) -> Receipt:
        """Send one message; throttling is waited out, and recorded when it stays."""
        for seconds in (*WAITS_SECONDS[: ATTEMPTS - 1], None):
            try:
                self._client.send_email(
                    FromEmailAddress=sender,
                    Destination={"ToAddresses": list(recipients)},
                    Content={"Raw": {"Data": content}},
                )
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code in _TRY_LATER and seconds is not None:
                    self._sleep(seconds)
                    continue
                return _refusal(code, error)
            except BotoCoreError as error:
                return _unanswered(error)
            return Receipt(Outcome.ACCEPTED)
        raise AssertionError("the last attempt returns")

    def close(self) -> None:
        """Nothing is open."""


def _refusal(code: str, error: ClientError) -> Receipt:
    words = f"{code}: {error.response['Error'].get('Message', '')}"
    if code in _NO_MESSAGE_AT_ALL:
        raise DeliveryError(f"Amazon SES sends nothing for us ({words}).") from error
    return Receipt(Outcome.REFUSED, words[:200])


def _unanswered(error: BotoCoreError) -> Receipt:
    """Return what is known when no answer came; without a connection nothing was sent."""
    if isinstance(error, (EndpointConnectionError, ConnectTimeoutError)) or "redentials" in str(error):
        raise DeliveryError(f"Amazon SES cannot be reached: {error}.") from error
    return Receipt(Outcome.UNCERTAIN, f"SES did not answer ({error})")
