"""SMTP against a real server with TLS and AUTH."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.config import Email
from hygiene.deliver.smtp import SmtpTransport
from hygiene.deliver.transport import Outcome, Receipt
from hygiene.errors import ConfigError, DeliveryError
from tests.deliver.mail_server import PASSWORD, Inbox, mail_server

if TYPE_CHECKING:
    from pathlib import Path

MAIL = b"Subject: hello\r\n\r\n.one dot\r\n"


def settings(inbox: Inbox, ca: Path | None = None, **given: Any) -> Email:
    return Email(**({"host": "127.0.0.1", "port": inbox.port, "ca_file": ca, "timeout_seconds": 5} | given))


def sent_by(transport: SmtpTransport, to: str = "ana@example.com") -> Receipt:
    try:
        return transport.send("review@example.com", [to], MAIL)
    finally:
        transport.close()


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_message_arrives_as_it_is_over_tls(tmp_path: Path, tls: str) -> None:
    with mail_server(tmp_path, tls) as (inbox, ca):
        receipt = sent_by(SmtpTransport(settings(inbox, ca, tls=tls)))
    assert receipt.outcome is Outcome.ACCEPTED
    assert [(one.sender, one.recipients, one.content) for one in inbox.messages] == [
        ("review@example.com", ["ana@example.com"], MAIL)
    ]


def test_several_messages_share_one_connection_and_one_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    with mail_server(tmp_path, with_login=True) as (inbox, ca):
        transport = SmtpTransport(settings(inbox, ca, username="review", password_env="MAIL_PASSWORD"))
        for _ in range(3):
            assert transport.send("review@example.com", ["ana@example.com"], MAIL).outcome is Outcome.ACCEPTED
        transport.close()
    assert (len(inbox.messages), inbox.logins) == (3, 1)


def test_the_password_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    with mail_server(tmp_path, with_login=True) as (inbox, ca):
        given = settings(inbox, ca, username="review", password_file=tmp_path / "password")
        assert sent_by(SmtpTransport(given)).outcome is Outcome.ACCEPTED


def test_a_wrong_password_is_a_sentence_that_does_not_hold_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("MAIL_PASSWORD", "a-wrong-one")
    with mail_server(tmp_path, with_login=True) as (inbox, ca):
        transport = SmtpTransport(settings(inbox, ca, username="review", password_env="MAIL_PASSWORD"))
        with pytest.raises(DeliveryError, match="does not accept") as refused:
            transport.send("review@example.com", ["ana@example.com"], MAIL)
    assert "a-wrong-one" not in str(refused.value) + caplog.text


def test_a_password_variable_that_is_not_set_is_named() -> None:
    with pytest.raises(ConfigError, match="MAIL_PASSWORD is not set"):
        SmtpTransport(Email(host="127.0.0.1", username="review", password_env="MAIL_PASSWORD"))


def test_nothing_is_sent_to_a_server_without_starttls(tmp_path: Path) -> None:
    with mail_server(tmp_path, "off") as (inbox, ca), pytest.raises(DeliveryError, match="does not offer encryption"):
        sent_by(SmtpTransport(settings(inbox, ca)))
    assert inbox.messages == []


def test_nothing_is_sent_to_a_server_whose_certificate_nobody_vouches_for(tmp_path: Path) -> None:
    with mail_server(tmp_path) as (inbox, _), pytest.raises(DeliveryError, match="no certificate we trust"):
        sent_by(SmtpTransport(settings(inbox)))
    assert inbox.messages == []


def test_plain_smtp_serves_loopback(tmp_path: Path) -> None:
    with mail_server(tmp_path, "off") as (inbox, _):
        assert sent_by(SmtpTransport(settings(inbox, tls="off"))).outcome is Outcome.ACCEPTED


def test_a_refusal_for_the_moment_is_tried_again(tmp_path: Path) -> None:
    waits: list[float] = []
    with mail_server(tmp_path) as (inbox, ca):
        inbox.answers = ["451 busy", "250 taken"]
        receipt = sent_by(SmtpTransport(settings(inbox, ca), sleep=waits.append))
    assert (receipt.outcome, len(waits), len(inbox.messages)) == (Outcome.ACCEPTED, 1, 1)


def test_a_refusal_for_the_moment_is_not_tried_for_ever(tmp_path: Path) -> None:
    waits: list[float] = []
    with mail_server(tmp_path) as (inbox, ca):
        inbox.answers = ["451 busy"] * 9
        receipt = sent_by(SmtpTransport(settings(inbox, ca), sleep=waits.append))
    assert receipt == Receipt(Outcome.REFUSED, "451 busy")
    assert (len(inbox.answers), len(waits)) == (6, 2)


def test_a_refusal_for_good_is_recorded_at_once(tmp_path: Path) -> None:
    with mail_server(tmp_path) as (inbox, ca):
        inbox.refuses = lambda address: "550 no such user" if address.startswith("gone") else None
        transport = SmtpTransport(settings(inbox, ca))
        refused = transport.send("review@example.com", ["gone@example.com"], MAIL)
        assert refused == Receipt(Outcome.REFUSED, "550 no such user")
        assert sent_by(transport).outcome is Outcome.ACCEPTED


def test_a_message_whose_answer_never_came_is_uncertain_and_not_sent_twice(tmp_path: Path) -> None:
    with mail_server(tmp_path) as (inbox, ca):
        inbox.answers = [None]
        receipt = sent_by(SmtpTransport(settings(inbox, ca)))
    assert (receipt.outcome, len(inbox.messages)) == (Outcome.UNCERTAIN, 1)


def test_a_server_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(DeliveryError, match=r"127\.0\.0\.1:1 cannot be used"):
        sent_by(SmtpTransport(Email(host="127.0.0.1", port=1)))
