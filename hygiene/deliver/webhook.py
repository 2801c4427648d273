"""An incoming webhook, as Slack and others have it: one POST of {"text": …}, and its address never in any sentence.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import ssl
import time
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from hygiene.config import LOOPBACK
from hygiene.deliver.secret import secret_of
from hygiene.deliver.transport import ATTEMPTS, WAITS_SECONDS, Outcome, Receipt
from hygiene.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hygiene.config import WebhookDelivery
    from hygiene.model import Announcement

_SETTING = "[delivery.webhook] url"
_TRY_LATER = (429, 502, 503, 504)
_ANSWER_BYTES = 2000
_PROXY_PORT = 8080


class Webhook:
    """One address. `target` tells two of them apart without giving either away."""

    def __init__(self, settings: WebhookDelivery, sleep: Callable[[float], None] = time.sleep) -> None:
        """Raise ConfigError where the address is not there, or not one that may be posted to."""
        self._settings = settings
        self._sleep = sleep
        self._url = _address(secret_of(_SETTING, settings.url_env, settings.url_file).strip())
        self._context = _trusting(settings)
        digest = hashlib.sha256(self._url.geturl().encode()).hexdigest()
        self.target = f"{self._url.hostname} {digest[:12]}"

    def announce(self, announcement: Announcement) -> Receipt:
        """Post once; what the server refuses for the moment is tried again. A redirect is a refusal."""
        body = json.dumps({"text": _escaped(announcement.text)}).encode()
        for seconds in (*WAITS_SECONDS[: ATTEMPTS - 1], None):
            status, receipt = self._attempt(body)
            if status not in _TRY_LATER or seconds is None:
                return receipt
            self._sleep(seconds)
        raise AssertionError("the last attempt returns")

    def _attempt(self, body: bytes) -> tuple[int, Receipt]:
        """Return the status, 0 without an answer, and what came of it."""
        try:
            connection = self._connection()
            connection.connect()
        except (OSError, ValueError, http.client.HTTPException) as error:
            # Nothing was said yet: a name that is not found, a port nobody listens on, a certificate we do not trust.
            return 0, Receipt(Outcome.REFUSED, f"{self._url.hostname} cannot be reached ({error})")
        try:
            path = self._url._replace(scheme="", netloc="", fragment="").geturl() or "/"
            connection.request("POST", path, body, {"Content-Type": "application/json; charset=utf-8"})
            answer = connection.getresponse()
            words = answer.read(_ANSWER_BYTES)
        except (OSError, http.client.HTTPException) as error:
            return 0, Receipt(Outcome.UNCERTAIN, f"{self._url.hostname} did not answer ({type(error).__name__})")
        finally:
            connection.close()
        if answer.status // 100 == 2:
            return answer.status, Receipt(Outcome.ACCEPTED)
        return answer.status, Receipt(Outcome.REFUSED, f"{answer.status} {self._without_secrets(words)}".strip())

    def _connection(self) -> http.client.HTTPConnection:
        host, port, timeout = str(self._url.hostname), self._url.port, self._settings.timeout_seconds
        if self._url.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=timeout)
        proxy = _proxy_for(host)
        if proxy is None:
            return http.client.HTTPSConnection(host, port, timeout=timeout, context=self._context)
        through = http.client.HTTPSConnection(
            str(proxy.hostname), proxy.port or _PROXY_PORT, timeout=timeout, context=self._context
        )
        through.set_tunnel(host, port, _proxy_headers(proxy))
        return through

    def _without_secrets(self, words: bytes) -> str:
        """Return the server's words on one line; an error page may well quote the address that was asked for."""
        text = words.decode("utf-8", "replace")
        for secret in (self._url.geturl(), self._url.path, self._url.query):
            text = text.replace(secret, "…") if len(secret) > 1 else text
        printable = "".join(character if character.isprintable() else " " for character in text)
        return " ".join(printable.split())[:100]


def _proxy_for(host: str) -> SplitResult | None:
    """Return the proxy that the environment names for https (HTTPS_PROXY, NO_PROXY), as boto3 takes it too."""
    text = getproxies().get("https", "")
    if not text or proxy_bypass(host):
        return None
    return urlsplit(text if "://" in text else f"http://{text}")


def _proxy_headers(proxy: SplitResult) -> dict[str, str]:
    if not proxy.username:
        return {}
    known = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(known.encode()).decode()}"}


def _trusting(settings: WebhookDelivery) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        raise ConfigError(
            f"[delivery.webhook] ca_file: {settings.ca_file} holds no certificate ({error})."
        ) from error


def _address(text: str) -> SplitResult:
    """Return the address. Raises ConfigError with a sentence that does not show it."""
    try:
        url = urlsplit(text)
        host, is_whole = url.hostname or "", bool(url.hostname) and url.port != 0
    except ValueError:
        host, is_whole = "", False
    if not is_whole or not text.isascii() or any(character.isspace() for character in text):
        raise ConfigError(f"{_SETTING}: it holds no address; write one such as https://hooks.example.com/….")
    if url.username or url.password:
        raise ConfigError(f"{_SETTING}: a name or password in the address is not used; leave it out.")
    if url.scheme != "https" and not (url.scheme == "http" and host in LOOPBACK):
        raise ConfigError(f"{_SETTING}: must begin with https://; http:// is for this very machine alone.")
    return url


def _escaped(text: str) -> str:
    """Return the text as Slack wants it, so that nothing in it becomes a link or calls the whole channel.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
