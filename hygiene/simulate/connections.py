"""HTTP connections that stay open between two calls, as AWS's do, and end with the simulation."""

from __future__ import annotations

import contextlib
import logging
import socket
import struct
from threading import Lock
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler

from hygiene.simulate.storm import Fault

ANSWER_FAULT = "hygiene.answer_fault"
"""In the request's environment: what to do to the answer, which an application cannot."""

logger = logging.getLogger(__name__)


class OpenConnections:
    """The sockets of clients that may call again."""

    def __init__(self) -> None:
        self._open: set[socket.socket] = set()
        self._lock = Lock()

    def add(self, connection: socket.socket) -> None:
        """A client has connected."""
        with self._lock:
            self._open.add(connection)

    def discard(self, connection: socket.socket) -> None:
        """A client is gone."""
        with self._lock:
            self._open.discard(connection)

    def close(self) -> None:
        """Hang up on everybody, so that no client of this simulation reaches the next one's state."""
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._open.clear()


class Handler(MotoRequestHandler):
    """Werkzeug's handler closes after every answer, which would cost the collector a connection per call.

    It cannot know whether an application read the body to its end; the overlay always does.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    connections: OpenConnections
    """Set by the server on a subclass of its own."""

    def setup(self) -> None:
        """Remember the socket."""
        super().setup()
        self.connections.add(self.connection)

    def finish(self) -> None:
        """Forget the socket; a client that hung up first is no error."""
        self.connections.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def handle_expect_100(self) -> bool:
        """The client waits for this before it sends the body, so it must not stay in the buffer."""
        goes_on = super().handle_expect_100()
        self.wfile.flush()
        return goes_on

    def run_wsgi(self) -> None:
        """Answer one request; werkzeug's own would wait for more input and read the next request as rest of this."""
        seen: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]]) -> None:
            seen.extend((status, headers))

        environ = self.make_environ()
        body = b"".join(self.server.app(environ, start_response))  # type: ignore[arg-type]
        fault = environ.get(ANSWER_FAULT)
        if fault is Fault.RESET:
            self._hang_up()
            return
        code, _, phrase = seen[0].partition(" ")
        with contextlib.suppress(OSError):
            self.send_response(int(code), phrase)
            for name, value in seen[1]:
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body[: len(body) // 2] if fault is Fault.CUT_OFF else body)
            self.wfile.flush()
            if fault is Fault.CUT_OFF:
                self._hang_up()

    def _hang_up(self) -> None:
        """Close with a reset, as a firewall or a dying server does."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Requests to the log of the simulator instead of stderr."""
        logger.debug("%s: %s", type, message % args)
