"""Amazon SES, API version 2: the finished message goes as it is.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hygiene.deliver.aws_calls import client_for_once, receipt_of
from hygiene.deliver.transport import Outcome
from hygiene.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hygiene.config import Email
    from hygiene.deliver.transport import Receipt

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
        self._sleep = sleep
        self._client = client_for_once("sesv2", settings.timeout_seconds)

    def send(self, sender: str, recipients: Sequence[str], content: bytes) -> Receipt:
        """Send one message; throttling is waited out, and recorded when it stays."""
        receipt = receipt_of(
            lambda: self._client.send_email(
                FromEmailAddress=sender,
                Destination={"ToAddresses": list(recipients)},
                Content={"Raw": {"Data": content}},
            ),
            self._sleep,
        )
        if receipt.outcome is Outcome.REFUSED and receipt.detail.partition(":")[0] in _NO_MESSAGE_AT_ALL:
            raise DeliveryError(f"Amazon SES sends nothing for us ({receipt.detail}).")
        return receipt

    def close(self) -> None:
        """Nothing is open."""
