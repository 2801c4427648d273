"""A real SMTP server on loopback, with TLS and AUTH, that refuses, defers or hangs up where a test asks for it."""

from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PASSWORD = "correct horse"


@dataclass
class Received:
    sender: str
    recipients: list[str]
    content: bytes


@dataclass
class Inbox:
    """What arrived; `answers` go to the next messages in place of 250, None for hanging up after taking one."""

    messages: list[Received] = field(default_factory=list)
    answers: list[str | None] = field(default_factory=list)
    refuses: Callable[[str], str | None] = lambda _: None
    port: int = 0
    logins: int = 0

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        refusal = self.refuses(address)
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer is None or answer.startswith("250"):
            self.messages.append(Received(envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        if answer is None:
            server.transport.abort()
        return answer or "250 never seen"

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        self.logins += 1
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


def certificate(folder: Path) -> tuple[Path, Path]:
    """Return certificate and key of a server on 127.0.0.1, its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail server of the tests")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, private = folder / "server.pem", folder / "server.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return pem, private


def _free_port() -> int:
    """Return a port nobody listens on; the controller cannot choose one itself."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def mail_server(folder: Path, tls: str = "starttls", *, with_login: bool = False) -> Iterator[tuple[Inbox, Path]]:
    """Run a server; gives its inbox and the certificate to trust."""
    pem, private = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, private)
    inbox = Inbox()
    options: dict[str, Any] = {"implicit": {"ssl_context": context}, "starttls": {"tls_context": context}}.get(
        tls, {}
    )
    if with_login:
        options |= {"authenticator": inbox.authenticate, "auth_required": True, "auth_require_tls": tls == "starttls"}
    inbox.port = _free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=inbox.port, **options)
    controller.start()
    try:
        yield inbox, pem
    finally:
        controller.stop()
