"""SMTP with TLS: nothing is sent in clear but to this very machine, and no message is handed over twice.

https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1: 4xx is for the moment, 5xx for good.
"""

from __future__ import annotations

import smtplib
import ssl
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from hygiene.deliver.secret import secret_of
from hygiene.deliver.transport import ATTEMPTS, WAITS_SECONDS, Outcome, Receipt
from hygiene.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hygiene.config import Email

_PORTS = {"starttls": 587, "implicit": 465, "off": 25}
_TRY_LATER = range(400, 500)


class SmtpTransport:
    """One connection for all messages, opened on the first and again when the server closed it."""

    def __init__(self, settings: Email, sleep: Callable[[float], None] = time.sleep) -> None:
        self._settings = settings
        self._sleep = sleep
        self._password = secret_of("[email] password", settings.password_env, settings.password_file)
        self._server: smtplib.SMTP | None = None

    def send(self, sender: str, recipients: Sequence[str], content: bytes) -> Receipt:
        """Send one message; a refusal for the moment is tried again, and recorded when it stays."""
        receipt = self._attempt(sender, recipients, content)
        for seconds in WAITS_SECONDS[: ATTEMPTS - 1]:
            if receipt is not None and not _is_for_the_moment(receipt):
                return receipt
            self._sleep(seconds)
            receipt = self._attempt(sender, recipients, content)
        return receipt or Receipt(Outcome.REFUSED, "the server closed the connection again and again")

    def close(self) -> None:
        """Say QUIT."""
        if self._server is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._server.quit()
        self._server = None

    def _attempt(self, sender: str, recipients: Sequence[str], content: bytes) -> Receipt | None:
        """Return what came of one attempt; None when the connection broke before the message was handed over."""
        server = self._connected()
        try:
            refusal = _announced(server, sender, recipients)
            if refusal is not None:
                server.rset()
                return refusal
        except (smtplib.SMTPException, OSError):
            self._drop()
            return None
        return self._hand_over(server, content)

    def _hand_over(self, server: smtplib.SMTP, content: bytes) -> Receipt:
        try:
            code, words = server.data(content)
        except smtplib.SMTPDataError as error:
            return _refusal(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            return Receipt(Outcome.UNCERTAIN, f"the connection broke while the message was handed over ({error})")
        return Receipt(Outcome.ACCEPTED) if code == 250 else _refusal(code, words)

    def _connected(self) -> smtplib.SMTP:
        if self._server is None:
            try:
                self._server = self._open()
            except (smtplib.SMTPException, OSError) as error:
                raise DeliveryError(self._explained(error)) from error
        return self._server

    def _open(self) -> smtplib.SMTP:
        settings = self._settings
        port = settings.port or _PORTS[settings.tls]
        timeout = settings.timeout_seconds
        if settings.tls == "implicit":
            server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, port, timeout=timeout, context=self._context())
        else:
            server = smtplib.SMTP(settings.host, port, timeout=timeout)
        try:
            if settings.tls == "starttls":
                server.starttls(context=self._context())
            if settings.username:
                server.login(settings.username, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._settings.ca_file)

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = None

    def _explained(self, error: Exception) -> str:
        """Return a sentence; the server's words never hold the password, and the exception's text is not shown."""
        where = f"The mail server {self._settings.host}:{self._settings.port or _PORTS[self._settings.tls]}"
        if isinstance(error, smtplib.SMTPNotSupportedError):
            wanted = "encryption (STARTTLS)" if self._settings.tls == "starttls" else "a log-in"
            return f"{where} does not offer {wanted}, so nothing was sent to it. See [email] tls and username."
        if isinstance(error, smtplib.SMTPAuthenticationError):
            return f"{where} does not accept [email] username with this password."
        if isinstance(error, ssl.SSLError):
            return f"{where} has no certificate we trust ({error.reason}); [email] ca_file can name its authority."
        return f"{where} cannot be used ({error}). Nothing was lost: `hygiene deliver` sends what is missing."


def _announced(server: smtplib.SMTP, sender: str, recipients: Sequence[str]) -> Receipt | None:
    """Name sender and recipients; return a refusal, None when the server wants the message."""
    server.ehlo_or_helo_if_needed()
    for code, words in (server.mail(sender), *(server.rcpt(recipient) for recipient in recipients)):
        if code not in (250, 251):
            return _refusal(code, words)
    return None


def _refusal(code: int, words: bytes | str) -> Receipt:
    text = words.decode("ascii", "replace") if isinstance(words, bytes) else words
    return Receipt(Outcome.REFUSED, f"{code} {' '.join(text.split())[:200]}")


def _is_for_the_moment(receipt: Receipt) -> bool:
    code = receipt.detail[:3]
    return receipt.outcome is Outcome.REFUSED and code.isdigit() and int(code) in _TRY_LATER
