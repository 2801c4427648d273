"""Amazon SES over HTTP in the simulated organization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from hygiene.config import Email
from hygiene.deliver.ses import SesTransport
from hygiene.deliver.transport import Outcome
from hygiene.errors import DeliveryError
from tests.worlds import simulated, twelve_accounts

if TYPE_CHECKING:
    from collections.abc import Iterator

MAIL = b"From: review@example.com\r\nTo: ana@example.com\r\nSubject: hello\r\n\r\nhello\r\n"
SETTINGS = Email(transport="ses")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with simulated(twelve_accounts(roles=0), monkeypatch) as running:
        yield running


def test_a_raw_message_is_taken_by_ses_with_one_call(aws: Any) -> None:
    boto3.client("sesv2").create_email_identity(EmailIdentity="review@example.com")
    aws.forget_calls()
    receipt = SesTransport(SETTINGS).send("review@example.com", ["ana@example.com"], MAIL)
    assert receipt.outcome is Outcome.ACCEPTED
    assert len(aws.calls) == 1


@pytest.mark.parametrize(("code", "calls"), [("TooManyRequestsException", 3), ("MessageRejected", 1)])
def test_throttling_is_tried_again_and_a_refusal_recorded(aws: Any, code: str, calls: int) -> None:
    aws.faults.fail(None, "ses", "POST /v2/email/outbound-emails", code=code, status=400, times=9)
    waits: list[float] = []
    receipt = SesTransport(SETTINGS, sleep=waits.append).send("review@example.com", ["ana@example.com"], MAIL)
    assert receipt.outcome is Outcome.REFUSED
    assert receipt.detail.startswith(code)
    assert (len(aws.calls), len(waits)) == (calls, calls - 1)


def test_a_missing_permission_ends_the_delivery_with_a_sentence(aws: Any) -> None:
    aws.faults.fail(None, "ses", "POST /v2/email/outbound-emails", code="AccessDeniedException", status=403, times=1)
    with pytest.raises(DeliveryError, match="Amazon SES sends nothing for us"):
        SesTransport(SETTINGS).send("review@example.com", ["ana@example.com"], MAIL)


def test_no_region_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(DeliveryError, match="region"):
        SesTransport(SETTINGS)
